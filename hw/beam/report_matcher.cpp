#include "hw/beam/report_matcher.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::beam {

using proto::ClockTime;

namespace {

constexpr double longest_reach_s = 600;  // a label further from the last known one says nothing
constexpr double latest_s = 60;          // no verdict waits longer for its charge

ClockTime shifted(const ClockTime& time, double ticks) {
    return proto::advanced(time, std::llround(ticks));
}

bool is_label(const Mark& mark) {
    return mark.kind == Mark::Kind::EXTRACT;
}

}  // namespace

void ReportMatcher::pass(std::vector<Mark>& marks, bool own_ids, const ClockTime& watermark,
                         const HostTie& tie, std::int64_t utc_less_steady_ns, MatcherListener& listener) {
    own_ids_ = own_ids;
    remember(marks, tie);
    while (!reports_.empty() && settle(reports_.front(), watermark, tie, utc_less_steady_ns, listener))
        reports_.pop_front();
}

// Marks come once, so an id can be given only by a report that is here already.
void ReportMatcher::remember(std::vector<Mark>& marks, const HostTie& tie) {
    for (auto& mark : marks) {
        if (!is_label(mark)) continue;
        if (!mark.cycle_id && !own_ids_ && is_tied()) {
            for (const auto& report : reports_) {
                if (!report.cycle_id) continue;
                const auto place = expected(report, tie, 0);
                if (place.by != Place::TIED || !place.time.comparable(mark.time) ||
                    std::abs(proto::ticks_between(place.time, mark.time)) >= settings_.tolerance_ticks)
                    continue;
                mark.cycle_id = report.cycle_id;
                break;
            }
        }
        marks_.push_back({mark.time, mark.cycle_id});
    }
    while (marks_.size() > most_marks)
        marks_.pop_front();
}

std::optional<ClockTime> ReportMatcher::tied_place(const Report& report) const {
    if (!is_tied() || !reference_) return std::nullopt;
    double ticks = 0;
    if (report.cycle_id && reference_->cycle_id)
        ticks =
            (static_cast<double>(*report.cycle_id) - static_cast<double>(*reference_->cycle_id)) * period_;
    else if (report.source_utc_ns && reference_->utc_ns)
        ticks =
            static_cast<double>(*report.source_utc_ns - *reference_->utc_ns) * 1e-9 * settings_.frequency_hz;
    else
        return std::nullopt;
    const double reach = longest_reach_s * settings_.frequency_hz;
    return shifted(reference_->time, std::clamp(ticks, -reach, reach));
}

ReportMatcher::Expected ReportMatcher::expected(const Report& report, const HostTie& tie,
                                                std::int64_t utc_less_steady_ns) const {
    if (const auto place = tied_place(report)) return {Place::TIED, *place};
    std::optional<std::int64_t> moment = report.arrival_ns;
    double latency = settings_.latency_ticks;
    if (!moment && report.source_utc_ns) {
        moment = *report.source_utc_ns - utc_less_steady_ns;
        latency = 0;
    }
    if (!moment) return {};
    const auto reading = tie.reading(*moment);
    return reading ? Expected{Place::ARRIVAL, shifted(*reading, -latency)} : Expected{};
}

const ReportMatcher::PassedMark* ReportMatcher::nearest(const ClockTime& time, double within) const {
    const PassedMark* best = nullptr;
    double least = within;
    for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
        if (!mark->time.comparable(time)) continue;
        const double ahead = proto::ticks_between(time, mark->time);
        // Marks are in order of time, but for faults of the device: those further back are no nearer.
        if (ahead > least) break;
        if (std::abs(ahead) <= least) {
            best = &*mark;
            least = std::abs(ahead);
        }
    }
    return best;
}

// True: it is dealt with. In order of arrival, so that what came out of order is told out of order.
bool ReportMatcher::settle(const Report& report, const ClockTime& watermark, const HostTie& tie,
                           std::int64_t utc_less_steady_ns, MatcherListener& listener) {
    if (marks_.empty()) return false;
    const auto arrival = report.arrival_ns ? tie.reading(*report.arrival_ns) : std::nullopt;
    if (report.cycle_id && own_ids_) return settle_by_id(report, watermark, arrival, listener);
    const Expected place = expected(report, tie, utc_less_steady_ns);
    if (place.by == Place::UNKNOWN) {
        const bool may_be_tied = (report.arrival_ns || report.source_utc_ns) && !tie.known();
        if (may_be_tied && has_room()) return false;
        listener.count("beam-report-untied");
        return true;
    }
    // A label that lies ahead of its own arrival is not waited for.
    const bool impossible =
        arrival && proto::ticks_between(place.time, *arrival) > settings_.period_ticks / 2;
    const ClockTime settled = shifted(place.time, settings_.period_ticks / 2);
    if (!impossible && proto::before(watermark, settled)) return false;
    if (place.by == Place::TIED)
        settle_tied(report, place.time, arrival, listener);
    else
        settle_by_arrival(report, place.time, tie.known(), listener);
    return true;
}

