#include "offline/plot/time_range.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace spillgate::offline::plot {

namespace {

// Traces that fill less of the slot than this are looked at one by one.
constexpr double sparse = 0.05;

proto::Result<TimeRange> with_bounds(Span span, const TimeChoice& choice) {
    TimeRange range{choice.from_us.value_or(span.begin), choice.to_us.value_or(span.end), 0};
    if (!(range.from < range.to))
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("nothing lies between {} and {} μs; the traces reach from {} to {} μs", range.from,
                        range.to, span.begin, span.end));
    const double length = range.to - range.from;
    if (std::max(std::abs(range.from), std::abs(range.to)) < 1000 * length) return range;
    const double unit = std::pow(10.0, std::ceil(std::log10(length)));
    // A begin that rounding has put just below a multiple counts as on it.
    range.offset = std::floor(range.from / unit + 1e-6) * unit;
    return range;
}

}  // namespace

proto::Result<TimeRange> choose_range(const proto::SpillRecord& record,
                                      const std::vector<SlotChannel>& channels, const TimeChoice& choice,
                                      std::string& remark) {
    Span all{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    double filled = 0;
    for (const auto& channel : channels)
        for (const auto* trace : channel.traces) {
            const auto span = span_of(record, *trace);
            all = {std::min(all.begin, span.begin), std::max(all.end, span.end)};
            filled += span.length() / static_cast<double>(channels.size());
        }
    const auto& first = channels.front();
    const bool one_by_one = !choice.from_us && !choice.to_us && filled < sparse * all.length();
    if (!choice.trace && !one_by_one) return with_bounds(all, choice);
    const auto number = choice.trace.value_or(1);
    if (number < 1 || number > first.traces.size())
        return proto::error(proto::ErrorKind::NOT_FOUND,
                            fmt::format("channel '{}' has {} traces in slot {}, numbered from 1", first.name,
                                        first.traces.size(), record.slot));
    if (first.traces.size() > 1)
        remark = fmt::format("trace {} of {} of {}", number, first.traces.size(), first.name);
    return with_bounds(span_of(record, *first.traces[number - 1]), choice);
}

Axis time_axis(const config::Config& config, const TimeRange& range) {
    const bool marks = config.gate().mode() != config::Gate::FREE_RUNNING;
    Axis axis;
    axis.label = marks ? "time after t0" : "time after the slot's begin";
    if (range.offset != 0)
        axis.label +=
            fmt::format(" {} {:.10g} ms", range.offset < 0 ? "−" : "+", 1e-3 * std::abs(range.offset));
    axis.unit = "μs";
    axis.min = range.shown(range.from);
    axis.max = range.shown(range.to);
    return axis;
}

}  // namespace spillgate::offline::plot
