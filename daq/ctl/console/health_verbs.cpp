#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

std::string level_text(const json::object& interval, std::string_view field) {
    const auto* const level = object_in(interval, field);
    if (level == nullptr) return std::string(not_known);
    const auto error = number_in(*level, "error");
    return fmt::format("{}{} ({})", word_in(*level, "value"), error ? fmt::format(" ± {:.2g}", *error) : "",
                       word_in(*level, "entries"));
}

}  // namespace

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

ConsoleVerb list_channels() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto health = console.get(ApiPath("/api/health"));
        if (!health) return health.error();
        if (as_json) return ConsoleAnswer{json_line(*health)};
        const auto channels = objects_in(*health, "channels");
        if (channels.empty()) return ConsoleAnswer{"no channels\n"};
        TextTable table({"channel", "age", "of", "baseline [ADC]", "noise [ADC]", "SPE [ADC·samples]"});
        for (const auto* channel : channels)
            for (const char* const interval : {"recent", "run"})
                if (const auto* const levels_of = object_in(*channel, interval); levels_of != nullptr)
                    table.add({word_in(*channel, "name"), age_in(*channel), interval,
                               level_text(*levels_of, "baseline_adc"), level_text(*levels_of, "noise_adc"),
                               level_text(*levels_of, "spe_adc")});
        return ConsoleAnswer{table.text()};
    };
}

ConsoleVerb list_losses() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto status = console.get(ApiPath("/api/status"));
        if (!status) return status.error();
        if (as_json) {
            json::object out;
            for (const char* field : {"losses", "latency"})
                if (const auto* const value = status->if_contains(field); value != nullptr)
                    out[field] = *value;
            return ConsoleAnswer{json_line(out)};
        }
        TextTable losses({"where", "what", "how many"});
        bool any = false;
        for (const auto* loss : objects_in(*status, "losses")) {
            if (number_in(*loss, "value").value_or(0) == 0) continue;
            any = true;
            losses.add({word_in(*loss, "where"), word_in(*loss, "name"), word_in(*loss, "value")});
        }
        auto out = any ? losses.text() : std::string("nothing is lost\n");
        const auto* const latency = object_in(*status, "latency");
        if (latency == nullptr) return ConsoleAnswer{std::move(out)};
        TextTable times({"latency", "median [ms]", "99 % [ms]", "99.9 % [ms]", "of"});
        for (const auto& [field, words] : {std::pair("window_to_candidates", "window to candidates"),
                                           std::pair("verdict_to_histogram", "verdict to histogram")})
            if (const auto* const one = object_in(*latency, field); one != nullptr)
                times.add({words, word_in(*one, "p50_ms"), word_in(*one, "p99_ms"), word_in(*one, "p99_9_ms"),
                           word_in(*one, "count")});
        return ConsoleAnswer{out + times.text()};
    };
}

}  // namespace spillgate::daq
