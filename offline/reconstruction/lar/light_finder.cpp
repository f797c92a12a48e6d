#include "offline/reconstruction/lar/light_finder.hpp"

#include <algorithm>

#include "offline/reconstruction/lar/lar_variables.hpp"
#include "offline/reconstruction/pmt/settings.hpp"

namespace spillgate::offline::lar {

pmt::PeakRule region_rule(const config::LarChain& chain) {
    return {chain.threshold_adc(), chain.min_width_samples()};
}

void LightFinder::operator()(const proto::SpillRecord& record, const proto::Trace& trace, Light& out) {
    const auto words = record.samples_of(trace);
    const pmt::WordOrder order(trace.encoding, codes_);
    out.sample_period_ns = proto::sample_period_ns(record, trace);
    const std::size_t first =
        std::min<std::size_t>(words.size(), pmt::samples_of_ns(chain_.baseline_ns(), out.sample_period_ns));
    out.baseline = pmt::median_code(words.first(first), order);
    out.x = pmt::TraceSamples(words, trace.encoding, codes_, out.baseline, chain_.positive_pulses());

    out.onsets.clear();
    out.peaks.clear();
    const auto region = region_rule(chain_);
    const pmt::RunRule over{out.baseline, chain_.threshold_adc(), chain_.min_width_samples(),
                            chain_.positive_pulses()};
    const auto codes = runs_(words, order, over, [&](std::size_t begin, std::size_t after) {
        out.onsets.push_back(static_cast<std::int64_t>(begin));
        pmt::add_peak(begin, after, words.size(), region, out.peaks);
    });
    const auto low = chain_.has_overflow_low() ? chain_.overflow_low() : pmt::lowest_code(trace.encoding);
    const auto high = chain_.has_overflow_high() ? chain_.overflow_high() : pmt::highest_code(trace.encoding);
    const bool overflow = codes.reaches(low, high) || (trace.flags & proto::TRACE_OVERFLOW) != 0;
    out.quality = overflow ? OVERFLOW : 0u;
    if ((trace.flags & proto::TRACE_PILE_UP) != 0) out.quality |= PILE_UP;
    if ((trace.flags & proto::TRACE_REDUCED) != 0) {
        out.quality |= REDUCED_TRACE;
        out.onsets.clear();
        out.peaks.clear();
    }
}

}  // namespace spillgate::offline::lar
