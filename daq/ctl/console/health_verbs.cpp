#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

ConsoleVerb show_health() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto health = console.get(ApiPath("/api/health"));
        if (!health) return health.error();
        TextTable table({"light", "state", "reason"});
        std::string bad;
        for (const auto* light : objects_in(*health, "lights")) {
            const auto name = word_in(*light, "name");
            const auto state = word_in(*light, "state");
            table.add({name, state, text_in(*light, "reason")});
            if (state == "bad") bad += fmt::format("{}{}", bad.empty() ? "" : ", ", name);
        }
        return ConsoleAnswer{as_json ? json_line(*health) : table.text(),
                             bad.empty() ? bad : fmt::format("bad: {}", bad)};
    };
}

}  // namespace spillgate::daq
