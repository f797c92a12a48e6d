#include "online/shift/shift_routes.hpp"

#include <string>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/json_body.hpp"
#include "online/keeper/desk.hpp"
#include "online/keeper/query_number.hpp"
#include "online/shift/shift_acts.hpp"
#include "online/shift/shift_json.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

constexpr std::uint64_t usual_limit = 10;  // of a list of shifts

std::int64_t ns(double utc_s) {
    return static_cast<std::int64_t>(utc_s * 1e9);
}

json::object calibrations_of(const ShiftDesk& desk, const config::ShiftPage& page, double now_s) {
    const auto snapshot = desk.snapshots.newest();
    const auto calibration = [&](CalibrationKind kind, double allowed_days) {
        return calibration_json(age_of(kind, snapshot.get(), allowed_days, now_s), allowed_days);
    };
    return {{"spe", calibration(CalibrationKind::SPE, page.spe_calibration_days())},
            {"energy", calibration(CalibrationKind::ENERGY, page.energy_calibration_days())}};
}

// Throws proto::Failure.
json::object shifts_of(Database& desk, double now_s) {
    Shifts shifts(desk);
    const auto newest = shifts.newest().value();
    const bool goes_on = newest && newest->goes_on();
    json::array handovers;
    for (const Shift& shift : shifts.unacknowledged().value())
        handovers.push_back(handover_json(shift));
    json::object out{{"utc_s", now_s}};
    out["shift"] = goes_on ? json::value(shift_json(*newest)) : json::value(nullptr);
    out["handovers"] = std::move(handovers);
    out["on_call"] = on_call_json(OnCalls(desk).from(ns(now_s)).value(), ns(now_s));
    return out;
}

Response state(const ShiftDesk& place, const config::ShiftPage& page, Records& records, double now_s) {
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    auto found = (*desk)->run([&](SQLite::Database&) { return shifts_of(**desk, now_s); });
    if (!found) return refusal(found.error());
    auto& out = *found;
    out["instructions"] = page.has_instructions() ? json::value(page.instructions()) : json::value(nullptr);
    out["calibrations"] = calibrations_of(place, page, now_s);
    return as_json(json::serialize(out));
}

Response list(Records& records, const Request& request, double) {
    const auto before = query_number(request, "before", 0);
    if (!before) return refusal(before.error());
    const auto limit = query_number(request, "limit", usual_limit);
    if (!limit) return refusal(limit.error());
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    const auto shifts = Shifts(**desk).list(static_cast<std::int64_t>(*before), *limit);
    if (!shifts) return refusal(shifts.error());
    json::array out;
    for (const Shift& shift : *shifts)
        out.push_back(shift_json(shift));
    return as_json(json::serialize(json::object{{"shifts", std::move(out)}}));
}

Response done(Records& records, const Request& request, double now_s, const config::ShiftPage& page,
              Response (*work)(const Act&)) {
    auto body = body_of(request.body);
    if (!body) return refusal(body.error());
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    std::vector<std::int64_t> entries;
    const Act act{records, **desk, request, std::move(*body), ns(now_s), page, entries};
    auto answer = together(**desk, [&](SQLite::Database&) { return work(act); });
    if (!answer) return refusal(answer.error());
    for (const std::int64_t id : entries)
        records.tell_entry(EntryKind::SHIFT, id);
    return std::move(*answer);
}

Route acting(const ShiftDesk& place, const config::ShiftPage& page, std::string_view what, Need need,
             Response (*work)(const Act&)) {
    return kept(
        place.keeper, "POST", fmt::format("/api/shift/{}", what), need,
        [page, &changes = place.changes, work](Records& records, const Request& request, double now_s) {
            auto answer = done(records, request, now_s, page, work);
            const auto before = changes.newest();
            if (answer.status == 200)
                changes.publish(std::make_shared<const std::uint64_t>(before ? *before + 1 : 1));
            return answer;
        });
}

class ShiftTopic final : public Topic {
  public:
    explicit ShiftTopic(const ShiftBoard& board) : board_(board) {}

    std::string_view name() const override { return "shift"; }
    proto::Status check(const json::object& want) const override { return only_fields(want, {}); }
    std::uint64_t version() override {
        if (const auto newest = board_.newest()) changes_ = *newest;
        return changes_;
    }
    SharedText text(const json::object&, std::uint64_t had) override {
        if (had == changes_) return nullptr;
        return std::make_shared<const std::string>(fmt::format(R"({{"changes":{}}})", changes_));
    }

  private:
    const ShiftBoard& board_;
    std::uint64_t changes_ = 0;
};

}  // namespace

std::unique_ptr<Topic> shift_topic(const ShiftBoard& board) {
    return std::make_unique<ShiftTopic>(board);
}

std::vector<Route> shift_routes(const ShiftDesk& desk, const config::ShiftPage& page) {
    const auto act = [&](std::string_view what, Need need, Response (*work)(const Act&)) {
        return acting(desk, page, what, need, work);
    };
    return {kept(desk.keeper, "GET", "/api/shift", Need::READ,
                 [desk, page](Records& records, const Request&, double now_s) {
                     return state(desk, page, records, now_s);
                 }),
            kept(desk.keeper, "GET", "/api/shift/list", Need::READ, list),
            act("begin", Need::SHIFT, begin_shift),
            act("join", Need::SHIFT, join_shift),
            act("leave", Need::PERSON, leave_shift),
            act("tick", Need::PERSON, tick_line),
            act("handover", Need::SHIFT, hand_shift_over),
            act("acknowledge", Need::SHIFT, acknowledge_handover),
            act("on-call", Need::PERSON, put_on_call),
            act("on-call/{number}/remove", Need::PERSON, take_off_call)};
}

}  // namespace spillgate::online
