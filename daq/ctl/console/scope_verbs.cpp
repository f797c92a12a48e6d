#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/scope_answer.hpp"
#include "daq/ctl/console/scope_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t pairs_per_column = 4;  // of extremes: more than the drawing can show

void ask_filter(ApiPath& path, const ScopeQuestion& question) {
    path.ask("channel", question.channels).ask("which", question.which).ask("kind", question.kind);
}

ApiPath picture_path(const ScopeQuestion& question) {
    ApiPath path("/api/scope");
    path.segment(question.slot);
    ask_filter(path, question);
    path.ask("run", question.run).ask("from_us", question.from_us).ask("to_us", question.to_us);
    return path;
}

// Errors: NOT_FOUND (the slot is there, its record cannot be read); those of ConsoleClient.
proto::Result<json::object> picture_of(const ConsoleClient& console, const ApiPath& path) {
    auto picture = console.get(path);
    if (!picture) return picture.error();
    if (const auto why = text_in(*picture, "why"); !why.empty()) return error(ErrorKind::NOT_FOUND, why);
    return picture;
}

std::string slots_text(const json::object& list, std::uint64_t limit) {
    const auto slots = objects_in(list, "slots");
    if (slots.empty()) return "no slot that is kept passes\n";
    TextTable table({"slot", "number", "run", "when (UTC)", "size", "pulse", "saturated", "vetoed"});
    const std::size_t shown = std::min<std::size_t>(slots.size(), limit);
    for (std::size_t i = 0; i < shown; ++i) {  // the newest first, as in all lists
        const auto& slot = *slots[slots.size() - 1 - i];
        table.add({word_in(slot, "slot"), word_in(slot, "number"), word_in(slot, "run"),
                   time_in(slot, "utc_s"), word_in(slot, "size"), word_in(slot, "pulse"),
                   word_in(slot, "saturated"), word_in(slot, "vetoed")});
    }
    return table.text();
}

}  // namespace

ConsoleVerb list_scope(ScopeQuestion question, std::uint64_t limit) {
    return
        [question = std::move(question), limit](const ConsoleClient& console, bool as_json) -> ConsoleResult {
            ApiPath path("/api/scope");
            ask_filter(path, question);
            const auto list = console.get(path);
            if (!list) return list.error();
            if (as_json) return ConsoleAnswer{json_line(*list)};
            TextTable channels({"channel", "role", "chain", "size in"});
            for (const auto* channel : objects_in(*list, "channels"))
                channels.add({word_in(*channel, "name"), word_in(*channel, "role"),
                              word_in(*channel, "chain"), word_in(*channel, "unit")});
            return ConsoleAnswer{channels.text() + '\n' + slots_text(*list, limit)};
        };
}

ConsoleVerb draw_scope(ScopeQuestion question, PlotSize size) {
    return
        [question = std::move(question), size](const ConsoleClient& console, bool as_json) -> ConsoleResult {
            auto path = picture_path(question);
            const auto picture =
                picture_of(console, path.ask("points", std::uint64_t{pairs_per_column * size.columns}));
            if (!picture) return picture.error();
            if (as_json) return ConsoleAnswer{json_line(*picture)};
            auto text = scope_text(*picture, size);
            if (!text) return text.error();
            return ConsoleAnswer{std::move(*text)};
        };
}

ConsoleVerb export_scope(ScopeQuestion question) {
    return [question = std::move(question)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto path = picture_path(question);
        const auto picture = picture_of(console, path.ask("full", "1"));
        if (!picture) return picture.error();
        if (as_json) return ConsoleAnswer{json_line(*picture)};
        auto csv = scope_csv(*picture);
        if (!csv) return csv.error();
        return ConsoleAnswer{std::move(*csv)};
    };
}

}  // namespace spillgate::daq
