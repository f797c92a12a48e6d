#include "daq/clocks/clock_lines.hpp"

#include <algorithm>
#include <utility>

namespace spillgate::daq {

using proto::ClockTime;
using proto::Fault;

namespace {

constexpr std::size_t most_marks = 1024;

const char* name_of(ClockTie::Outcome outcome) {
    switch (outcome) {
        case ClockTie::Outcome::LOCKED:
            return "clock-tie-locked";
        case ClockTie::Outcome::MISSED:
            return "tie-mark-missed";
        case ClockTie::Outcome::STEPPED:
            return "clock-step";
        case ClockTie::Outcome::FADED:
            return "clock-tie-lost";
        default:
            return nullptr;
    }
}

}  // namespace

ClockLines::ClockLines(const config::Config& config, const std::vector<hw::SourceInfo>& sources,
                       std::uint32_t mark_board)
    : config_(config), mark_board_(mark_board) {
    for (const auto& source : sources) {
        if (source.board != mark_board) continue;
        frequency_hz_ = source.frequency_hz;
        domain_ = arriving_domain_ = source.clock_domain;
    }
    for (const auto& source : sources) {
        Member member;
        member.board = source.board;
        member.domain = source.clock_domain;
        member.frequency_hz = source.frequency_hz;
        const ClockTime reading{source.clock_domain, 0, 0, 0};
        member.now = clock_at(reading);
        if (!member.now) member.now = make_clock(member, reading);
        members_.push_back(std::move(member));
    }
}

ClockLines::Member* ClockLines::find(std::uint32_t board) {
    const auto found = std::ranges::find(members_, board, &Member::board);
    return found == members_.end() ? nullptr : &*found;
}

const ClockLines::Member* ClockLines::find(std::uint32_t board) const {
    const auto found = std::ranges::find(members_, board, &Member::board);
    return found == members_.end() ? nullptr : &*found;
}

std::shared_ptr<ClockLines::Clock> ClockLines::clock_at(const ClockTime& reading) const {
    for (const auto& member : members_)
        if (member.now && member.now->domain == reading.domain && member.now->epoch == reading.epoch)
            return member.now;
    return nullptr;
}

std::shared_ptr<ClockLines::Clock> ClockLines::make_clock(const Member& member, const ClockTime& reading) {
    auto clock = std::make_shared<Clock>();
    clock->domain = reading.domain;
    clock->epoch = reading.epoch;
    if (member.board != mark_board_ && reading.domain != domain_)
        clock->tie =
            std::make_unique<ClockTie>(ClockTieSettings::from(config_, frequency_hz_, member.frequency_hz));
    return clock;
}

std::vector<ClockLines::Clock*> ClockLines::tied_clocks() const {
    std::vector<Clock*> clocks;
    for (const auto& member : members_)
        if (member.now->tie && std::ranges::find(clocks, member.now.get()) == clocks.end())
            clocks.push_back(member.now.get());
    return clocks;
}

bool ClockLines::has_ties() const {
    return std::ranges::any_of(members_, [](const Member& member) { return member.now->tie != nullptr; });
}

// ---- as batches arrive ---------------------------------------------------------------------------------

std::uint32_t ClockLines::readopted(std::uint32_t board) {
    auto* member = find(board);
    const bool is_alone = std::ranges::none_of(members_, [&](const Member& other) {
        return other.board != board && other.domain == member->domain;
    });
    if (!is_alone) member->domain = private_domain + board;
    return member->domain;
}

void ClockLines::reading(std::uint32_t board, const ClockTime& watermark) {
    auto* member = find(board);
    const auto last = std::exchange(member->watermark, watermark);
    if (board == mark_board_) {
        if (watermark.domain != arriving_domain_ || watermark.epoch != arriving_epoch_) marks_here_.clear();
        arriving_domain_ = watermark.domain;
        arriving_epoch_ = watermark.epoch;
    }
    if (member->now->domain == watermark.domain && member->now->epoch == watermark.epoch) return;
    // The new clock began after all that the board had said before.
    const auto& old = *member->now;
    member->before_until.reset();
    if (last && !old.tie)
        member->before_until = last;
    else if (last && old.tie->anchored() && last->domain == old.domain && last->epoch == old.epoch)
        member->before_until = old.tie->passed(*last);
    auto clock = clock_at(watermark);
    if (!clock) {
        clock = make_clock(*member, watermark);
        clock->anchor_after = member->before_until;
        for (const auto& here : marks_here_)
            anchor(*clock, here);
    }
    member->before = std::exchange(member->now, std::move(clock));
}

void ClockLines::anchor(Clock& clock, const ClockTime& here) const {
    if (!clock.tie || !clock.tie->awaits_anchor()) return;
    if (clock.anchor_after && clock.anchor_after->comparable(here) && earlier(here, *clock.anchor_after))
        return;
    clock.tie->anchor_at(here);
}

void ClockLines::mark(std::uint32_t board, const hw::Mark& mark) {
    if (mark.kind != hw::Mark::Kind::EXTRACT) return;
    if (board == mark_board_) {
        if (marks_here_.size() >= 2 * most_marks)
            marks_here_.erase(marks_here_.begin(), marks_here_.begin() + most_marks);
        marks_here_.push_back(mark.time);
        if (is_current())
            for (auto* clock : tied_clocks())
                anchor(*clock, mark.time);
        return;
    }
    auto& clock = *find(board)->now;
    if (!clock.tie || clock.domain != mark.time.domain || clock.epoch != mark.time.epoch) return;
    const auto* teller = clock.mark_board ? find(*clock.mark_board) : nullptr;
    if (teller == nullptr || teller->now.get() != &clock) clock.mark_board = board;
    if (clock.mark_board != board) return;
    clock.tie->there({mark.time, mark.uncertainty_ns, mark.cycle_id});
}

std::optional<ClockTime> ClockLines::on_line(std::uint32_t board, const ClockTime& reading) const {
    const auto& clock = *find(board)->now;
    if (!clock.tie) return reading;
    if (reading.domain != clock.domain || reading.epoch != clock.epoch || !clock.tie->anchored())
        return std::nullopt;
    return clock.tie->passed(reading);
}

bool ClockLines::is_reference(std::uint32_t board) const {
    return !find(board)->now->tie;
}

bool ClockLines::may_lead(std::uint32_t board) const {
    const auto& clock = *find(board)->now;
    return !clock.tie || (clock.tie->locked() && is_current());
}

// Between two clocks of the reference nobody knows where the others stand.
bool ClockLines::may_hold(std::uint32_t board) const {
    return is_current() || find(board)->now->domain == arriving_domain_;
}

// ---- in order of time ----------------------------------------------------------------------------------

void ClockLines::go_on_in(const ClockTime& first_mark) {
    if (first_mark.domain == domain_ && first_mark.epoch == epoch_) return;
    domain_ = first_mark.domain;
    epoch_ = first_mark.epoch;
    pending_.clear();
    std::vector<const Clock*> done;
    for (auto& member : members_) {
        member.before.reset();
        auto& clock = *member.now;
        if (std::ranges::find(done, &clock) != done.end()) continue;
        done.push_back(&clock);
        auto old = std::exchange(clock.tie, nullptr);
        if (member.board == mark_board_ || clock.domain == domain_) continue;
        clock.tie =
            std::make_unique<ClockTie>(ClockTieSettings::from(config_, frequency_hz_, member.frequency_hz));
        if (old) clock.tie->take_marks(*old);
        clock.tie->anchor_at(first_mark);
    }
}

void ClockLines::on_time(const SeenMark& mark) {
    if (has_ties()) pending_.push_back(mark);
}

std::optional<ClockTime> ClockLines::next_due() const {
    if (pending_.empty()) return std::nullopt;
    double reach = 0;
    for (const auto& member : members_)
        if (member.now->tie) reach = std::max(reach, member.now->tie->reach());
    return shifted(pending_.front().time, reach);
}

std::optional<ClockTime> ClockLines::settled_at(const ClockTime& t0) const {
    if (pending_.empty() || earlier(t0, pending_.front().time)) return std::nullopt;
    return next_due();
}

void ClockLines::settle(proto::FaultCounts& faults, NamedCounters& counters) {
    const SeenMark mark = pending_.front();
    pending_.erase(pending_.begin());
    for (auto* clock : tied_clocks()) {
        const auto settled = clock->tie->settle(mark);
        if (settled.outcome == ClockTie::Outcome::DOUBTED || settled.outcome == ClockTie::Outcome::STEPPED)
            faults.add(Fault::CLOCK_DRIFT);
        if (const auto* name = name_of(settled.outcome)) counters.add(name);
        if (settled.outcome == ClockTie::Outcome::LOCKED) {
            for (auto& member : members_) {
                if (member.now.get() != clock) continue;
                member.before.reset();
                if (member.watermark) clock->tie->unusable_before(kept_from(member));
            }
        }
        if (settled.strays > 0) counters.add("tie-mark-stray", settled.strays);
    }
}

std::optional<hw::Mark> ClockLines::supply(const ClockTime& time, double tolerance) {
    for (auto* clock : tied_clocks())
        if (const auto seen = clock->tie->supply(time, tolerance))
            return hw::Mark{seen->time, seen->uncertainty_ns, hw::Mark::Kind::EXTRACT, seen->cycle_id};
    return std::nullopt;
}

std::optional<SlotClock> ClockLines::clock_of(const Member& member, const Clock& clock, const Slot& slot,
                                              std::int64_t begin) const {
    SlotClock result;
    result.board = member.board;
    result.tied = true;
    if (clock.domain == slot.t0.domain && clock.epoch == slot.t0.epoch) {
        result.clock = {clock.domain, frequency_hz_, slot.t0, slot.uncertainty_ns};
        return result;
    }
    if (!clock.tie) return std::nullopt;
    const auto time = clock.tie->at(slot.t0, begin);
    if (!time) return std::nullopt;
    result.suspect = time->suspect;
    result.clock = {clock.domain, time->frequency_hz, time->time, time->uncertainty_ns};
    return result;
}

void ClockLines::clocks_of(const Slot& slot, std::int64_t begin, std::vector<SlotClock>& clocks) const {
    clocks.clear();
    for (const auto& member : members_) {
        if (!member.now->tie) continue;
        auto clock = clock_of(member, *member.now, slot, begin);
        if (!clock && member.before && member.before_until && !earlier(*member.before_until, slot.t0))
            clock = clock_of(member, *member.before, slot, begin);
        // A record knows one epoch of a domain.
        const bool other_epoch = clock && std::ranges::any_of(clocks, [&](const SlotClock& c) {
                                     return c.tied && c.clock.domain == clock->clock.domain &&
                                            !c.clock.t0.comparable(clock->clock.t0);
                                 });
        if (!clock || other_epoch)
            clocks.push_back({member.board, false, false, {}});
        else
            clocks.push_back(*clock);
    }
}

// Until it is known what time it is there, no more is kept than what a slow board may be behind.
ClockTime ClockLines::kept_from(const Member& member) const {
    const double kept_s = config_.buffers().open_slots() / config_.facility().repetition_hz();
    return shifted(*member.watermark, -kept_s * member.frequency_hz);
}

bool ClockLines::is_over(std::uint32_t board, const ClockTime& end, const ClockTime& bound) const {
    if (end.domain == bound.domain) return !earlier(bound, end);
    const auto* member = find(board);
    for (const auto* clock : {member->now.get(), member->before.get()}) {
        if (clock == nullptr || clock->domain != end.domain || clock->epoch != end.epoch) continue;
        if (!clock->tie) continue;
        if (clock->tie->is_to(bound) && !earlier(clock->tie->begins(bound), end)) return true;
        if (clock->tie->locked() || !member->watermark || !member->watermark->comparable(end)) return false;
        return !earlier(kept_from(*member), end);
    }
    return true;
}

bool ClockLines::is_tied(std::uint32_t board) const {
    const auto& clock = *find(board)->now;
    return !clock.tie || clock.tie->locked();
}

std::vector<ClockTieStatistics> ClockLines::statistics() const {
    std::vector<ClockTieStatistics> statistics;
    for (const auto* clock : tied_clocks())
        statistics.push_back({clock->domain, clock->tie->locked(), clock->tie->frequency_error() * 1e6,
                              clock->tie->residual_rms_ns(), clock->tie->pairs(), clock->tie->locks()});
    return statistics;
}

}  // namespace spillgate::daq
