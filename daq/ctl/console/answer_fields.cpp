#include "daq/ctl/console/answer_fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "daq/plain_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_word = 4000;
constexpr double last_year_s = 253402300799;  // 9999-12-31 23:59:59

const json::value* field_of(const json::object& object, std::string_view field) {
    return object.if_contains(json::string_view(field.data(), field.size()));
}

// As many as a terminal shows, but for marks and wide signs.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string word_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    if (value == nullptr) return std::string(not_known);
    if (value->is_string()) {
        auto text = text_in(object, field);
        return text.empty() ? std::string(not_known) : text;
    }
    if (value->is_bool()) return value->get_bool() ? "yes" : "no";
    if (value->is_int64()) return fmt::format("{}", value->get_int64());
    if (value->is_uint64()) return fmt::format("{}", value->get_uint64());
    if (value->is_double()) return fmt::format("{:.6g}", value->get_double());
    return std::string(not_known);
}

std::string text_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    if (value == nullptr || !value->is_string()) return {};
    return plain_text({value->get_string().data(), value->get_string().size()}, longest_word);
}

std::vector<std::string> texts_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    std::vector<std::string> texts;
    if (value == nullptr || !value->is_array()) return texts;
    for (const auto& one : value->get_array())
        if (one.is_string())
            texts.push_back(plain_text({one.get_string().data(), one.get_string().size()}, longest_word));
    return texts;
}

std::vector<std::string> lines_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    std::vector<std::string> lines;
    if (value == nullptr || !value->is_string()) return lines;
    const std::string_view text(value->get_string().data(), value->get_string().size());
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        lines.push_back(plain_text(text.substr(begin, end - begin), longest_word));
        begin = end + 1;
    }
    return lines;
}

std::optional<double> number_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

std::vector<double> values_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    std::vector<double> values;
    if (value == nullptr || !value->is_array()) return values;
    for (const auto& one : value->get_array())
        values.push_back(one.is_number() ? one.to_number<double>()
                                         : std::numeric_limits<double>::quiet_NaN());
    return values;
}

bool flag_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string time_in(const json::object& object, std::string_view field) {
    const auto utc_s = number_in(object, field);
    return utc_s ? utc_text(*utc_s) : std::string(not_known);
}

std::string age_in(const json::object& object) {
    const auto age = number_in(object, "age_s");
    return age ? span_text(*age) : std::string(not_known);
}

std::vector<const json::object*> objects_in(const json::object& object, std::string_view field) {
    std::vector<const json::object*> objects;
    const auto* const value = field_of(object, field);
    if (value == nullptr || !value->is_array()) return objects;
    for (const auto& one : value->get_array())
        if (one.is_object()) objects.push_back(&one.get_object());
    return objects;
}

const json::object* object_in(const json::object& object, std::string_view field) {
    const auto* const value = field_of(object, field);
    return value == nullptr ? nullptr : value->if_object();
}

std::string json_line(const json::object& answer) {
    return json::serialize(answer) + "\n";
}

std::string utc_text(double utc_s) {
    if (!(utc_s >= 0 && utc_s <= last_year_s)) return std::string(not_known);
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(utc_s)));
}

std::string span_text(double s) {
    constexpr double minute = 60;
    constexpr double hour = 3600;
    constexpr double day = 86400;
    if (!std::isfinite(s)) return std::string(not_known);
    if (s < 2 * minute) return fmt::format("{:.1f} s", s);
    if (s < 2 * hour) return fmt::format("{:.1f} min", s / minute);
    return s < 2 * day ? fmt::format("{:.1f} h", s / hour) : fmt::format("{:.1f} d", s / day);
}

void add_fact(std::string& out, std::string_view name, const std::string& value) {
    if (!value.empty() && value != not_known) out += fmt::format("{:<14}{}\n", name, value);
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string out;
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 < row.size()) out.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        out += '\n';
    }
    return out;
}

}  // namespace spillgate::daq
