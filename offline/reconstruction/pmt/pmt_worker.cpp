#include "offline/reconstruction/pmt/pmt_worker.hpp"

#include <algorithm>
#include <limits>

#include "offline/reconstruction/pmt/pulse.hpp"

namespace spillgate::offline::pmt {

namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

// A window's bounds as samples of one trace, [begin, end).
struct SampleBounds {
    std::int64_t pretrace_begin, pretrace_end, roi_begin, roi_end;
    SampleBounds(const proto::SpillRecord& record, const proto::Trace& trace, const proto::Window& window)
        : pretrace_begin(proto::sample_position(record, trace, window.pretrace_begin)),
          pretrace_end(proto::sample_position(record, trace, window.pretrace_end)),
          roi_begin(proto::sample_position(record, trace, window.roi_begin)),
          roi_end(proto::sample_position(record, trace, window.roi_end)) {}
};

// When a sample comes, counted as t_rec is: from the roi begin, less the beam delay.
double t_rec_ns(std::int64_t sample, std::int64_t roi_begin, double sample_period_ns, double beam_delay_ns) {
    return static_cast<double>(sample - roi_begin) * sample_period_ns - beam_delay_ns;
}

bool covers(const proto::Trace& trace, const proto::SpillRecord& record, const proto::Window& window) {
    return proto::sample_position(record, trace, window.begin()) >= 0 &&
           proto::sample_position(record, trace, window.end()) <= static_cast<std::int64_t>(trace.count);
}

}  // namespace

double PmtSettings::spe_charge(std::uint16_t channel, std::int64_t utc_ns) const {
    if (channel < spe_slices.size())
        for (const auto& slice : spe_slices[channel])
            if (slice.valid_from_utc_ns() <= utc_ns && utc_ns < slice.valid_to_utc_ns())
                return slice.spe_charge_adc();
    return chain.spe_charge_adc();
}

template <class Analyser>
void PmtWorker::TraceList::analyse(const proto::SpillRecord& record, std::span<const std::uint32_t> indices,
                                   Analyser& analyser) {
    if (traces_.size() < indices.size()) traces_.resize(indices.size());
    indices_.assign(indices.begin(), indices.end());
    used_ = indices.size();
    for (std::size_t i = 0; i < used_; ++i) {
        traces_[i].trace = &record.traces[indices[i]];
        analyser(record, *traces_[i].trace, traces_[i].analysis);
    }
}

void PmtWorker::TraceList::enter(const proto::Window& window) {
    for (std::size_t i = 0; i < used_; ++i)
        traces_[i].in_window =
            std::find(window.traces.begin(), window.traces.end(), indices_[i]) != window.traces.end();
}

PmtWorker::PmtWorker(std::shared_ptr<const PmtSettings> settings)
    : settings_(std::move(settings)),
      detector_(settings_->chain),
      veto_(veto::settings_of(settings_->chain)) {}

void PmtWorker::reconstruct(const ChannelSlot& slot, std::vector<Candidate>& out) {
    const auto& record = slot.record;
    traces_.analyse(record, slot.traces, detector_);
    veto_.search(slot);
    const double spe_charge = settings_->spe_charge(slot.channel, record.utc_ns);
    for (std::size_t w = 0; w < record.windows.size(); ++w) {
        const auto& window = record.windows[w];
        auto& candidate = out.emplace_back();
        candidate.channel = slot.channel;
        candidate.window = static_cast<std::uint16_t>(w);
        candidate.kind = window.kind;
        candidate.value.fill(absent);
        traces_.enter(window);
        fill_window(record, window, candidate);
        fill_muons(record, window, candidate);
        candidate.found = find_arrival(record, window, candidate, spe_charge);
        if (candidate.found)
            candidate.value[SINCE_MUON_US] = veto_.since_us(record, window, candidate.value[T_REC_NS]);
    }
}

void PmtWorker::fill_window(const proto::SpillRecord& record, const proto::Window& window,
                            Candidate& candidate) {
    std::uint64_t pretrace_peaks = 0;
    std::uint64_t roi_peaks = 0;
    bool any = false;
    bool covered = false;
    for (const auto& [trace, analysis, in_window] : traces_.all()) {
        if (!in_window) continue;
        const SampleBounds bounds(record, *trace, window);
        for (const auto& peak : analysis.peaks) {
            pretrace_peaks += peak.onset >= bounds.pretrace_begin && peak.onset < bounds.pretrace_end;
            roi_peaks += peak.onset >= bounds.roi_begin && peak.onset < bounds.roi_end;
        }
        candidate.quality |= analysis.quality;
        if (!any) candidate.value[BASELINE_ADC] = analysis.baseline;
        any = true;
        covered = covered || covers(*trace, record, window);
    }
    if (settings_->whole_records) {
        if (!any) candidate.quality |= NO_TRACE;
        if (any && !covered) candidate.quality |= SHORT_TRACE;
    }
    candidate.value[PRETRACE_PEAKS] = static_cast<double>(pretrace_peaks);
    candidate.value[ROI_PEAKS] = static_cast<double>(roi_peaks);
}

void PmtWorker::fill_muons(const proto::SpillRecord& record, const proto::Window& window,
                           Candidate& candidate) {
    const auto muons = veto_.muons(record, window);
    candidate.value[N_MUONS] = static_cast<double>(muons.count);
    candidate.value[MUON_ONSET_US] = muons.first_us;
    candidate.value[LAST_MUON_ONSET_US] = muons.last_us;
    if (muons.count > 0) candidate.quality |= MUON;
}

// Step 5 over all traces of the window in time order: the first peak whose region begins in the roi decides.
bool PmtWorker::find_arrival(const proto::SpillRecord& record, const proto::Window& window,
                             Candidate& candidate, double spe_charge) {
    for (const auto& channel_trace : traces_.all()) {
        const auto& peaks = channel_trace.analysis.peaks;
        if (!channel_trace.in_window || (channel_trace.analysis.quality & REDUCED_TRACE) != 0) continue;
        const SampleBounds bounds(record, *channel_trace.trace, window);
        const auto first = std::find_if(peaks.begin(), peaks.end(),
                                        [&](const Peak& peak) { return peak.begin >= bounds.roi_begin; });
        if (first == peaks.end()) continue;
        const auto length = static_cast<std::int64_t>(
            samples_of_ns(settings_->chain.integration_ns(), channel_trace.analysis.sample_period_ns));
        if (first->begin >= bounds.roi_end - length) return false;
        fill_candidate(channel_trace, static_cast<std::size_t>(first - peaks.begin()), bounds.roi_begin,
                       candidate, spe_charge);
        return true;
    }
    return false;
}

void PmtWorker::fill_candidate(const ChannelTrace& trace, std::size_t first_peak, std::int64_t roi_begin,
                               Candidate& candidate, double spe_charge) {
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
    value[PE] = pulse.charge / spe_charge;
    value[N_PEAKS] = pulse.peaks;
    value[PEAK_ADC] = pulse.highest;
    value[T10_NS] = pulse.t10 * period;
    value[T50_NS] = pulse.t50 * period;
    value[T90_NS] = pulse.t90 * period;
    value[T0_50_NS] = value[T50_NS];
    value[T10_90_NS] = (pulse.t90 - pulse.t10) * period;
    value[BASELINE_ADC] = analysis.baseline;
}

}  // namespace spillgate::offline::pmt
