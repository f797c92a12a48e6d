#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include <boost/json/array.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/history_answer.hpp"
#include "proto/number_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text)
        out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

std::vector<std::string> numbers_in(const json::object& curve, std::string_view field) {
    std::vector<std::string> numbers;
    const auto* const list = curve.if_contains(json::string_view(field.data(), field.size()));
    if (list == nullptr || !list->is_array()) return numbers;
    for (const auto& value : list->get_array())
        numbers.push_back(value.is_number() ? fmt::format("{}", value.to_number<double>()) : std::string());
    return numbers;
}

std::string iso(double utc_s) {
    const auto whole = std::floor(utc_s);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(whole)),
                       std::min(999, static_cast<int>((utc_s - whole) * 1000)));
}

// One row for each time at which any of the series has a point; empty where one has none.
std::string csv_of(const json::object& curves, const std::vector<std::string>& names) {
    constexpr std::array parts{"mean", "low", "high"};
    std::string head = "utc,utc_s";
    std::map<double, std::vector<std::string>> rows;
    const std::size_t cells = names.size() * parts.size();
    for (std::size_t series = 0; series < names.size(); ++series) {
        const auto* const curve = object_in(curves, names[series]);
        const auto unit = curve == nullptr ? std::string() : text_in(*curve, "unit");
        const auto times = curve == nullptr ? std::vector<std::string>() : numbers_in(*curve, "t");
        for (std::size_t part = 0; part < parts.size(); ++part) {
            head += ',' + quoted(fmt::format("{} {}{}", names[series], parts[part],
                                             unit.empty() ? "" : fmt::format(" [{}]", unit)));
            if (curve == nullptr) continue;
            const auto values = numbers_in(*curve, parts[part]);
            for (std::size_t i = 0; i < std::min(times.size(), values.size()); ++i) {
                const auto time = proto::number_in<double>(times[i]);
                if (!time || values[i].empty()) continue;
                auto& row = rows[*time];
                row.resize(cells);
                row[series * parts.size() + part] = values[i];
            }
        }
    }
    std::string out = head + '\n';
    for (const auto& [time, row] : rows)
        out += fmt::format("{},{},{}\n", utc_text(time) == not_known ? "" : iso(time), time,
                           fmt::join(row, ","));
    return out;
}

proto::Result<ApiPath> path_of(const HistoryQuestion& question) {
    const auto range = range_of(question.range);
    if (!range) return range.error();
    ApiPath path("/api/history");
    for (const auto& series : question.series)
        path.ask("series", series);
    path.ask("from", fmt::format("{:.3f}", range->from_s)).ask("to", fmt::format("{:.3f}", range->to_s));
    return path.ask("points", question.points);
}

}  // namespace

ConsoleVerb list_series() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto known = console.get(ApiPath("/api/history/series"));
        if (!known) return known.error();
        const auto off = text_in(*known, "off");
        const auto why = off.empty() ? off : fmt::format("the history is off: {}", off);
        if (as_json) return ConsoleAnswer{json_line(*known), why};
        TextTable table({"series", "unit"});
        for (const auto* series : objects_in(*known, "series"))
            table.add({word_in(*series, "name"), text_in(*series, "unit")});
        return ConsoleAnswer{table.text(), why};
    };
}

proto::Result<json::object> history_of(const ConsoleClient& console, const HistoryQuestion& question) {
    const auto path = path_of(question);
    if (!path) return path.error();
    return console.get(*path);
}

proto::Result<const json::object*> curves_in(const json::object& answer,
                                             const std::vector<std::string>& series) {
    const auto* const curves = object_in(answer, "curves");
    if (curves == nullptr) return error(ErrorKind::CORRUPT, "the console answered without curves");
    for (const auto& name : series)
        if (object_in(*curves, name) == nullptr)
            return error(ErrorKind::NOT_FOUND,
                         fmt::format("'{}' has had no value yet; `history` lists the series", name));
    return curves;
}

ConsoleVerb show_history(HistoryQuestion question) {
    return [question = std::move(question)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto answer = history_of(console, question);
        if (!answer) return answer.error();
        if (as_json) return ConsoleAnswer{json_line(*answer)};
        const auto curves = curves_in(*answer, question.series);
        if (!curves) return curves.error();
        return ConsoleAnswer{csv_of(**curves, question.series)};
    };
}

}  // namespace spillgate::daq
