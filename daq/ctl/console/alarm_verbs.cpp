#include <chrono>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

std::string with_unit(const json::object& alarm, std::string_view field) {
    const auto value = word_in(alarm, field);
    const auto unit = text_in(alarm, "unit");
    return value == not_known || unit.empty() ? value : fmt::format("{} {}", value, unit);
}

ConsoleVerb change_alarm(std::string id, std::string_view act, std::function<json::object()> body) {
    return [id = std::move(id), act = std::string(act), body = std::move(body)](
               const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto done = console.post(ApiPath("/api/alarms").segment(id).segment(act), body());
        if (!done) return done.error();
        if (as_json) return ConsoleAnswer{json_line(*done)};
        return ConsoleAnswer{fmt::format("{}: {}\n", id, word_in(*done, "state"))};
    };
}

}  // namespace

ConsoleVerb list_alarms(bool also_normal) {
    return [also_normal](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto alarms = console.get(ApiPath("/api/alarms"));
        if (!alarms) return alarms.error();
        if (as_json) return ConsoleAnswer{json_line(*alarms)};
        TextTable table({"alarm", "severity", "state", "since (UTC)", "value", "limit", "who", "comment"});
        bool any = false;
        for (const auto* alarm : objects_in(*alarms, "alarms")) {
            if (!also_normal && word_in(*alarm, "state") == "normal") continue;
            any = true;
            table.add({word_in(*alarm, "id"), word_in(*alarm, "severity"), word_in(*alarm, "state"),
                       time_in(*alarm, "since_utc_s"), with_unit(*alarm, "value"), word_in(*alarm, "limit"),
                       word_in(*alarm, "person"), word_in(*alarm, "comment")});
        }
        return ConsoleAnswer{any ? table.text() : "no alarms\n"};
    };
}

ConsoleVerb list_alarm_log(std::uint64_t limit) {
    return [limit](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto log = console.get(ApiPath("/api/alarms/log").ask("limit", limit));
        if (!log) return log.error();
        if (as_json) return ConsoleAnswer{json_line(*log)};
        TextTable table({"when (UTC)", "alarm", "was", "is", "value", "limit", "who", "comment"});
        for (const auto* event : objects_in(*log, "events"))
            table.add({time_in(*event, "utc_s"), word_in(*event, "id"), word_in(*event, "was"),
                       word_in(*event, "state"), with_unit(*event, "value"), word_in(*event, "limit"),
                       word_in(*event, "person"), word_in(*event, "comment")});
        return ConsoleAnswer{table.text()};
    };
}

ConsoleVerb acknowledge_alarm(std::string id, std::string comment) {
    return change_alarm(std::move(id), "acknowledge",
                        [comment = std::move(comment)] { return json::object{{"comment", comment}}; });
}

ConsoleVerb shelve_alarm(std::string id, double for_s, std::string reason) {
    return change_alarm(std::move(id), "shelve", [for_s, reason = std::move(reason)] {
        const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
        return json::object{{"until_utc_s", now.count() + for_s}, {"reason", reason}};
    });
}

ConsoleVerb unshelve_alarm(std::string id) {
    return change_alarm(std::move(id), "unshelve", [] { return json::object{}; });
}

}  // namespace spillgate::daq
