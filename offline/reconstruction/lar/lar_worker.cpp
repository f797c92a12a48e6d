#include "offline/reconstruction/lar/lar_worker.hpp"

#include <algorithm>
#include <limits>

#include "offline/reconstruction/lar/lar_variables.hpp"
#include "offline/reconstruction/pmt/isolated_peaks.hpp"
#include "offline/reconstruction/pmt/settings.hpp"
#include "offline/reconstruction/sample_bounds.hpp"

namespace spillgate::offline::lar {

LarWorker::LarWorker(std::shared_ptr<const LarSettings> settings)
    : WindowWorker(veto::settings_of(settings->chain.veto(), settings->chain.beam_delay_ns()),
                   {N_MUONS, MUON_ONSET_US, LAST_MUON_ONSET_US, SINCE_MUON_US, T_REC_NS, MUON}),
      settings_(std::move(settings)),
      finder_(settings_->chain) {}

void LarWorker::analyse(const ChannelSlot& slot) {
    used_ = std::min(1 + slot.partners.size(), pmt::most_pmts);
    if (pmts_.size() < used_) pmts_.resize(used_);
    pmts_[0].analyse(slot.record, slot.channel, slot.traces, finder_);
    for (std::size_t i = 1; i < used_; ++i)
        pmts_[i].analyse(slot.record, slot.partners[i - 1].channel, slot.partners[i - 1].indices, finder_);
    weights_.clear();
    for (const auto& pmt : pmts())
        weights_.push_back(pmt::pe_weight(settings_->spe.of(pmt.channel(), slot.record.utc_ns)));
}

bool LarWorker::fill(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate) {
    for (auto& pmt : pmts())
        pmt.enter(record, window);
    fill_quality(record, window, candidate);
    fill_pulses(record, window, candidate);
    return find_event(record, window, candidate);
}

void LarWorker::fill_quality(const proto::SpillRecord& record, const proto::Window& window,
                             Candidate& candidate) {
    for (const auto& pmt : pmts()) {
        bool covered = false;
        for (const auto& trace : pmt.traces()) {
            candidate.quality |= trace.light->quality;
            covered = covered || covers(*trace.trace, record, window);
        }
        if (!settings_->whole_records) continue;
        if (pmt.traces().empty())
            candidate.quality |= NO_TRACE;
        else if (!covered)
            candidate.quality |= SHORT_TRACE;
    }
    if (const auto own = pmts_[0].traces(); !own.empty())
        candidate.value[BASELINE_ADC] = own.front().light->baseline;
}

void LarWorker::tell(const ChannelSlot& slot, ChannelFacts& out) const {
    for (const auto& pmt : pmts())
        for (const auto& [index, light] : pmt.analysed())
            tell_trace(pmt.channel(), light, told_samples(slot.record, index, settings_->whole_records), out);
}

// As pmt::PmtWorker does, with the peaks that SPE calibrations of LAr chains have.
void LarWorker::tell_trace(std::uint16_t channel, const Light& light, std::size_t samples,
                           ChannelFacts& out) const {
    const auto& x = light.x;
    const auto baseline = std::min<std::size_t>(
        x.size(), pmt::samples_of_ns(settings_->chain.baseline_ns(), light.sample_period_ns));
    if (baseline == 0 || baseline > samples) return;
    const auto untouched = pmt::untouched_samples(x, samples, region_rule(settings_->chain));
    if (const auto level =
            pmt::quiet_level(channel, x, light.peaks, std::min<std::size_t>(baseline, untouched)))
        out.levels.push_back(*level);
    if (samples == x.size() && (light.quality & OVERFLOW) != 0) return;
    pmt::for_each_isolated(
        light.peaks, static_cast<std::int64_t>(untouched),
        pmt::samples_of_ns(pmt::isolation_ns, light.sample_period_ns, 0),
        [&](const pmt::Peak& peak) { out.singles.push_back({channel, pmt::charge_of(x, peak)}); });
}

// Onsets become positions here, and are counted by the bounds of their own trace.
void LarWorker::fill_pulses(const proto::SpillRecord& record, const proto::Window& window,
                            Candidate& candidate) {
    std::uint64_t pretrace = 0;
    std::uint64_t roi = 0;
    onsets_.clear();
    for (std::uint32_t p = 0; p < used_; ++p)
        for (const auto& trace : pmts_[p].traces()) {
            const SampleBounds bounds(record, *trace.trace, window);
            for (const auto onset : trace.light->onsets) {
                pretrace += onset >= bounds.pretrace_begin && onset < bounds.pretrace_end;
                roi += onset >= bounds.roi_begin && onset < bounds.roi_end;
                onsets_.push_back({onset - bounds.roi_begin, p});
            }
        }
    pmt::sort_onsets(onsets_);
    candidate.value[PRETRACE_PULSES] = static_cast<double>(pretrace);
    candidate.value[ROI_PULSES] = static_cast<double>(roi);
}

std::optional<LarWorker::Frame> LarWorker::frame_of(const proto::SpillRecord& record,
                                                    const proto::Window& window) {
    for (const auto& pmt : pmts())
        for (const auto& trace : pmt.traces()) {
            const SampleBounds bounds(record, *trace.trace, window);
            return Frame{trace.light->sample_period_ns, bounds.pretrace_begin - bounds.roi_begin,
                         bounds.pretrace_end - bounds.roi_begin, bounds.roi_end - bounds.roi_begin};
        }
    return std::nullopt;
}

bool LarWorker::periods_agree(double sample_period_ns) {
    for (const auto& pmt : pmts())
        for (const auto& trace : pmt.traces())
            if (!in_step(sample_period_ns, trace.light->sample_period_ns)) return false;
    return true;
}

bool LarWorker::find_event(const proto::SpillRecord& record, const proto::Window& window,
                           Candidate& candidate) {
    auto& value = candidate.value;
    const auto frame = frame_of(record, window);
    if (!frame) {
        value[PRETRACE_COINCIDENCES] = value[ROI_COINCIDENCES] = 0;
        return false;
    }
    if (!periods_agree(frame->sample_period_ns)) {
        candidate.quality |= PERIOD_MISMATCH;
        return false;
    }
    const auto& chain = settings_->chain;
    const pmt::CoincidenceRule rule{pmt::samples_of_ns(chain.coincidence_ns(), frame->sample_period_ns, 0),
                                    chain.coincidence_pmts()};
    value[PRETRACE_COINCIDENCES] = static_cast<double>(
        pmt::count_coincidences(onsets_, frame->pretrace_begin, frame->pretrace_end, rule));
    value[ROI_COINCIDENCES] = static_cast<double>(pmt::count_coincidences(onsets_, 0, frame->roi_end, rule));
    const auto light = pmt::first_coincidence(onsets_, 0, rule);
    return light && fill_event(*frame, *light, candidate);
}

bool LarWorker::fill_event(const Frame& frame, const pmt::Coincidence& light, Candidate& candidate) {
    const auto& chain = settings_->chain;
    const double period = frame.sample_period_ns;
    const auto rule = EventRule::of(chain, period, settings_->longest);
    light_.begin(light.first - rule.before(), light.first + rule.after());
    for (std::size_t p = 0; p < used_; ++p)
        light_.add(pmts_[p], weights_[p]);
    const auto event = measure(light_, light.first, rule);
    if (event.start >= frame.roi_end - rule.integration) return false;

    auto& value = candidate.value;
    const double delay = chain.beam_delay_ns();
    value[T_REC_NS] = t_rec_ns(event.start, 0, period, delay);
    value[T_REC_US] = value[T_REC_NS] * 1e-3;
    value[PE] = pmt::pe_of(event.total);
    value[PROMPT_PE] = pmt::pe_of(event.prompt);
    if (event.total > 0) value[F90] = static_cast<double>(event.prompt) / static_cast<double>(event.total);
    value[PEAK_PE] = pmt::pe_of(event.peak);
    if (event.has_later && event.peak > 0)
        value[LATER_PEAK_RATIO] = static_cast<double>(event.later_peak) / static_cast<double>(event.peak);
    value[PMTS] = light.pmts;
    value[FIRST_LIGHT_NS] = t_rec_ns(light.first, 0, period, delay);
    value[LIGHT_SPREAD_NS] = static_cast<double>(light.last - light.first) * period;
    if (event.pile_up) candidate.quality |= PILE_UP;
    // Lengths that were cut to what sums allow: the board samples faster than the config said.
    if (rule.pre + rule.integration == settings_->longest) candidate.quality |= SHORT_TRACE;
    fill_pmts(event, rule, candidate);
    return true;
}

void LarWorker::fill_pmts(const LarEvent& event, const EventRule& rule, Candidate& candidate) {
    std::int64_t partners = 0;
    std::int64_t own = 0;
    std::int64_t largest = std::numeric_limits<std::int64_t>::min();
    for (std::size_t p = 0; p < used_; ++p) {
        const auto stretch = pmts_[p].sum(event.start - rule.pre, event.start + rule.integration);
        // A PMT without a trace there was quiet; one whose trace begins or ends there is not known.
        if (stretch.samples > 0 && stretch.samples < rule.pre + rule.integration)
            candidate.quality |= SHORT_TRACE;
        const std::int64_t light = weights_[p] * stretch.charge;
        (p == 0 ? own : partners) += light;
        largest = std::max(largest, light);
    }
    auto& value = candidate.value;
    value[OWN_PE] = pmt::pe_of(own);
    value[PARTNER_PE] = pmt::pe_of(partners);
    if (event.total <= 0) return;
    value[PE_ASYMMETRY] = static_cast<double>(own - partners) / static_cast<double>(event.total);
    value[PE_LARGEST_SHARE] = static_cast<double>(largest) / static_cast<double>(event.total);
}

}  // namespace spillgate::offline::lar
