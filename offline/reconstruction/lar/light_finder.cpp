#include "offline/reconstruction/lar/light_finder.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "offline/reconstruction/lar/lar_variables.hpp"
#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/peak_finder.hpp"

namespace spillgate::offline::lar {

void LightFinder::operator()(const proto::SpillRecord& record, const proto::Trace& trace, Light& out) {
    out.sample_period_ns = proto::sample_period_ns(record, trace);
    const auto words = record.samples_of(trace);
    out.x.resize(words.size());
    // By value: stores to x cannot change it, so that the loop is vectorised.
    std::ranges::transform(words, out.x.begin(), [encoding = trace.encoding](std::uint16_t word) {
        return pmt::code_of(word, encoding);
    });

    const auto low = chain_.has_overflow_low() ? chain_.overflow_low() : pmt::lowest_code(trace.encoding);
    const auto high = chain_.has_overflow_high() ? chain_.overflow_high() : pmt::highest_code(trace.encoding);
    // Extremes instead of a search that may end early: a loop that the compiler vectorises.
    std::int32_t least = std::numeric_limits<std::int32_t>::max();
    std::int32_t most = std::numeric_limits<std::int32_t>::min();
    for (const auto code : out.x) {
        least = std::min(least, code);
        most = std::max(most, code);
    }
    const bool overflow = least <= low || most >= high;
    out.quality = overflow || (trace.flags & proto::TRACE_OVERFLOW) != 0 ? OVERFLOW : 0u;
    if ((trace.flags & proto::TRACE_PILE_UP) != 0) out.quality |= PILE_UP;
    if ((trace.flags & proto::TRACE_REDUCED) != 0) out.quality |= REDUCED_TRACE;

    const std::size_t first =
        std::min<std::size_t>(out.x.size(), pmt::samples_of_ns(chain_.baseline_ns(), out.sample_period_ns));
    out.baseline = median_(std::span(out.x).first(first));
    const auto baseline = out.baseline;
    if (chain_.positive_pulses())
        std::ranges::transform(out.x, out.x.begin(), [=](std::int32_t code) { return code - baseline; });
    else
        std::ranges::transform(out.x, out.x.begin(), [=](std::int32_t code) { return baseline - code; });

    out.onsets.clear();
    if (out.x.empty() || (out.quality & REDUCED_TRACE) != 0) return;
    const auto highest_x = chain_.positive_pulses() ? most - baseline : baseline - least;
    if (highest_x < chain_.threshold_adc()) return;  // most traces are quiet
    pmt::for_each_run<std::int32_t>(
        out.x, chain_.threshold_adc(), chain_.min_width_samples(),
        [&](std::size_t begin, std::size_t) { out.onsets.push_back(static_cast<std::int64_t>(begin)); });
}

}  // namespace spillgate::offline::lar
