#include "offline/plot/waveform_figure.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/export/export.hpp"
#include "offline/plot/origin_text.hpp"
#include "offline/plot/slot_channels.hpp"
#include "offline/plot/slot_text.hpp"
#include "offline/plot/trace_panel.hpp"
#include "offline/plot/window_strip.hpp"
#include "proto/names.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr std::size_t most_channels = 8;
constexpr std::size_t most_candidate_lines = 6;

std::vector<std::string> candidate_lines(const SlotView& view, const std::vector<SlotChannel>& channels) {
    if (!view.engine) return {"no candidates: " + view.no_engine};
    std::vector<std::string> lines;
    std::size_t more = 0;
    for (const auto& candidate : view.candidates.candidates) {
        const auto channel = std::find_if(channels.begin(), channels.end(), [&](const auto& one) {
            return one.index == static_cast<int>(candidate.channel);
        });
        if (channel == channels.end()) continue;
        if (lines.size() == most_candidate_lines)
            ++more;
        else
            lines.push_back(
                candidate_text(*view.engine->chain_of(candidate.channel), candidate, channel->name));
    }
    if (more > 0) lines.back() += fmt::format(" … and {} more", count_text(more, "window"));
    return lines;
}

}  // namespace

proto::Result<Figure> waveform_figure(const SlotView& view, const WaveformOptions& options) {
    const auto channels =
        choose_channels(view.config.config, view.slot.record, options.channels, most_channels);
    if (!channels) return channels.error();
    std::string remark;
    const auto range = choose_range(view.slot.record, *channels, options.time, remark);
    if (!range) return range.error();

    Figure figure;
    figure.height = static_cast<unsigned>(440 + 260 * channels->size());
    figure.title = fmt::format("{} {} · {}", name_of(view.run.type()), runs_text({&view.slot.record.run, 1}),
                               slot_text(view.slot.record, view.slot.verdict));
    figure.lines = candidate_lines(view, *channels);
    if (!view.sealed.empty()) figure.lines.push_back(view.sealed);
    if (!remark.empty()) figure.lines.insert(figure.lines.begin(), remark);
    figure.footer = footer_text(provenance_of(view.run, view.config.sha256), {});
    figure.simulated = view.run.simulated();
    if (auto strip = window_strip(view, *range); !strip.series.empty())
        figure.panels.push_back(std::move(strip));
    // One trace alone gets the room of nearly two.
    const double height = channels->size() == 1 ? 3.5 : 2;
    for (const auto& channel : *channels) {
        figure.panels.push_back(trace_panel(view, channel, *range));
        figure.panels.back().height = height;
        figure.panels.back().x.bare = &channel != &channels->back();
    }
    return figure;
}

}  // namespace spillgate::offline::plot
