#include "offline/reconstruction/hpge/hpge_worker.hpp"

#include <algorithm>
#include <cmath>

#include "offline/reconstruction/hpge/onset.hpp"
#include "offline/reconstruction/hpge/pole_zero.hpp"
#include "offline/reconstruction/hpge/pulse.hpp"
#include "offline/reconstruction/sample_bounds.hpp"

namespace spillgate::offline::hpge {

namespace {

// NaN is no value.
void raise(double& highest, double value) {
    if (std::isnan(highest) || value > highest) highest = value;
}

void fill_baseline(const RisingScale& scale, const Baseline& baseline, double sample_period_ns,
                   Candidate& candidate) {
    candidate.value[BASELINE_ADC] = scale.code(baseline.mean);
    candidate.value[BASELINE_SLOPE_ADC_PER_US] = scale.sign * baseline.slope * 1e3 / sample_period_ns;
    candidate.value[BASELINE_RMS_ADC] = baseline.rms;
}

}  // namespace

HpgeWorker::HpgeWorker(std::shared_ptr<const HpgeSettings> settings)
    : WindowWorker(veto::settings_of(settings->chain.veto(), settings->chain.beam_delay_ns()),
                   {N_MUONS, MUON_ONSET_US, LAST_MUON_ONSET_US, SINCE_MUON_US, T_REC_NS, MUON}),
      settings_(std::move(settings)) {}

void HpgeWorker::analyse(const ChannelSlot& slot) {
    used_ = slot.traces.size();
    if (traces_.size() < used_) traces_.resize(used_);
    for (std::size_t i = 0; i < used_; ++i)
        analyse_trace(slot.record, slot.traces[i], traces_[i]);
    constants_ = settings_->constants(slot.channel, slot.record.utc_ns);
}

bool HpgeWorker::fill(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate) {
    fill_window(record, window, candidate);
    return find_candidate(record, window, candidate);
}

// A baseline that has seen a roi is not told.
void HpgeWorker::tell(const ChannelSlot& slot, ChannelFacts& out) const {
    for (const auto& analysed : std::span(traces_).first(used_)) {
        const auto samples = std::min<std::size_t>(
            {analysed.lengths.baseline, longest_baseline, std::size_t{analysed.trace->count}});
        if (samples < fewest_level_samples ||
            samples > told_samples(slot.record, analysed.index, settings_->whole_records))
            continue;
        const auto& baseline = analysed.sums.baseline;
        out.levels.push_back({slot.channel, analysed.scale.code(baseline.mean), baseline.rms});
    }
}

void HpgeWorker::analyse_trace(const proto::SpillRecord& record, std::uint32_t index,
                               AnalysedTrace& out) const {
    const auto& chain = settings_->chain;
    out.index = index;
    out.trace = &record.traces[index];
    const auto& trace = *out.trace;
    const double period = proto::sample_period_ns(record, trace);
    if (out.sample_period_ns != period) {
        out.sample_period_ns = period;
        out.lengths = Lengths(chain, period);
    }
    out.scale = RisingScale(trace.encoding, chain.positive_pulses());
    sum_trace(record.samples_of(trace), out.scale.words, std::min(out.lengths.baseline, longest_baseline),
              out.sums);
    out.long_enough = out.lengths.fit(trace.count);
    out.quality = 0;
    if (overflows(chain, trace, out.scale, out.sums.extremes)) out.quality |= OVERFLOW;
    if (!out.long_enough) out.quality |= SHORT_TRACE;
    if ((trace.flags & proto::TRACE_REDUCED) != 0) out.quality |= REDUCED_TRACE;
    if ((trace.flags & proto::TRACE_PILE_UP) != 0) out.quality |= PILE_UP;
}

void HpgeWorker::fill_window(const proto::SpillRecord& record, const proto::Window& window,
                             Candidate& candidate) {
    bool any = false;
    bool covered = false;
    for (const auto& analysed : traces()) {
        if (!has_trace(window, analysed.index)) continue;
        const auto& trace = *analysed.trace;
        candidate.quality |= analysed.quality;
        if (!any) fill_baseline(analysed.scale, analysed.sums.baseline, analysed.sample_period_ns, candidate);
        any = true;
        covered = covered || covers(trace, record, window);
        if (!analysed.long_enough) continue;
        raise(candidate.value[PRETRACE_STEP_ADC],
              highest_step_adc(analysed.sums.sums, analysed.lengths.step,
                               proto::sample_position(record, trace, window.pretrace_begin),
                               proto::sample_position(record, trace, window.pretrace_end)));
    }
    if (!settings_->whole_records) return;
    if (!any) candidate.quality |= NO_TRACE;
    if (any && !covered) candidate.quality |= SHORT_TRACE;
}

bool HpgeWorker::find_candidate(const proto::SpillRecord& record, const proto::Window& window,
                                Candidate& candidate) {
    bool found = false;
    for (const auto& analysed : traces()) {
        if (!has_trace(window, analysed.index) || !analysed.long_enough ||
            (analysed.quality & REDUCED_TRACE) != 0)
            continue;
        if (!found) {
            found = find_in_trace(record, window, analysed, candidate);
            continue;
        }
        // Later traces still have their say in what cuts on the window look at.
        raise(candidate.value[ROI_STEP_ADC],
              highest_step_adc(analysed.sums.sums, analysed.lengths.step,
                               proto::sample_position(record, *analysed.trace, window.roi_begin),
                               proto::sample_position(record, *analysed.trace, window.roi_end) + 1));
    }
    return found;
}

bool HpgeWorker::find_in_trace(const proto::SpillRecord& record, const proto::Window& window,
                               const AnalysedTrace& analysed, Candidate& candidate) {
    const auto& chain = settings_->chain;
    const auto& lengths = analysed.lengths;
    const double period = analysed.sample_period_ns;
    const auto roi_begin = proto::sample_position(record, *analysed.trace, window.roi_begin);
    const auto roi_end = proto::sample_position(record, *analysed.trace, window.roi_end);
    const auto search =
        find_onset(analysed.sums.sums, lengths.step, chain.t0_threshold_adc(), roi_begin, roi_end);
    raise(candidate.value[ROI_STEP_ADC], search.highest_adc);
    if (search.begins_before && roi_begin < static_cast<std::int64_t>(lengths.step.length()))
        candidate.quality |= SHORT_TRACE;
    if (!search.onset) return false;
    const double lambda = decay_fraction(period / constants_.decay_ns);
    const auto pulse =
        measure_pulse(analysed.sums, lengths, lambda, chain.pile_up_threshold_adc(), *search.onset);
    if (!pulse) {
        candidate.quality |= SHORT_TRACE;
        return false;
    }
    if (!(pulse->energy >= chain.energy_threshold_adc())) return false;

    auto& value = candidate.value;
    const double t0 = search.onset->t0;
    value[T_REC_NS] = (t0 - static_cast<double>(roi_begin)) * period - chain.beam_delay_ns();
    value[T_REC_US] = value[T_REC_NS] * 1e-3;
    value[ENERGY_KEV] = constants_.kev(pulse->energy);
    value[ENERGY_ADC] = pulse->energy;
    value[ENERGY_MAX_ADC] = pulse->energy_max;
    value[STEP_ADC] = search.onset->step_adc;
    value[CURRENT_ADC] = pulse->current;
    value[A_OVER_E] = pulse->current / pulse->energy;
    value[T10_NS] = (pulse->t10 - t0) * period;
    value[T50_NS] = (pulse->t50 - t0) * period;
    value[T90_NS] = (pulse->t90 - t0) * period;
    value[T10_90_NS] = (pulse->t90 - pulse->t10) * period;
    fill_baseline(analysed.scale, analysed.sums.baseline, period, candidate);
    if (pulse->pile_up) candidate.quality |= PILE_UP;
    return true;
}

}  // namespace spillgate::offline::hpge
