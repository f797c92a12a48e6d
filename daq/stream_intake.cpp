#include "daq/stream_intake.hpp"

#include <algorithm>
#include <cstdlib>

#include "daq/clocks/clock_order.hpp"
#include "hw/replay/replay.hpp"

namespace spillgate::daq {

using proto::advanced;
using proto::ClockTime;
using proto::Fault;

namespace {

// Beyond this no counter gets in a lifetime, and differences of readings cannot overflow.
constexpr std::int64_t sane_ticks = std::int64_t{1} << 60;
// Single readings may be this many times further ahead than watermarks: marks of a source whose traces were
// dropped arrive early (SourceQueue).
constexpr std::int64_t reading_lead = 60;
// A confirmed jump of the watermark longer than this many limits is not followed (a day, at 10 s).
constexpr std::int64_t longest_jump = 8640;

bool is_sane(const ClockTime& time) {
    return std::abs(time.ticks) <= sane_ticks;
}

std::vector<std::uint32_t> board_ids(const std::vector<hw::SourceInfo>& sources) {
    std::vector<std::uint32_t> ids;
    ids.reserve(sources.size());
    for (const auto& source : sources)
        ids.push_back(source.board);
    return ids;
}

bool is_whole(const proto::Trace& trace, std::size_t samples) {
    return trace.ticks_per_sample >= 1 && trace.count >= 1 && trace.offset <= samples &&
           trace.count <= samples - trace.offset && trace.encoding.bits >= 1 && trace.encoding.bits <= 16 &&
           trace.encoding.shift < 16;
}

}  // namespace

StreamIntake::StreamIntake(IntakeSettings settings, ClockLines& lines)
    : settings_(std::move(settings)), lines_(lines), losses_(board_ids(settings_.sources)) {
    for (const auto& source : settings_.sources) {
        boards_.emplace_back();
        boards_.back().info = source;
    }
}

StreamIntake::Board* StreamIntake::board_of(std::uint32_t id) {
    for (auto& board : boards_)
        if (board.info.board == id) return &board;
    return nullptr;
}

bool StreamIntake::all_ended() const {
    return std::ranges::all_of(boards_, &Board::ended);
}

bool StreamIntake::is_far_ahead(const Board& board, const ClockTime& time) const {
    if (!is_sane(time)) return true;
    return board.watermark && time.epoch == board.watermark->epoch &&
           time.ticks - board.watermark->ticks > settings_.far_future_ticks;
}

void StreamIntake::take(hw::Batch&& batch, TraceStore& store, proto::FaultCounts& faults,
                        NamedCounters& counters, const std::function<bool(const proto::Trace&)>& wanted) {
    const Into into{store, faults, counters, wanted};
    auto* board = board_of(batch.board);
    if (board == nullptr) {
        counters.add("batch-of-unknown-board");
        return store.take(std::move(batch), [](const proto::Trace&) { return false; });
    }
    follow_clock(*board, batch);
    if (board->doubted) {
        hw::Batch doubted = std::move(*board->doubted);
        board->doubted.reset();
        const std::int64_t jump = batch.watermark.ticks / 2 - board->watermark->ticks / 2;
        const bool confirmed = is_far_ahead(*board, batch.watermark) && is_sane(batch.watermark) &&
                               !earlier(batch.watermark, doubted.watermark) &&
                               jump < settings_.far_future_ticks / 2 * longest_jump;
        if (!confirmed) faults.add(Fault::FAR_FUTURE_TIMESTAMP);
        admit(*board, std::move(doubted), confirmed, into);
    }
    if (!is_far_ahead(*board, batch.watermark)) {
        admit(*board, std::move(batch), true, into);
    } else if (is_sane(batch.watermark) && !batch.last) {
        board->doubted = std::move(batch);
    } else {
        faults.add(Fault::FAR_FUTURE_TIMESTAMP);
        admit(*board, std::move(batch), false, into);
    }
    advance();
}

// A board that was readopted in a new epoch counts on its own: its readings are of a domain of its own.
void StreamIntake::follow_clock(Board& board, hw::Batch& batch) {
    const std::uint32_t epoch = board.watermark ? board.watermark->epoch : 0;
    const bool begins_anew = batch.watermark.epoch > epoch &&
                             std::ranges::any_of(batch.device_events, [](const hw::DeviceEvent& event) {
                                 return event.kind == hw::DeviceEvent::Kind::READOPTED;
                             });
    for (auto& event : batch.device_events)
        if (event.before && board.own_domain) event.before->reading.domain = *board.own_domain;
    if (begins_anew) board.own_domain = lines_.readopted(board.info.board);
    if (!board.own_domain || *board.own_domain == board.info.clock_domain) return;
    const auto own = [&](ClockTime& time) {
        if (time.domain == board.info.clock_domain) time.domain = *board.own_domain;
    };
    own(batch.watermark);
    for (auto& trace : batch.traces)
        own(trace.first);
    for (auto& mark : batch.marks)
        own(mark.time);
    for (auto& charge : batch.charges)
        own(charge.time);
    for (auto& event : batch.device_events) {
        own(event.time);
        own(event.until);
    }
}

void StreamIntake::admit(Board& board, hw::Batch&& batch, bool believe_watermark, const Into& into) {
    ClockTime watermark = batch.watermark;
    if (!believe_watermark)
        watermark =
            board.watermark.value_or(ClockTime{board.own_domain.value_or(board.info.clock_domain), 0, 0, 0});
    if (board.watermark && earlier(watermark, *board.watermark)) {
        into.faults.add(Fault::TIME_BACKWARDS);
        watermark = *board.watermark;
    }
    const ClockTime limit = advanced(watermark, settings_.far_future_ticks * reading_lead);
    board.ended |= batch.last;
    lines_.reading(board.info.board, watermark);
    take_events(board, batch);
    if (board.info.board == settings_.mark_board) {
        take_marks(board, batch, limit, into);
        take_charges(board, batch, limit, into);
    } else if (!lines_.is_reference(board.info.board)) {
        take_tie_marks(board, batch, limit, into);
    }
    take_traces(board, std::move(batch), limit, into);
    board.watermark = watermark;
    losses_.delivered(board.info.board, watermark);
}

void StreamIntake::count_later(const Board& board, const hw::DeviceEvent& event, std::string_view name) {
    const auto place = std::ranges::upper_bound(counts_, event.time, earlier, &QueuedCount::time);
    counts_.insert(
        place, {event.time, board.info.board, std::string(name), std::max<std::uint64_t>(1, event.count)});
}

// Without ties the first; readings of a clock that nobody can place come at once.
std::size_t StreamIntake::earliest_count() const {
    if (!lines_.has_ties()) return 0;
    std::size_t best = 0;
    std::optional<ClockTime> earliest;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const auto time = lines_.on_line(counts_[i].board, counts_[i].time);
        if (!time) return i;
        if (earliest && !earlier(*time, *earliest)) continue;
        earliest = time;
        best = i;
    }
    return best;
}

