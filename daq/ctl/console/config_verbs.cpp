#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

ConsoleVerb list_configs() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto known = console.get(ApiPath("/api/configs"));
        if (!known) return known.error();
        if (as_json) return ConsoleAnswer{json_line(*known)};
        const auto configs = objects_in(*known, "configs");
        if (configs.empty()) return ConsoleAnswer{"no configurations\n"};
        TextTable table({"configuration", "sha256", "title"});
        std::string troubles;
        for (const auto* config : configs) {
            table.add({word_in(*config, "name"),
                       flag_in(*config, "valid") ? fmt::format("{:.12}", word_in(*config, "sha256"))
                                                 : std::string("not valid"),
                       text_in(*config, "title")});
            for (const auto& line : lines_in(*config, "trouble"))
                troubles += line + '\n';
        }
        return ConsoleAnswer{table.text() + troubles};
    };
}

ConsoleVerb show_config_difference(std::string name, std::uint64_t from) {
    return [name = std::move(name), from](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto difference =
            console.get(ApiPath("/api/configs").segment(name).segment("difference").ask("from", from));
        if (!difference) return difference.error();
        if (as_json) return ConsoleAnswer{json_line(*difference)};
        const auto run = word_in(*difference, "run");
        if (flag_in(*difference, "same")) return ConsoleAnswer{fmt::format("as in run {}\n", run)};
        const auto changes = objects_in(*difference, "changes");
        if (changes.empty())
            return ConsoleAnswer{fmt::format("nothing that counts differs from run {}\n", run)};
        TextTable table({"what", "run " + run, "now"});
        for (const auto* change : changes)
            table.add({word_in(*change, "path"), word_in(*change, "was"), word_in(*change, "is")});
        return ConsoleAnswer{table.text()};
    };
}

}  // namespace spillgate::daq
