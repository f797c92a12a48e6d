#include "offline/reconstruction/pmt/pmt_worker.hpp"

#include <algorithm>

#include "offline/reconstruction/pmt/isolated_peaks.hpp"
#include "offline/reconstruction/pmt/pulse.hpp"
#include "offline/reconstruction/sample_bounds.hpp"

namespace spillgate::offline::pmt {

PmtWorker::PmtWorker(std::shared_ptr<const PmtSettings> settings)
    : WindowWorker(veto::settings_of(settings->chain),
                   {N_MUONS, MUON_ONSET_US, LAST_MUON_ONSET_US, SINCE_MUON_US, T_REC_NS, MUON}),
      settings_(std::move(settings)),
      detector_(settings_->chain),
      shared_pulse_(settings_->chain) {}

void PmtWorker::analyse(const ChannelSlot& slot) {
    used_ = std::min(1 + slot.partners.size(), most_pmts);
    if (pmts_.size() < used_) pmts_.resize(used_);
    pmts_[0].analyse(slot.record, slot.channel, slot.traces, detector_);
    for (std::size_t i = 1; i < used_; ++i)
        pmts_[i].analyse(slot.record, slot.partners[i - 1].channel, slot.partners[i - 1].indices, detector_);
    spe_charges_.clear();
    for (const auto& pmt : pmts())
        spe_charges_.push_back(settings_->spe.of(pmt.channel(), slot.record.utc_ns));
}

bool PmtWorker::fill(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate) {
    for (std::size_t p = 0; p < used_; ++p)
        pmts_[p].enter(record, window);
    fill_window(record, window, candidate);
    return used_ > 1 ? find_coincidence(record, window, candidate) : find_arrival(record, window, candidate);
}

void PmtWorker::fill_window(const proto::SpillRecord& record, const proto::Window& window,
                            Candidate& candidate) {
    std::uint64_t pretrace_peaks = 0;
    std::uint64_t roi_peaks = 0;
    for (std::size_t p = 0; p < used_; ++p) {
        bool any = false;
        bool covered = false;
        for (const auto& [trace, analysis, in_window, roi_begin] : pmts_[p].all()) {
            if (!in_window) continue;
            const SampleBounds bounds(record, *trace, window);
            for (const auto& peak : analysis.peaks) {
                pretrace_peaks += peak.onset >= bounds.pretrace_begin && peak.onset < bounds.pretrace_end;
                roi_peaks += peak.onset >= bounds.roi_begin && peak.onset < bounds.roi_end;
            }
            candidate.quality |= analysis.quality;
            if (!any && p == 0) candidate.value[BASELINE_ADC] = analysis.baseline;
            any = true;
            covered = covered || covers(*trace, record, window);
        }
        if (!settings_->whole_records) continue;
        if (!any) candidate.quality |= NO_TRACE;
        if (any && !covered) candidate.quality |= SHORT_TRACE;
    }
    candidate.value[PRETRACE_PEAKS] = static_cast<double>(pretrace_peaks);
    candidate.value[ROI_PEAKS] = static_cast<double>(roi_peaks);
}

// Step 5 over all traces of the window in time order: the first peak whose region begins in the roi decides.
bool PmtWorker::find_arrival(const proto::SpillRecord& record, const proto::Window& window,
                             Candidate& candidate) {
    for (const auto& channel_trace : pmts_[0].all()) {
        const auto& peaks = channel_trace.analysis.peaks;
        if (!channel_trace.counts()) continue;
        const SampleBounds bounds(record, *channel_trace.trace, window);
        const auto first = std::find_if(peaks.begin(), peaks.end(),
                                        [&](const Peak& peak) { return peak.begin >= bounds.roi_begin; });
        if (first == peaks.end()) continue;
        const auto length = static_cast<std::int64_t>(
            samples_of_ns(settings_->chain.integration_ns(), channel_trace.analysis.sample_period_ns));
        if (first->begin >= bounds.roi_end - length) return false;
        fill_candidate(channel_trace, static_cast<std::size_t>(first - peaks.begin()), bounds.roi_begin,
                       candidate);
        return true;
    }
    return false;
}

void PmtWorker::fill_candidate(const AnalysedTrace& trace, std::size_t first_peak, std::int64_t roi_begin,
                               Candidate& candidate) {
    const auto& chain = settings_->chain;
    const auto& analysis = trace.analysis;
    const double period = analysis.sample_period_ns;
    const auto peaks = std::span(analysis.peaks).subspan(first_peak);
    const std::int64_t arrival = peaks.front().begin;
    const auto length = static_cast<std::int64_t>(samples_of_ns(chain.integration_ns(), period));
    auto& value = candidate.value;

    Pulse pulse;
    if (chain.variant() == config::PmtChain::CONDITIONAL_MEAN) {
        pulse = integrate(std::span<const double>(analysis.filtered), peaks, length);
    } else if (chain.variant() == config::PmtChain::LOCAL_BASELINE) {
        const auto before = static_cast<std::int64_t>(samples_of_ns(chain.local_baseline_ns(), period));
        const auto pedestal = local_pedestal(analysis.x, arrival, before, chain.local_baseline_adc());
        // Without one quiet sample there is nothing to subtract, and the variable stays absent.
        if (pedestal.count > 0)
            value[LOCAL_BASELINE_ADC] =
                static_cast<double>(pedestal.sum) / static_cast<double>(pedestal.count);
        pulse = integrate(analysis.x, peaks, length, pedestal.count > 0 ? pedestal : Pedestal{});
    } else {
        pulse = integrate(analysis.x, peaks, length);
    }

    if (arrival + length > static_cast<std::int64_t>(trace.trace->count)) candidate.quality |= SHORT_TRACE;
    value[T_REC_NS] = t_rec_ns(arrival, roi_begin, period, chain.beam_delay_ns());
    value[T_REC_US] = value[T_REC_NS] * 1e-3;
    value[CHARGE_ADC] = pulse.charge;
    value[PE] = pulse.charge / spe_charges_[0];
    value[N_PEAKS] = pulse.peaks;
    value[PEAK_ADC] = pulse.highest;
    value[T10_NS] = pulse.t10 * period;
    value[T50_NS] = pulse.t50 * period;
    value[T90_NS] = pulse.t90 * period;
    value[T0_50_NS] = value[T50_NS];
    value[T10_90_NS] = (pulse.t90 - pulse.t10) * period;
    value[BASELINE_ADC] = analysis.baseline;
}

void PmtWorker::tell(const ChannelSlot& slot, ChannelFacts& out) const {
    for (const auto& pmt : pmts()) {
        const auto indices = pmt.indices();
        for (std::size_t i = 0; i < indices.size(); ++i) {
            const auto samples = told_samples(slot.record, indices[i], settings_->whole_records);
            tell_trace(pmt.channel(), pmt.all()[i], samples, out);
        }
    }
}

// Of the trace's first samples alone: its quality bits are of the whole trace.
void PmtWorker::tell_trace(std::uint16_t channel, const AnalysedTrace& trace, std::size_t samples,
                           ChannelFacts& out) const {
    const auto& analysis = trace.analysis;
    const double period = analysis.sample_period_ns;
    const auto baseline =
        std::min<std::size_t>(trace.trace->count, samples_of_ns(settings_->chain.baseline_ns(), period));
    // A baseline that has seen the roi would carry it into everything.
    if (baseline == 0 || baseline > samples || detector_.linear_gate(analysis, samples)) return;
    const auto rule = peak_rule(settings_->chain);
    const auto untouched = analysis.filtered.empty()
                               ? untouched_samples(analysis.x, samples, rule)
                               : untouched_samples(std::span(analysis.filtered), samples, rule);
    if (const auto level =
            quiet_level(channel, analysis.x, analysis.peaks, std::min<std::size_t>(baseline, untouched)))
        out.levels.push_back(*level);
    if (samples == trace.trace->count && (analysis.quality & OVERFLOW) != 0) return;
    for_each_isolated(analysis.peaks, static_cast<std::int64_t>(untouched),
                      samples_of_ns(isolation_ns, period, 0),
                      [&](const Peak& peak) { out.singles.push_back({channel, charge_of(analysis, peak)}); });
}

void PmtWorker::gather_onsets() {
    onsets_.clear();
    for (std::uint32_t p = 0; p < used_; ++p)
        for (const auto& trace : pmts_[p].all()) {
            if (!trace.counts()) continue;
            for (const auto& peak : trace.analysis.peaks)
                onsets_.push_back({peak.begin - trace.roi_begin, p});
        }
    sort_onsets(onsets_);
}

bool PmtWorker::periods_agree(double sample_period_ns) const {
    for (const auto& pmt : pmts())
        for (const auto& trace : pmt.all())
            if (trace.in_window && !in_step(sample_period_ns, trace.analysis.sample_period_ns)) return false;
    return true;
}

// The first coincidence that begins in the roi decides, as the first peak does without partners.
bool PmtWorker::find_coincidence(const proto::SpillRecord& record, const proto::Window& window,
                                 Candidate& candidate) {
    const AnalysedTrace* any = nullptr;
    for (const auto& pmt : pmts())
        for (const auto& trace : pmt.all())
            if (any == nullptr && trace.in_window) any = &trace;
    if (any == nullptr) return false;
    const double period = any->analysis.sample_period_ns;
    if (!periods_agree(period)) {
        candidate.quality |= PERIOD_MISMATCH;
        return false;
    }
    const auto& chain = settings_->chain;
    gather_onsets();
    const auto light = first_coincidence(
        onsets_, 0, {samples_of_ns(chain.coincidence_ns(), period, 0), chain.coincidence_pmts()});
    if (!light) return false;
    const SampleBounds bounds(record, *any->trace, window);
    const std::int64_t length = samples_of_ns(chain.integration_ns(), period);
    if (light->first >= bounds.roi_end - bounds.roi_begin - length) return false;
    fill_coincidence(*light, period, length, candidate);
    return true;
}

void PmtWorker::fill_coincidence(const Coincidence& light, double sample_period_ns, std::int64_t length,
                                 Candidate& candidate) {
    const auto& chain = settings_->chain;
    const PulseWindow window{light.first, std::min(length, settings_->longest)};
    const auto pulse = shared_pulse_.measure(pmts(), spe_charges_, window);
    // Cut to what sums allow: the board samples faster than the config said.
    if (!pulse.complete || window.length < length) candidate.quality |= SHORT_TRACE;
    auto& value = candidate.value;
    value[T_REC_NS] = t_rec_ns(light.first, 0, sample_period_ns, chain.beam_delay_ns());
    value[T_REC_US] = value[T_REC_NS] * 1e-3;
    value[CHARGE_ADC] = pulse.charge;
    value[PE] = pulse.own_pe + pulse.partner_pe;
    value[N_PEAKS] = pulse.peaks;
    value[PEAK_ADC] = pulse.highest;
    value[T10_NS] = pulse.t10 * sample_period_ns;
    value[T50_NS] = pulse.t50 * sample_period_ns;
    value[T90_NS] = pulse.t90 * sample_period_ns;
    value[T0_50_NS] = value[T50_NS];
    value[T10_90_NS] = (pulse.t90 - pulse.t10) * sample_period_ns;
    value[LOCAL_BASELINE_ADC] = pulse.local_baseline;
    value[PMTS] = light.pmts;
    if (value[PE] > 0) value[PE_ASYMMETRY] = (pulse.own_pe - pulse.partner_pe) / value[PE];
}

}  // namespace spillgate::offline::pmt
