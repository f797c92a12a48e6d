#include "offline/plot/window_strip.hpp"

#include <algorithm>

#include "offline/plot/colours.hpp"
#include "offline/plot/slot_text.hpp"

namespace spillgate::offline::plot {

namespace {

// Of the panel's width, one character of a note.
constexpr double character_share = 0.012;

void add_bar(const TimeRange& range, const Span& span, double lane, std::string_view text, Colour colour,
             Panel& strip) {
    const auto bar_span = range.cut(span);
    if (!(bar_span.begin < bar_span.end)) return;
    const double begin = range.shown(bar_span.begin);
    const double end = range.shown(bar_span.end);
    Boxes bar;
    bar.boxes.push_back({begin, end, lane + 0.1, lane + 0.9});
    bar.colour = colour;
    strip.series.emplace_back(std::move(bar));
    const double share = (end - begin) / (range.to - range.from);
    if (share > character_share * static_cast<double>(text.size()))
        strip.notes.push_back({0.5 * (begin + end), lane + 0.5, std::string(text), Anchor::CENTRE, {}});
}

}  // namespace

Colour colour_of(proto::WindowKind kind) {
    switch (kind) {
        case wire::IN_TIME:
            return in_time_colour;
        case wire::ANTI_COINCIDENT:
            return anti_coincident_colour;
        default:
            return unlabelled_colour;
    }
}

Panel window_strip(const SlotView& view, const TimeRange& range) {
    const auto& record = view.slot.record;
    Panel strip;
    std::vector<const proto::Window*> windows;
    for (const auto& window : record.windows)
        if (range.shows(pretrace_of(record, window)) || range.shows(roi_of(record, window)))
            windows.push_back(&window);
    const auto lanes = static_cast<double>(windows.size());
    strip.x = time_axis(view.config.config, range);
    strip.x.bare = true;
    strip.y.max = std::max(lanes, 1.0);
    strip.height = 0.12 + 0.25 * lanes;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const auto& window = *windows[i];
        const double lane = lanes - static_cast<double>(i) - 1;
        strip.y.names.emplace_back(lane + 0.5, window_text(window.kind));
        const auto colour = colour_of(window.kind);
        add_bar(range, pretrace_of(record, window), lane, "pretrace", faded(colour, 0.3), strip);
        add_bar(range, roi_of(record, window), lane, window.truncated ? "roi, truncated" : "roi",
                faded(colour, 0.65), strip);
    }
    return strip;
}

}  // namespace spillgate::offline::plot
