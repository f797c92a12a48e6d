#include "daq/gate/gate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

#include "proto/wire.hpp"

namespace spillgate::daq {

using proto::advanced;
using proto::bit;
using proto::ClockTime;
using proto::Disposition;
using proto::SlotQuality;
using proto::Window;

GateSettings GateSettings::from(const config::Config& config, const WindowPlan& plan,
                                const std::vector<hw::SourceInfo>& sources, std::uint32_t mark_board) {
    GateSettings settings;
    settings.plan = plan;
    settings.mark_board = mark_board;
    settings.open_slots = config.buffers().open_slots();
    for (const auto& source : sources)
        settings.boards.push_back(source.board);
    settings.dead_time = DeadTime(config, settings.boards, plan.frequency_hz);
    // What was recorded before may have left a board dead.
    settings.plan.reach_begin -= settings.dead_time.longest_ticks();
    const auto is_veto = [&](const config::Channel& channel) {
        return std::ranges::any_of(config.channel(), [&](const config::Channel& other) {
            return other.role() == config::Channel::DETECTOR &&
                   std::ranges::find(other.veto(), channel.name()) != other.veto().end();
        });
    };
    for (const auto& channel : config.channel()) {
        if (std::ranges::find(settings.boards, channel.board()) == settings.boards.end()) continue;
        GatedChannel gated;
        gated.board = channel.board();
        gated.channel = channel.channel();
        gated.needed = channel.role() == config::Channel::DETECTOR || is_veto(channel);
        gated.policy = channel.policy();
        gated.every_nth = channel.every_nth();
        gated.pulse_threshold_adc = channel.pulse_threshold_adc();
        gated.pulse_margin = proto::ticks_from_ns(channel.pulse_margin_ns(), plan.frequency_hz);
        settings.channels.push_back(gated);
    }
    return settings;
}

Gate::Gate(GateSettings settings) : settings_(std::move(settings)), dead_time_(settings_.dead_time) {
    open_.reserve(settings_.open_slots);
}

bool Gate::open(const Slot& slot, bool paused) {
    if (!slot.marked) marks_.predicted(slot.t0);
    if (full()) return false;
    open_.push_back({slot, paused, slot.quality});
    high_water_ = std::max(high_water_, open_.size());
    return true;
}

void Gate::strobe_seen(const ClockTime& time) {
    strobes_.push_back(time);
}

void Gate::add_quality(std::uint64_t slot, std::uint32_t bits) {
    for (auto& open : open_)
        if (open.slot.number == slot) open.quality |= bits;
}

std::optional<ClockTime> Gate::next_due() const {
    if (open_.empty()) return std::nullopt;
    return advanced(open_.front().slot.t0, settings_.plan.reach_end + settings_.plan.reorder_margin);
}

bool Gate::oldest_has_ended(const ClockTime& watermark) const {
    return !open_.empty() && !earlier(watermark, advanced(open_.front().slot.t0, settings_.plan.reach_end));
}

void Gate::abandon_open() {
    open_.clear();
}

ClosedSlot Gate::close_oldest_as_lost() {
    const Open open = open_.front();
    open_.erase(open_.begin());
    facts_.clear();
    return finished(open, open.paused ? wire::PAUSED : wire::LOST_BUFFER_FULL);
}

ClosedSlot Gate::close_next(TraceStore& traces, const Losses& losses, const ClockLines& lines,
                            NamedCounters& counters) {
    Open open = open_.front();
    open_.erase(open_.begin());
    frame_.turn_to(open.slot, settings_.plan.frequency_hz, lines, settings_.plan.reach_begin);
    if (frame_.is_suspect()) open.quality |= bit(SlotQuality::CLOCK_SUSPECT);
    choose(open.slot, traces);
    facts_.clear();
    if (open.paused) return finished(open, wire::PAUSED);

    place_windows(open.slot, counters);
    label(open.slot);
    check_coverage(losses);
    if (dead_time_.in_use()) find_dead_time(open.slot, traces, losses);
    auto closed = finished(open, dispose(open.slot, losses));
    const bool is_lost = closed.disposition == wire::LOST_BUFFER_FULL ||
                         closed.disposition == wire::LOST_DEVICE || closed.disposition == wire::LOST_CORRUPT;
    if (is_lost) return closed;
    if (open.slot.marked || !chosen_.empty())
        closed.record = writer_.write(open.slot, frame_, traces, chosen_, windows_, counters);
    for (const auto& window : windows_) {
        facts_.push_back({window.kind, window.roi_end - window.roi_begin, window.dead_ticks, window.truncated,
                          window.strobe});
        if (window.truncated && open.slot.marked) ++closed.truncated_windows;
    }
    if (closed.truncated_windows > 0) {
        closed.disposition = wire::TRUNCATED;
        closed.quality |= bit(SlotQuality::WINDOW_TRUNCATED);
    }
    closed.windows = facts_;
    if (closed.record) closed.record->quality = closed.quality;
    return closed;
}

ClosedSlot Gate::finished(const Open& open, Disposition disposition) const {
    ClosedSlot closed;
    closed.slot = open.slot;
    closed.disposition = disposition;
    closed.quality = open.quality;
    return closed;
}

// ---- which traces --------------------------------------------------------------------------------------

const GatedChannel* Gate::channel_of(const proto::Trace& trace) const {
    for (const auto& channel : settings_.channels)
        if (channel.board == trace.board && channel.channel == trace.channel) return &channel;
    return nullptr;
}

bool Gate::wants(const proto::Trace& trace) const {
    return settings_.channels.empty() || channel_of(trace) != nullptr;
}

// `reference`: ticks after t0.
bool Gate::triggered_at(const TracePlace& place, std::int64_t reference) const {
    const std::int64_t off =
        frame_.ticks_here(place.clock, place.begin) + settings_.plan.mark_position - reference;
    return std::abs(off) <= settings_.plan.trigger_tolerance;
}

std::optional<ClockTime> Gate::strobe_of(const Slot& slot) const {
    const auto& plan = settings_.plan;
    for (const auto& strobe : strobes_) {
        if (!strobe.comparable(slot.t0)) continue;
        if (std::abs(strobe.ticks - slot.t0.ticks - plan.strobe_phase) <= plan.strobe_tolerance)
            return strobe;
    }
    return std::nullopt;
}

bool Gate::near_window(const Slot& slot, const TracePlace& place) const {
    const auto& plan = settings_.plan;
    const auto strobe = plan.mode == config::Gate::STROBED ? strobe_of(slot) : std::nullopt;
    const std::int64_t lead = plan.reference == config::Gate::RECORD_BEGIN ? plan.mark_position : 0;
    return std::ranges::any_of(plan.windows, [&](const PlannedWindow& window) {
        if (window.strobe && !strobe) return false;
        const std::int64_t base = (window.strobe ? strobe->ticks - slot.t0.ticks : 0) - lead;
        const std::int64_t from = base + std::min(window.pretrace_begin, window.roi_begin);
        const std::int64_t to = base + std::max(window.pretrace_end, window.roi_end);
        return place.begin < frame_.ticks_on(place.clock, to + plan.trace_margin) &&
               place.end > frame_.ticks_on(place.clock, from - plan.trace_margin);
    });
}

bool Gate::belongs(const Slot& slot, const TracePlace& place, const GatedChannel* channel) const {
    const auto& plan = settings_.plan;
    if (plan.mode == config::Gate::FREE_RUNNING) {
        const std::int64_t after = frame_.ticks_here(place.clock, place.begin);
        return after >= 0 && after < plan.slice;
    }
    if (!plan.triggered() || (channel != nullptr && !channel->needed)) return near_window(slot, place);
    if (triggered_at(place, 0)) return true;
    const auto strobe = plan.mode == config::Gate::STROBED ? strobe_of(slot) : std::nullopt;
    return strobe && triggered_at(place, strobe->ticks - slot.t0.ticks);
}

void Gate::choose(const Slot& slot, TraceStore& traces) {
    chosen_.clear();
    auto& held = traces.held();
    for (std::uint32_t i = 0; i < held.size(); ++i) {
        const auto& trace = traces.trace(held[i]);
        const auto place = frame_.place_of(trace);
        if (!place) continue;
        const auto* channel = channel_of(trace);
        if (!belongs(slot, *place, channel)) continue;
        ++held[i].uses;
        if (channel != nullptr && channel->policy == config::Channel::EVERY_NTH &&
            slot.number % channel->every_nth != 0)
            continue;
        chosen_.push_back({i, &trace, channel, *place, frame_.ticks_here(place->clock, place->begin)});
    }
    // One order, whatever the order of arrival.
    std::ranges::sort(chosen_, [](const ChosenTrace& a, const ChosenTrace& b) {
        const auto key = [](const ChosenTrace& c) {
            const auto& t = *c.trace;
            return std::tuple(c.begin, t.first.fraction, t.board, t.channel, t.stream, t.count);
        };
        return key(a) < key(b);
    });
}

const ChosenTrace* Gate::triggered_by(std::int64_t reference) const {
    for (const auto& chosen : chosen_)
        if ((chosen.channel == nullptr || chosen.channel->needed) && triggered_at(chosen.place, reference))
            return &chosen;
    return nullptr;
}

// ---- which windows -------------------------------------------------------------------------------------

void Gate::place_windows(const Slot& slot, NamedCounters& counters) {
    const auto& plan = settings_.plan;
    const bool from_record = plan.reference == config::Gate::RECORD_BEGIN && plan.triggered();
    own_mark_slack_ = 0;
    std::size_t count = 0;
    windows_.resize(plan.windows.size());
    for (const auto& planned : plan.windows) {
        ClockTime reference = slot.t0;
        if (planned.strobe) {
            const auto strobe = strobe_of(slot);
            if (!strobe) {
                if (slot.marked) counters.add("strobe-missing");
                continue;
            }
            reference = *strobe;
        }
        std::int64_t base = reference.ticks - slot.t0.ticks;
        if (from_record) {
            const auto* chosen = triggered_by(base);
            base = chosen != nullptr ? chosen->begin : base - plan.mark_position;
            // A window that begins or ends on the mark of its record does so to the sample.
            if (chosen != nullptr)
                own_mark_slack_ = static_cast<double>(
                    frame_.ticks_here(chosen->place.clock, chosen->trace->ticks_per_sample));
        }
        auto& window = windows_[count++];
        window.kind = planned.kind;
        window.pretrace_begin = base + planned.pretrace_begin;
        window.pretrace_end = base + planned.pretrace_end;
        window.roi_begin = base + planned.roi_begin;
        window.roi_end = base + planned.roi_end;
        window.strobe = planned.strobe;
        window.truncated = false;
        window.dead_ticks = 0;
        window.traces.clear();
    }
    windows_.resize(count);
}

void Gate::label(const Slot& slot) {
    const auto& plan = settings_.plan;
    for (auto& window : windows_) {
        if (!slot.marked) window.kind = wire::UNKNOWN;
        if (window.kind != wire::ANTI_COINCIDENT) continue;
        if (!marks_.clear(slot.t0, slot.period_ticks, static_cast<double>(window.begin()),
                          static_cast<double>(window.end()), plan.ac_margin, plan.mark_tolerance,
                          own_mark_slack_))
            window.kind = wire::UNKNOWN;
    }
}

bool Gate::matters(std::uint32_t board) const {
    return settings_.channels.empty() ||
           std::ranges::any_of(settings_.channels, [&](const GatedChannel& channel) {
               return channel.needed && channel.board == board;
           });
}

std::optional<Disposition> Gate::lost(const Window& window, const Losses& losses) const {
    for (const auto board : settings_.boards) {
        if (!matters(board)) continue;
        const auto clock = frame_.of(board);
        if (!clock.tied) continue;
        const auto reason = losses.lost(board, clock.at(frame_.ticks_on(clock.clock, window.begin())),
                                        clock.at(frame_.ticks_on(clock.clock, window.end())));
        if (reason) return reason;
    }
    return std::nullopt;
}

// Whether the channel's traces, one after the other, hold every sample of the window.
bool Gate::covered(const GatedChannel& channel, const Window& window) const {
    const auto* on = frame_.of(channel.board).clock;
    std::int64_t upto = frame_.ticks_on(on, window.begin());
    for (const auto& chosen : chosen_) {
        const auto& trace = *chosen.trace;
        if (chosen.channel != &channel || trace.stream != wire::RAW) continue;
        // A bound between two samples rounds up to the next (proto::sample_position).
        if (chosen.place.begin > upto + trace.ticks_per_sample - 1) continue;
        upto = std::max(upto, chosen.place.end);
    }
    return upto >= frame_.ticks_on(on, window.end());
}

void Gate::check_coverage(const Losses& losses) {
    const bool any_needed = std::ranges::any_of(settings_.channels, &GatedChannel::needed);
    const bool untied = std::ranges::any_of(
        frame_.others(), [&](const SlotClock& clock) { return !clock.tied && matters(clock.board); });
    for (auto& window : windows_) {
        if (settings_.plan.triggered() && any_needed) {
            for (const auto& channel : settings_.channels)
                if (channel.needed && !covered(channel, window)) window.truncated = true;
            continue;
        }
        if (untied || lost(window, losses)) window.truncated = true;
        for (const auto& chosen : chosen_) {
            const bool cut = (chosen.trace->flags & proto::TRACE_TRUNCATED) != 0;
            const auto* on = chosen.place.clock;
            if (cut && chosen.place.begin < frame_.ticks_on(on, window.end()) &&
                chosen.place.end >= frame_.ticks_on(on, window.begin()))
                window.truncated = true;
        }
    }
}

void Gate::find_dead_time(const Slot& slot, TraceStore& traces, const Losses& losses) {
    dead_time_.begin_slot();
    for (const auto& held : traces.held()) {
        const auto& trace = traces.trace(held);
        const auto place = trace.stream == wire::RAW ? frame_.place_of(trace) : std::nullopt;
        if (place)
            dead_time_.trace(trace.board, trace.channel, frame_.ticks_here(place->clock, place->begin),
                             frame_.ticks_here(place->clock, place->end));
    }
    for (const auto board : settings_.boards) {
        const auto clock = frame_.of(board);
        if (!clock.tied) continue;
        const auto& t0 = *clock.t0;
        losses.each_of(board, [&](const ClockTime& begin, const ClockTime& end) {
            if (begin.comparable(t0) && end.comparable(t0))
                dead_time_.dropped(board, frame_.ticks_here(clock.clock, begin.ticks - t0.ticks),
                                   frame_.ticks_here(clock.clock, end.ticks - t0.ticks));
        });
    }
    for (auto& window : windows_) {
        window.dead_ticks = dead_time_.inside(window.roi_begin, window.roi_end);
        if (slot.marked && !window.truncated) dead_time_.look_for_pulses(window.roi_begin, window.roi_end);
    }
}

bool Gate::all_truncated() const {
    return !windows_.empty() && std::ranges::all_of(windows_, &Window::truncated);
}

// Something that survives makes a slot truncated; nothing that survives makes it lost, if it is known why.
Disposition Gate::dispose(const Slot& slot, const Losses& losses) const {
    if (!slot.marked) {
        // Its t0 is a prediction.
        const auto off =
            proto::ticks_from_ns(std::min(slot.uncertainty_ns, 1e9), settings_.plan.frequency_hz);
        const auto why = losses.lost(settings_.mark_board, advanced(slot.t0, -off), advanced(slot.t0, 1));
        return why == wire::LOST_DEVICE ? wire::LOST_DEVICE : wire::MARK_MISSED;
    }
    if (chosen_.empty() && all_truncated())
        for (const auto& window : windows_)
            if (const auto reason = lost(window, losses)) return *reason;
    return wire::COMPLETE;  // truncated windows are seen to by the caller
}

// ---- letting go ----------------------------------------------------------------------------------------

ClockTime Gate::forget(const ClockTime& earliest_next, TraceStore& traces, const ClockLines& lines,
                       NamedCounters* counters) {
    const auto& plan = settings_.plan;
    ClockTime oldest = earliest_next;
    for (const auto& open : open_)
        if (earlier(open.slot.t0, oldest)) oldest = open.slot.t0;
    const ClockTime bound = advanced(oldest, plan.reach_begin);
    const auto is_over = [&](const TraceStore::Held& held) {
        return lines.is_over(traces.trace(held).board, held.end, bound);
    };
    traces.expire(is_over, [&](const TraceStore::Held& held) {
        if (counters == nullptr) return;
        if (held.uses > 1) counters->add("trace-in-two-slots");
        if (held.uses > 0) return;
        if (!lines.is_tied(traces.trace(held).board))
            counters->add("trace-of-untied-clock");
        else
            counters->add(plan.triggered() ? "trace-without-slot" : "trace-outside-windows");
    });
    // A mark matters a little longer: a missed one within its tolerance and margin.
    const auto reach = static_cast<std::int64_t>(plan.ac_margin + plan.mark_tolerance) + 1;
    const ClockTime marks_from = advanced(bound, -reach);
    marks_.forget_before(marks_from);
    std::erase_if(strobes_, [&](const ClockTime& strobe) { return earlier(strobe, marks_from); });
    return bound;
}

}  // namespace spillgate::daq