std::optional<ClockTime> StreamIntake::next_count() const {
    if (counts_.empty()) return std::nullopt;
    const auto& count = counts_[earliest_count()];
    const auto time = lines_.on_line(count.board, count.time);
    if (time || !watermark_) return time;
    return advanced(*watermark_, -1);
}

QueuedCount StreamIntake::take_count() {
    const auto i = static_cast<std::ptrdiff_t>(earliest_count());
    QueuedCount count = std::move(counts_[static_cast<std::size_t>(i)]);
    counts_.erase(counts_.begin() + i);
    return count;
}

void StreamIntake::take_events(Board& board, const hw::Batch& batch) {
    const auto id = board.info.board;
    for (const auto& event : batch.device_events) {
        // Where in the stream the unreadable was, a replay cannot say: nothing else is called lost for it.
        if (event.name == proto::name_of(Fault::TIMESTAMP_ROLLOVER) || event.name == hw::replay::unreadable) {
            count_later(board, event, event.name);
            continue;
        }
        switch (event.kind) {
            case hw::DeviceEvent::Kind::LOST:
                count_later(board, event, "device-lost");
                board.lost = true;
                losses_.gone(id, event.time);
                break;
            case hw::DeviceEvent::Kind::READOPTED:
                count_later(board, event, "device-readopted");
                board.lost = false;
                losses_.readopted(id, event.time);
                if (id == settings_.mark_board && event.before)
                    bridges_.push_back({event.before->reading, event.time, event.before->uncertainty_ns});
                break;
            case hw::DeviceEvent::Kind::COUNTED:
                count_later(board, event, event.name);
                break;
            case hw::DeviceEvent::Kind::DROPPED: {
                count_later(board, event, event.name.empty() ? "dropped" : event.name);
                const bool has_end = event.until.comparable(event.time) && !earlier(event.until, event.time);
                losses_.dropped(
                    id, event.time, has_end ? event.until : event.time,
                    event.name.starts_with("corrupt") ? wire::LOST_CORRUPT : wire::LOST_BUFFER_FULL);
                break;
            }
        }
    }
}

std::optional<EpochBridge> StreamIntake::take_bridge(const ClockTime& mark) {
    if (bridges_.empty() || bridges_.front().after.epoch > mark.epoch) return std::nullopt;
    const EpochBridge bridge = bridges_.front();
    bridges_.erase(bridges_.begin());
    return bridge;
}