bool ReportMatcher::settle_by_id(const Report& report, const ClockTime& watermark,
                                 const std::optional<ClockTime>& arrival, MatcherListener& listener) {
    const std::uint64_t id = *report.cycle_id;
    const PassedMark* newest = nullptr;
    const PassedMark* oldest = nullptr;
    for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
        if (!mark->cycle_id) continue;
        if (newest == nullptr) newest = &*mark;
        oldest = &*mark;
        if (mark->cycle_id == id) {
            yield(report, mark->time, id, false, listener);
            return true;
        }
    }
    if (newest == nullptr) return false;
    const double after = static_cast<double>(id) - static_cast<double>(*newest->cycle_id);
    const ClockTime place = shifted(newest->time, std::clamp(after, -1e6, 1e6) * period_);
    if (after > 0) {
        // Not come yet, unless the stream has passed the report's own arrival, or the place itself.
        const bool passed = arrival && !proto::before(watermark, shifted(*arrival, settings_.period_ticks));
        const bool passed_place = !proto::before(watermark, shifted(place, settings_.period_ticks / 2));
        if (!passed && !passed_place) return false;
        const bool ahead = arrival && proto::ticks_between(place, *arrival) > settings_.period_ticks / 2;
        yield(report, ahead ? *arrival : place, id, ahead, listener);
        return true;
    }
    if (id < *oldest->cycle_id && marks_.size() < most_marks)
        listener.count("beam-report-before-start");
    else
        yield(report, place, id, false, listener);
    return true;
}

void ReportMatcher::settle_tied(const Report& report, const ClockTime& place,
                                const std::optional<ClockTime>& arrival, MatcherListener& listener) {
    const double half = settings_.period_ticks / 2;
    if (const auto* mark = nearest(place, half / 2)) {
        const bool late = arrival && std::abs(proto::ticks_between(*arrival, mark->time) -
                                              settings_.latency_ticks) > 1.5 * half;
        late_ = late ? late_ + 1 : 0;
        contradictions_ = 0;
        if (late_ >= needed_late) untie(listener);
        learn(report, *mark);
        const bool has_its_id = mark->cycle_id && mark->cycle_id == report.cycle_id;
        return yield(report, mark->time, has_its_id ? report.cycle_id : std::nullopt, false, listener);
    }
    // A label that jumps says that the facility counts anew, or of nothing.
    const bool implausible =
        arrival && (proto::ticks_between(place, *arrival) > half ||
                    proto::ticks_between(*arrival, place) > latest_s * settings_.frequency_hz);
    bool between = false;
    if (const auto* mark = nearest(place, longest_reach_s * settings_.frequency_hz)) {
        const double periods = proto::ticks_between(place, mark->time) / period_;
        between = std::abs(periods - std::round(periods)) > 0.25;
    }
    if (implausible || between) {
        yield(report, arrival.value_or(place), std::nullopt, true, listener);
        if (++contradictions_ >= needed_contradictions) untie(listener);
        return;
    }
    if (proto::before(place, shifted(marks_.front().time, -half)) && marks_.size() < most_marks)
        return listener.count("beam-report-before-start");
    yield(report, place, std::nullopt, false, listener);
}

void ReportMatcher::settle_by_arrival(const Report& report, const ClockTime& place, bool tie_known,
                                      MatcherListener& listener) {
    const double half = settings_.period_ticks / 2;
    if (const auto* mark = nearest(place, half)) {
        if (tie_known) learn(report, *mark);
        return yield(report, mark->time, std::nullopt, false, listener);
    }
    if (proto::before(place, shifted(marks_.front().time, -half)) && marks_.size() < most_marks)
        return listener.count("beam-report-before-start");
    yield(report, place, std::nullopt, false, listener);
}

void ReportMatcher::learn(const Report& report, const PassedMark& mark) {
    if (!report.cycle_id && !report.source_utc_ns) return;
    if (reference_ && reference_->time.comparable(mark.time)) {
        if (!proto::before(reference_->time, mark.time)) return;  // a late one says nothing new
        const double passed = proto::ticks_between(mark.time, reference_->time);
        double expected = passed;
        if (report.cycle_id && reference_->cycle_id) {
            const double cycles =
                static_cast<double>(*report.cycle_id) - static_cast<double>(*reference_->cycle_id);
            expected = cycles * period_;
            if (is_tied() && cycles == 1) period_ += (passed - expected) / 64;
        } else if (report.source_utc_ns && reference_->utc_ns) {
            expected = static_cast<double>(*report.source_utc_ns - *reference_->utc_ns) * 1e-9 *
                       settings_.frequency_hz;
        }
        if (!is_tied())
            agreements_ = std::abs(passed - expected) < settings_.period_ticks / 4 ? agreements_ + 1 : 0;
    }
    reference_ = {mark.time, report.cycle_id, report.source_utc_ns};
}

void ReportMatcher::untie(MatcherListener& listener) {
    contradictions_ = 0;
    late_ = 0;
    agreements_ = 0;
    reference_.reset();
    period_ = settings_.period_ticks;
    listener.count("beam-labels-untied");
}

void ReportMatcher::yield(const Report& report, const ClockTime& time, std::optional<std::uint64_t> cycle_id,
                          bool for_no_mark, MatcherListener& listener) const {
    if (!report.has_charge) return;
    Charge charge;
    charge.time = time;
    charge.cycle_id = cycle_id;
    charge.charge_pc = report.charge_pc;
    charge.flavour = report.flavour;
    charge.facility_veto = report.facility_veto;
    charge.uncorrected = report.uncorrected;
    charge.for_no_mark = for_no_mark;
    listener.charge(charge);
}

void ReportMatcher::leave_epoch(MatcherListener& listener) {
    for (std::size_t i = 0; i < reports_.size(); ++i)
        listener.count("beam-report-after-end");
    reports_.clear();
    marks_.clear();
    reference_.reset();
    agreements_ = 0;
    contradictions_ = 0;
    late_ = 0;
    period_ = settings_.period_ticks;
}

}  // namespace spillgate::hw::beam
