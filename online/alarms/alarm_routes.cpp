#include "online/alarms/alarm_routes.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <boost/json/serialize.hpp>

#include "online/alarms/alarms_json.hpp"
#include "online/json_body.hpp"
#include "online/keeper/query_number.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

Response done(const proto::Result<Transition>& moved) {
    if (!moved) return refusal(moved.error());
    return as_json(json::serialize(json::object{{"ok", true}, {"state", name_of(moved->to)}}));
}

Response acknowledge(Records& records, const Request& request, double now_s) {
    const auto body = body_of(request.body);
    if (!body) return refusal(body.error());
    if (auto good = only_fields(*body, {"comment"}); !good) return refusal(good.error());
    const auto comment = text_of(*body, "comment");
    if (!comment) return refusal(comment.error());
    return done(records.acknowledge(request.values.at("id"), request.caller.person, *comment, now_s));
}

Response shelve(Records& records, const Request& request, double now_s) {
    const auto body = body_of(request.body);
    if (!body) return refusal(body.error());
    if (auto good = only_fields(*body, {"until_utc_s", "reason"}); !good) return refusal(good.error());
    const auto reason = text_of(*body, "reason");
    if (!reason) return refusal(reason.error());
    const auto until = number_of(*body, "until_utc_s");
    if (!until) return refusal(until.error());
    return done(records.shelve(request.values.at("id"), request.caller.person, *reason, *until, now_s));
}

Response unshelve(Records& records, const Request& request, double now_s) {
    return done(records.unshelve(request.values.at("id"), request.caller.person, now_s));
}

Response all(Records& records, const Request&, double) {
    return as_json(json::serialize(json::object{{"alarms", alarms_json(records.alarms().views())}}));
}

Response log(Records& records, const Request& request, double) {
    constexpr std::uint64_t usual = 100;
    const auto before = query_number(request, "before", 0);
    if (!before) return refusal(before.error());
    const auto limit = query_number(request, "limit", usual);
    if (!limit) return refusal(limit.error());
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    const auto events = AlarmJournal(**desk).events(static_cast<std::int64_t>(*before), *limit);
    if (!events) return refusal(events.error());
    return as_json(json::serialize(json::object{{"events", alarm_events_json(*events)}}));
}

class AlarmTopic final : public Topic {
  public:
    explicit AlarmTopic(const AlarmBoard& board) : board_(board) {}

    std::string_view name() const override { return "alarms"; }
    proto::Status check(const json::object& want) const override { return only_fields(want, {}); }
    std::uint64_t version() override {
        const auto newest = board_.newest();
        if (newest && newest != shown_) {
            shown_ = newest;
            text_ = std::make_shared<const std::string>(newest->json);
        }
        return shown_ ? shown_->version : 0;
    }
    SharedText text(const json::object&, std::uint64_t had) override {
        return shown_ && had != shown_->version ? text_ : nullptr;
    }

  private:
    const AlarmBoard& board_;
    std::shared_ptr<const AlarmsShown> shown_;
    SharedText text_;
};

}  // namespace

std::vector<Route> alarm_routes(Keeper& keeper) {
    return {kept(keeper, "GET", "/api/alarms", Need::READ, all),
            kept(keeper, "GET", "/api/alarms/log", Need::READ, log),
            kept(keeper, "POST", "/api/alarms/{id}/acknowledge", Need::SHIFT, acknowledge),
            kept(keeper, "POST", "/api/alarms/{id}/shelve", Need::EXPERT, shelve),
            kept(keeper, "POST", "/api/alarms/{id}/unshelve", Need::EXPERT, unshelve)};
}

std::unique_ptr<Topic> alarm_topic(const AlarmBoard& board) {
    return std::make_unique<AlarmTopic>(board);
}

}  // namespace spillgate::online
