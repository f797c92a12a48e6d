#include <filesystem>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "proto/strict_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::uintmax_t largest_picture = std::uintmax_t{4} << 20;

std::string entry_text(const json::object& entry) {
    std::string out =
        fmt::format("#{}  {} UTC  {}", word_in(entry, "id"), time_in(entry, "utc_s"), word_in(entry, "kind"));
    if (number_in(entry, "run")) out += fmt::format("  run {}", word_in(entry, "run"));
    if (const auto person = text_in(entry, "person"); !person.empty()) out += fmt::format("  {}", person);
    if (number_in(entry, "corrects")) out += fmt::format("  corrects #{}", word_in(entry, "corrects"));
    out += '\n';
    for (const auto& line : lines_in(entry, "text"))
        out += fmt::format("    {}\n", line);
    for (const auto& picture : texts_in(entry, "pictures"))
        out += fmt::format("    picture /api/pictures/{}.png\n", picture);
    return out;
}

// Its name on the console: the SHA-256 of what the console keeps of it.
proto::Result<std::string> sent_picture(const ConsoleClient& console, const std::string& path) {
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(path, failed);
    if (failed) return error(ErrorKind::CONFIG, fmt::format("{}: {}", path, failed.message()));
    if (bytes > largest_picture)
        return error(ErrorKind::CONFIG,
                     fmt::format("{} has {} bytes; a picture has at most {}", path, bytes, largest_picture));
    const auto picture = proto::read_text(path);
    if (!picture) return error(ErrorKind::CONFIG, picture.error().message);
    const auto kept = console.post_bytes(ApiPath("/api/pictures"), "image/png", *picture);
    if (!kept) return error(kept.error().kind, fmt::format("{}: {}", path, kept.error().message));
    auto name = text_in(*kept, "sha256");
    if (name.empty()) return error(ErrorKind::CORRUPT, fmt::format("{}: the console did not keep it", path));
    return name;
}

}  // namespace

ConsoleVerb search_logbook(LogbookQuestion question) {
    return [question = std::move(question)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        ApiPath path("/api/logbook");
        path.ask("text", question.text).ask("run", question.run).ask("kind", question.kind);
        const auto found = console.get(path.ask("before", question.before).ask("limit", question.limit));
        if (!found) return found.error();
        if (as_json) return ConsoleAnswer{json_line(*found)};
        std::string out;
        for (const auto* entry : objects_in(*found, "entries"))
            out += entry_text(*entry);
        return ConsoleAnswer{out.empty() ? "no entries\n" : out};
    };
}

// Pictures first: an entry names what is kept already.
ConsoleVerb write_entry(NewEntry entry) {
    return [entry = std::move(entry)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        json::object body{{"text", entry.text}};
        json::array pictures;
        for (const auto& path : entry.pictures) {
            const auto name = sent_picture(console, path);
            if (!name) return name.error();
            pictures.emplace_back(*name);
        }
        if (!pictures.empty()) body["pictures"] = std::move(pictures);
        if (entry.run != 0) body["run"] = entry.run;
        if (entry.corrects != 0) body["corrects"] = entry.corrects;
        const auto written = console.post(ApiPath("/api/logbook"), body);
        if (!written) return written.error();
        if (as_json) return ConsoleAnswer{json_line(*written)};
        return ConsoleAnswer{fmt::format("entry #{}\n", word_in(*written, "id"))};
    };
}

ConsoleVerb fetch_picture(std::string name) {
    return [name = std::move(name)](const ConsoleClient& console, bool) -> ConsoleResult {
        auto bytes = console.file(ApiPath("/api/pictures").segment(name.substr(name.rfind('/') + 1)));
        if (!bytes) return bytes.error();
        return ConsoleAnswer{std::move(*bytes)};
    };
}

}  // namespace spillgate::daq
