#include "offline/reconstruction/pmt/trace_analysis.hpp"

#include <algorithm>

#include "offline/reconstruction/pmt/pmt_variables.hpp"

namespace spillgate::offline::pmt {

namespace {

// Median of the first baseline_ns, and x of every sample. `corrected` is left as the corrected codes.
void subtract_baseline(std::span<const std::uint16_t> words, const proto::Encoding& encoding,
                       const CodeTable& codes, double baseline_ns, bool positive, MedianBaseline& median,
                       std::vector<std::int32_t>& corrected, TraceAnalysis& out) {
    corrected.resize(words.size());
    if (codes.is_identity())
        std::transform(words.begin(), words.end(), corrected.begin(),
                       [&](std::uint16_t word) { return code_of(word, encoding); });
    else
        std::transform(words.begin(), words.end(), corrected.begin(),
                       [&](std::uint16_t word) { return codes.corrected(code_of(word, encoding)); });

    const std::size_t first =
        std::min<std::size_t>(words.size(), samples_of_ns(baseline_ns, out.sample_period_ns));
    out.baseline = median(std::span(corrected).first(first));
    out.x.resize(words.size());
    const std::int32_t sign = positive ? -1 : 1;
    std::transform(corrected.begin(), corrected.end(), out.x.begin(),
                   [&](std::int32_t code) { return sign * (out.baseline - code); });
}

void clear(TraceAnalysis& out) {
    out.quality = 0;
    out.filtered.clear();
    out.peaks.clear();
}

}  // namespace

DetectorTraceAnalyser::DetectorTraceAnalyser(const config::PmtChain& chain)
    : chain_(chain),
      codes_(chain.codes()),
      rule_(peak_rule(chain)),
      conditional_mean_(chain.filter_length(), chain.filter_band_adc()) {}

// Numbers of downward and upward crossings differ exactly when the first and the last sample lie on different
// sides of the code.
bool DetectorTraceAnalyser::linear_gate(std::int32_t baseline) const {
    if (!chain_.linear_gate_check() || corrected_.empty()) return false;
    const auto code = chain_.linear_gate_code();
    return (corrected_.front() < code) != (corrected_.back() < code) ||
           baseline < chain_.linear_gate_min_baseline();
}

void DetectorTraceAnalyser::operator()(const proto::SpillRecord& record, const proto::Trace& trace,
                                       TraceAnalysis& out) {
    clear(out);
    out.sample_period_ns = proto::sample_period_ns(record, trace);
    const auto words = record.samples_of(trace);
    subtract_baseline(words, trace.encoding, codes_, chain_.baseline_ns(), chain_.positive_pulses(), median_,
                      corrected_, out);

    const auto low = chain_.has_overflow_low() ? chain_.overflow_low() : lowest_code(trace.encoding);
    const auto high = chain_.has_overflow_high() ? chain_.overflow_high() : highest_code(trace.encoding);
    const bool overflow = std::any_of(words.begin(), words.end(), [&](std::uint16_t word) {
        const auto code = code_of(word, trace.encoding);
        return code <= low || code >= high;
    });
    if (overflow || (trace.flags & proto::TRACE_OVERFLOW) != 0) out.quality |= OVERFLOW;
    if (linear_gate(out.baseline)) out.quality |= LINEAR_GATE;
    if ((trace.flags & proto::TRACE_PILE_UP) != 0) out.quality |= PILE_UP;
    if ((trace.flags & proto::TRACE_REDUCED) != 0) out.quality |= REDUCED_TRACE;

    if (chain_.variant() != config::PmtChain::CONDITIONAL_MEAN) {
        find_peaks<std::int32_t>(out.x, rule_, out.peaks);
        return;
    }
    out.filtered.resize(words.size());
    conditional_mean_(corrected_, out.baseline, out.filtered);
    if (chain_.positive_pulses())
        for (auto& value : out.filtered)
            value = -value;
    find_peaks<double>(out.filtered, rule_, out.peaks);
}

}  // namespace spillgate::offline::pmt
