#include "offline/reconstruction/lar/light_finder.hpp"

#include <algorithm>
#include <span>

#include "offline/reconstruction/lar/lar_variables.hpp"
#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/peak_finder.hpp"

namespace spillgate::offline::lar {

void LightFinder::operator()(const proto::SpillRecord& record, const proto::Trace& trace, Light& out) {
    out.sample_period_ns = proto::sample_period_ns(record, trace);
    const auto words = record.samples_of(trace);
    out.x.resize(words.size());
    std::ranges::transform(words, out.x.begin(),
                           [&](std::uint16_t word) { return pmt::code_of(word, trace.encoding); });

    const auto low = chain_.has_overflow_low() ? chain_.overflow_low() : pmt::lowest_code(trace.encoding);
    const auto high = chain_.has_overflow_high() ? chain_.overflow_high() : pmt::highest_code(trace.encoding);
    const bool overflow =
        std::ranges::any_of(out.x, [&](std::int32_t code) { return code <= low || code >= high; });
    out.quality = overflow || (trace.flags & proto::TRACE_OVERFLOW) != 0 ? OVERFLOW : 0u;
    if ((trace.flags & proto::TRACE_PILE_UP) != 0) out.quality |= PILE_UP;
    if ((trace.flags & proto::TRACE_REDUCED) != 0) out.quality |= REDUCED_TRACE;

    const std::size_t first =
        std::min<std::size_t>(out.x.size(), pmt::samples_of_ns(chain_.baseline_ns(), out.sample_period_ns));
    out.baseline = median_(std::span(out.x).first(first));
    const std::int32_t sign = chain_.positive_pulses() ? -1 : 1;
    for (auto& x : out.x)
        x = sign * (out.baseline - x);

    out.onsets.clear();
    if ((out.quality & REDUCED_TRACE) != 0) return;
    pmt::for_each_run<std::int32_t>(
        out.x, chain_.threshold_adc(), chain_.min_width_samples(),
        [&](std::size_t begin, std::size_t) { out.onsets.push_back(static_cast<std::int64_t>(begin)); });
}

}  // namespace spillgate::offline::lar
