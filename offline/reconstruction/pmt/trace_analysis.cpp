#include "offline/reconstruction/pmt/trace_analysis.hpp"

#include <algorithm>

#include "offline/reconstruction/pmt/pmt_variables.hpp"

namespace spillgate::offline::pmt {

DetectorTraceAnalyser::DetectorTraceAnalyser(const config::PmtChain& chain)
    : chain_(chain),
      codes_(chain.codes()),
      rule_(peak_rule(chain)),
      conditional_mean_(chain.filter_length(), chain.filter_band_adc()) {}

void DetectorTraceAnalyser::operator()(const proto::SpillRecord& record, const proto::Trace& trace,
                                       TraceAnalysis& out) {
    const auto words = record.samples_of(trace);
    const WordOrder order(trace.encoding, codes_);
    out.sample_period_ns = proto::sample_period_ns(record, trace);
    const std::size_t first =
        std::min<std::size_t>(words.size(), samples_of_ns(chain_.baseline_ns(), out.sample_period_ns));
    out.baseline = median_code(words.first(first), order);
    out.x = TraceSamples(words, trace.encoding, codes_, out.baseline, chain_.positive_pulses());
    out.filtered.clear();
    out.peaks.clear();
    const RunRule over{out.baseline, rule_.threshold, rule_.min_width, chain_.positive_pulses()};
    const auto codes = runs_(words, order, over, [&](std::size_t begin, std::size_t after) {
        add_peak(begin, after, words.size(), rule_, out.peaks);
    });
    if (chain_.variant() == config::PmtChain::CONDITIONAL_MEAN) filter_and_find_peaks(out);

    out.quality = 0;
    const auto low = chain_.has_overflow_low() ? chain_.overflow_low() : lowest_code(trace.encoding);
    const auto high = chain_.has_overflow_high() ? chain_.overflow_high() : highest_code(trace.encoding);
    if (codes.reaches(low, high) || (trace.flags & proto::TRACE_OVERFLOW) != 0) out.quality |= OVERFLOW;
    if (linear_gate(out, out.x.size())) out.quality |= LINEAR_GATE;
    if ((trace.flags & proto::TRACE_PILE_UP) != 0) out.quality |= PILE_UP;
    if ((trace.flags & proto::TRACE_REDUCED) != 0) out.quality |= REDUCED_TRACE;
}

void DetectorTraceAnalyser::filter_and_find_peaks(TraceAnalysis& out) {
    const std::size_t samples = out.x.size();
    corrected_.resize(samples);
    for (std::size_t i = 0; i < samples; ++i)
        corrected_[i] = out.x.corrected(i);
    out.filtered.resize(samples);
    conditional_mean_(corrected_, out.baseline, out.filtered);
    if (chain_.positive_pulses())
        for (auto& value : out.filtered)
            value = -value;
    out.peaks.clear();
    for_each_run(out.filtered, rule_.threshold, rule_.min_width, [&](std::size_t begin, std::size_t after) {
        add_peak(begin, after, samples, rule_, out.peaks);
    });
}

// Numbers of downward and upward crossings differ exactly when the first and the last sample lie on different
// sides of the code.
bool DetectorTraceAnalyser::linear_gate(const TraceAnalysis& analysis, std::size_t samples) const {
    const auto& x = analysis.x;
    if (!chain_.linear_gate_check() || samples == 0) return false;
    const auto code = chain_.linear_gate_code();
    return (x.corrected(0) < code) != (x.corrected(samples - 1) < code) ||
           analysis.baseline < chain_.linear_gate_min_baseline();
}

}  // namespace spillgate::offline::pmt
