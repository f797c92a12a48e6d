#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/status_answer.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

std::string limits_text(const json::object& slow) {
    const auto* const limits = object_in(slow, "limits");
    if (limits == nullptr) return std::string(not_known);
    std::string out;
    for (const auto& [field, words] :
         {std::pair("alarm_below", "alarm below"), std::pair("warn_below", "warn below"),
          std::pair("warn_above", "warn above"), std::pair("alarm_above", "alarm above")})
        if (number_in(*limits, field))
            out += fmt::format("{}{} {}", out.empty() ? "" : ", ", words, word_in(*limits, field));
    return out.empty() ? std::string(not_known) : out;
}

std::vector<std::string> row_of(const json::object& slow, const std::string& daemon) {
    const auto unit = text_in(slow, "unit");
    const auto value = word_in(slow, "value");
    return {word_in(slow, "name"),
            value == not_known || unit.empty() ? value : fmt::format("{} {}", value, unit),
            word_in(slow, "state"),
            age_in(slow),
            limits_text(slow),
            daemon};
}

}  // namespace

ConsoleVerb list_slow_values() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto status = console.get(ApiPath("/api/status"));
        if (!status) return status.error();
        TextTable table({"value", "is", "state", "age", "limits", "daemon"});
        json::object values;
        std::string alarmed;
        std::string troubles;
        bool any = false;
        for (const auto& [daemon, says] : heard_in(*status)) {
            if (const auto* const list = says->if_contains("slow_values")) values[daemon] = *list;
            for (const auto* slow : objects_in(*says, "slow_values")) {
                any = true;
                table.add(row_of(*slow, daemon));
                if (const auto trouble = text_in(*slow, "trouble"); !trouble.empty())
                    troubles += fmt::format("{}: {}\n", word_in(*slow, "name"), trouble);
                if (text_in(*slow, "state") == "alarm")
                    alarmed += fmt::format("{}{}", alarmed.empty() ? "" : ", ", word_in(*slow, "name"));
            }
        }
        const auto why = alarmed.empty() ? alarmed : fmt::format("beyond an alarm limit: {}", alarmed);
        if (as_json) return ConsoleAnswer{json_line(json::object{{"slow_values", values}}), why};
        return ConsoleAnswer{any ? table.text() + troubles : "no slow values\n", why};
    };
}

}  // namespace spillgate::daq
