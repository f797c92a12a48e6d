#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

ConsoleVerb show_person() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto session = console.get(ApiPath("/api/session"));
        if (!session) return session.error();
        if (as_json) return ConsoleAnswer{json_line(*session)};
        std::string out;
        const auto trouble = text_in(*session, "trouble");
        if (!trouble.empty()) add_fact(out, "trouble", trouble);
        const auto person = text_in(*session, "person");
        if (person.empty()) return ConsoleAnswer{out + "nobody: without a token one may read\n"};
        const auto roles = texts_in(*session, "roles");
        add_fact(out, "person", person);
        add_fact(out, "session", text_in(*session, "session"));
        add_fact(out, "roles", roles.empty() ? "none" : fmt::format("{}", fmt::join(roles, ", ")));
        return ConsoleAnswer{std::move(out)};
    };
}

}  // namespace spillgate::daq