std::optional<bool> StreamIntake::comes_backwards(const Board& board, const ClockTime& mark,
                                                  const ClockTime& limit, const Into& into) {
    if (!is_sane(mark) || earlier(limit, mark)) {
        into.faults.add(Fault::FAR_FUTURE_TIMESTAMP);
        return std::nullopt;
    }
    const bool backwards = (board.last_mark && earlier(mark, *board.last_mark)) ||
                           (board.watermark && earlier(mark, *board.watermark));
    if (backwards) into.faults.add(Fault::TIME_BACKWARDS);
    return backwards;
}

void StreamIntake::take_marks(Board& board, const hw::Batch& batch, const ClockTime& limit,
                              const Into& into) {
    for (const auto& mark : batch.marks) {
        const auto backwards = comes_backwards(board, mark.time, limit, into);
        if (!backwards) continue;
        board.last_mark = mark.time;
        if (board.watermark && earlier(mark.time, *board.watermark)) continue;
        lines_.mark(board.info.board, mark);
        if (watermark_ && earlier(mark.time, *watermark_)) {
            into.counters.add("mark-late");
            continue;
        }
        const auto place = std::ranges::upper_bound(marks_, mark.time, earlier,
                                                    [](const QueuedMark& q) { return q.mark.time; });
        marks_.insert(place, {mark, *backwards});
    }
}

// Of a board on another clock: they open no slot, but tie its clock to the reference.
void StreamIntake::take_tie_marks(Board& board, const hw::Batch& batch, const ClockTime& limit,
                                  const Into& into) {
    for (const auto& mark : batch.marks) {
        const auto backwards = comes_backwards(board, mark.time, limit, into);
        if (!backwards || *backwards) continue;
        board.last_mark = mark.time;
        lines_.mark(board.info.board, mark);
    }
}

void StreamIntake::take_charges(const Board& board, const hw::Batch& batch, const ClockTime& limit,
                                const Into& into) {
    for (const auto& charge : batch.charges) {
        if (!is_sane(charge.time) || earlier(limit, charge.time) ||
            charge.time.domain != board.own_domain.value_or(board.info.clock_domain))
            into.faults.add(Fault::FAR_FUTURE_TIMESTAMP);
        else
            charges_.push_back(charge);
    }
}

void StreamIntake::take_traces(const Board& board, hw::Batch&& batch, const ClockTime& limit,
                               const Into& into) {
    const std::size_t samples = batch.samples.size();
    into.store.take(std::move(batch), [&](const proto::Trace& trace) {
        if (!is_sane(trace.first) || earlier(limit, trace.first)) {
            into.faults.add(Fault::FAR_FUTURE_TIMESTAMP);
            return false;
        }
        if (!is_whole(trace, samples) ||
            trace.first.domain != board.own_domain.value_or(board.info.clock_domain)) {
            into.counters.add("trace-corrupt");
            losses_.dropped(board.info.board, trace.first, trace.first, wire::LOST_CORRUPT);
            return false;
        }
        if (!into.wanted(trace)) {
            into.counters.add("trace-of-unconfigured-channel");
            return false;
        }
        if (board.watermark && earlier(trace.first, *board.watermark)) into.counters.add("trace-late");
        return true;
    });
}

// The least advanced board sets the pace, unless it is gone, has ended, or has fallen too far behind. Boards
// on other clocks count where their tie places them; only a locked one can be ahead of the reference.
void StreamIntake::advance() {
    for (auto& board : boards_)
        board.position = board.watermark ? lines_.on_line(board.info.board, *board.watermark) : std::nullopt;
    std::optional<ClockTime> front;
    for (const auto& board : boards_)
        if (board.position && lines_.may_lead(board.info.board) &&
            (!front || earlier(*front, *board.position)))
            front = board.position;
    if (!front) return;
    if (!first_front_ || first_front_->epoch != front->epoch) first_front_ = front;
    std::optional<ClockTime> slowest;
    const auto holds = [&](const ClockTime& time) {
        if (!slowest || earlier(time, *slowest)) slowest = time;
    };
    const ClockTime patience = advanced(*front, -settings_.stall_ticks);
    for (auto& board : boards_) {
        if (board.lost || board.ended || !lines_.may_hold(board.info.board)) continue;
        const auto& position = board.position;
        if (position && position->epoch != front->epoch) {
            if (!board.behind_since || board.behind_since->epoch != front->epoch) board.behind_since = front;
            if (earlier(*board.behind_since, patience)) continue;
            holds(*position);
            continue;
        }
        board.behind_since.reset();
        // A board that has not begun yet is waited for as long as one that has fallen silent.
        if (!position && !earlier(*first_front_, patience)) return;
        holds(position && earlier(patience, *position) ? *position : patience);
    }
    const ClockTime now = slowest.value_or(*front);
    if (!watermark_ || lines_.has_ties() || earlier(*watermark_, now)) watermark_ = now;
}

}  // namespace spillgate::daq
