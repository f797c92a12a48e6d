#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/status_answer.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::array<std::string_view, 3> levels{"info", "warn", "error"};

std::size_t rank_of(std::string_view level) {  // of an unknown one: the worst, so that it is seen
    return static_cast<std::size_t>(std::ranges::find(levels, level) - levels.begin());
}

struct Line {
    double utc_s = 0;
    std::string where;  // who wrote it
    const json::object* line = nullptr;
};

void add_lines(std::vector<Line>& lines, const LogQuestion& question, const std::string& where,
               const json::object& journal) {
    for (const auto* line : objects_in(journal, "log"))
        if (rank_of(text_in(*line, "level")) >= rank_of(question.level) &&
            text_in(*line, "text").find(question.text) != std::string::npos)
            lines.push_back({number_in(*line, "utc_s").value_or(0), where, line});
}

// Newest first.
std::vector<Line> lines_of(const json::object& status, const LogQuestion& question) {
    std::vector<Line> lines;
    add_lines(lines, question, "online", status);
    for (const auto& [daemon, says] : heard_in(status))
        add_lines(lines, question, daemon, *says);
    std::ranges::stable_sort(lines, std::greater(), &Line::utc_s);
    lines.resize(std::min<std::size_t>(lines.size(), question.limit));
    return lines;
}

std::string line_text(const Line& line) {
    const auto untold = number_in(*line.line, "untold").value_or(0);
    return fmt::format("{}  {:<5}  {}: {}{}\n", time_in(*line.line, "utc_s"), word_in(*line.line, "level"),
                       line.where, word_in(*line.line, "text"),
                       untold > 0 ? fmt::format(" ({} more like it)", word_in(*line.line, "untold")) : "");
}

json::object with_place(const Line& line) {
    auto out = *line.line;
    out["where"] = line.where;
    return out;
}

}  // namespace

ConsoleVerb show_log(LogQuestion question) {
    return [question = std::move(question)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        if (rank_of(question.level) == levels.size())
            return error(ErrorKind::CONFIG, fmt::format("'{}' is no level; allowed are {}", question.level,
                                                        fmt::join(levels, ", ")));
        const auto status = console.get(ApiPath("/api/status"));
        if (!status) return status.error();
        const auto lines = lines_of(*status, question);
        std::string out;
        json::array journal;
        for (const auto& line : lines) {
            out += line_text(line);
            journal.push_back(with_place(line));
        }
        if (as_json) return ConsoleAnswer{json_line(json::object{{"log", std::move(journal)}})};
        return ConsoleAnswer{out.empty() ? "no lines\n" : out};
    };
}

}  // namespace spillgate::daq
