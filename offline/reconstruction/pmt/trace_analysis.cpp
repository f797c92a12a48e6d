#include "offline/reconstruction/pmt/trace_analysis.hpp"

#include <algorithm>

#include "offline/reconstruction/kernels/marks.hpp"
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
    find_peaks(words, order, out);
    if (chain_.variant() == config::PmtChain::CONDITIONAL_MEAN) filter_and_find_peaks(out);

    out.quality = 0;
    if (overflows(trace.encoding, order) || (trace.flags & proto::TRACE_OVERFLOW) != 0)
        out.quality |= OVERFLOW;
    if (linear_gate(out)) out.quality |= LINEAR_GATE;
    if ((trace.flags & proto::TRACE_PILE_UP) != 0) out.quality |= PILE_UP;
    if ((trace.flags & proto::TRACE_REDUCED) != 0) out.quality |= REDUCED_TRACE;
}

// The one pass over all samples: marks those over threshold, and takes the extremes along.
void DetectorTraceAnalyser::find_peaks(std::span<const std::uint16_t> words, const WordOrder& order,
                                       TraceAnalysis& out) {
    const auto threshold = threshold_at(order, out.baseline, rule_.threshold, chain_.positive_pulses());
    marks_.resize(kernels::mark_words(words.size()));
    ranks_ = kernels::mark_at_or_below(words, threshold.flip, threshold.rank, marks_);
    if (chain_.positive_pulses())
        ranks_ = {static_cast<std::int16_t>(~ranks_.highest), static_cast<std::int16_t>(~ranks_.lowest)};
    if (threshold.none) return;
    kernels::for_each_marked_run(marks_, words.size(), rule_.min_width,
                                 [&](std::size_t begin, std::size_t after) {
                                     add_peak(begin, after, words.size(), rule_, out.peaks);
                                 });
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
bool DetectorTraceAnalyser::linear_gate(const TraceAnalysis& analysis) const {
    const auto& x = analysis.x;
    if (!chain_.linear_gate_check() || x.size() == 0) return false;
    const auto code = chain_.linear_gate_code();
    return (x.corrected(0) < code) != (x.corrected(x.size() - 1) < code) ||
           analysis.baseline < chain_.linear_gate_min_baseline();
}

bool DetectorTraceAnalyser::overflows(const proto::Encoding& encoding, const WordOrder& order) const {
    if (ranks_.lowest > ranks_.highest) return false;
    const auto low = chain_.has_overflow_low() ? chain_.overflow_low() : lowest_code(encoding);
    const auto high = chain_.has_overflow_high() ? chain_.overflow_high() : highest_code(encoding);
    return order.code(ranks_.lowest) <= low || order.code(ranks_.highest) >= high;
}

}  // namespace spillgate::offline::pmt
