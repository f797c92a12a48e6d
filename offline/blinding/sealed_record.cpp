#include "offline/blinding/sealed_record.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "offline/spectra/filled_spectra.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t gone = std::numeric_limits<std::uint32_t>::max();

// Channels that the config does not name may be detectors, too.
bool may_see_signal(const proto::Trace& trace, const config::Config& own) {
    const auto channel = std::ranges::find_if(own.channel(), [&](const auto& one) {
        return one.board() == trace.board && one.channel() == trace.channel;
    });
    return channel == own.channel().end() || channel->role() == config::Channel::DETECTOR;
}

// The first sample of a trace that is in a sealed roi; nothing, if none is. May be negative.
std::optional<std::int64_t> sealed_from(const proto::SpillRecord& record, const proto::Trace& trace,
                                        const std::vector<const proto::Window*>& sealed) {
    std::optional<std::int64_t> first;
    for (const auto* window : sealed) {
        const auto begin = proto::sample_position(record, trace, window->roi_begin);
        const auto end = proto::sample_position(record, trace, window->roi_end);
        if (begin >= static_cast<std::int64_t>(trace.count) || end <= 0) continue;
        first = std::min(first.value_or(begin), begin);
    }
    return first;
}

std::vector<const proto::Window*> sealed_windows(const proto::SpillRecord& record,
                                                 const proto::Verdict* verdict) {
    std::vector<const proto::Window*> sealed;
    for (std::size_t i = 0; i < record.windows.size(); ++i)
        if (is_sealed(record, i, verdict)) sealed.push_back(&record.windows[i]);
    return sealed;
}

// Leaves out the traces that are marked as gone, in the windows, too.
void drop_traces(proto::SpillRecord& record, const std::vector<bool>& dropped) {
    std::vector<std::uint32_t> now(record.traces.size(), gone);
    std::vector<proto::Trace> kept;
    for (std::size_t i = 0; i < record.traces.size(); ++i) {
        if (dropped[i]) continue;
        now[i] = static_cast<std::uint32_t>(kept.size());
        kept.push_back(std::move(record.traces[i]));
    }
    record.traces = std::move(kept);
    for (auto& window : record.windows) {
        for (auto& trace : window.traces)
            trace = now[trace];
        std::erase(window.traces, gone);
    }
}

}  // namespace

bool is_sealed(const proto::SpillRecord& record, std::size_t window, const proto::Verdict* verdict) {
    const auto& recorded = record.windows[window];
    return is_sealed({recorded.kind, recorded.roi_end - recorded.roi_begin, recorded.dead_ticks,
                      recorded.truncated, recorded.strobe},
                     window, verdict);
}

bool is_sealed(const proto::WindowFact& recorded, std::size_t window, const proto::Verdict* verdict) {
    if (recorded.kind == wire::ANTI_COINCIDENT || recorded.kind == wire::FREE) {
        const bool judged = verdict != nullptr && window < verdict->windows.size();
        // The verdict may know better: an extra mark that came later.
        return judged && verdict->windows[window].kind != recorded.kind;
    }
    if (verdict == nullptr || window >= verdict->windows.size()) return true;
    return classify(recorded, verdict->windows[window], *verdict) != WindowClass::NO_BEAM;
}

void seal_record(proto::SpillRecord& record, const proto::Verdict* verdict, const config::Config& own) {
    const auto sealed = sealed_windows(record, verdict);
    if (sealed.empty()) return;
    const bool by_itself = own.gate().mode() == config::Gate::SELF_TRIGGERED;
    std::vector<bool> dropped(record.traces.size(), false);
    for (std::size_t i = 0; i < record.traces.size(); ++i) {
        const auto& trace = record.traces[i];
        if (!may_see_signal(trace, own)) continue;
        const auto first = sealed_from(record, trace, sealed);
        if (!first) continue;
        dropped[i] = by_itself || (trace.flags & proto::TRACE_REDUCED) != 0 || *first <= 0;
        if (dropped[i]) continue;
        const auto samples = std::span(record.samples).subspan(trace.offset, trace.count);
        const auto from = static_cast<std::size_t>(*first);
        std::ranges::fill(samples.subspan(from), samples[from - 1]);
    }
    if (std::ranges::find(dropped, true) != dropped.end()) drop_traces(record, dropped);
}

std::size_t open_samples(const proto::SpillRecord& record, const proto::Trace& trace,
                         const proto::Verdict* verdict, const config::Config& own) {
    if (!may_see_signal(trace, own)) return trace.count;
    const auto first = sealed_from(record, trace, sealed_windows(record, verdict));
    return first ? static_cast<std::size_t>(std::max<std::int64_t>(*first, 0)) : trace.count;
}

}  // namespace spillgate::offline
