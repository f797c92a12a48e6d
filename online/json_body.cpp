#include "online/json_body.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace spillgate::online {
namespace {

namespace json = boost::json;
using proto::ErrorKind;

constexpr std::size_t max_depth = 8;
constexpr double largest_whole = 9007199254740992;  // 2^53: beyond it a JSON number of a browser is not exact

const json::value* field_of(const json::object& body, std::string_view field) {
    return body.if_contains(json::string_view(field.data(), field.size()));
}

}  // namespace

std::optional<json::object> parse_object(std::string_view text) {
    json::parse_options options;
    options.max_depth = max_depth;
    json::error_code failed;
    auto value = json::parse({text.data(), text.size()}, failed, {}, options);
    if (failed || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

proto::Result<json::object> body_of(std::string_view text) {
    if (text.empty()) return json::object();
    auto object = parse_object(text);
    if (!object) return proto::error(ErrorKind::CONFIG, "the body must be a JSON object");
    return std::move(*object);
}

proto::Result<std::string> text_of(const json::object& body, std::string_view field, std::size_t max_bytes) {
    const auto* value = field_of(body, field);
    if (value == nullptr) return std::string();
    if (!value->is_string() || value->get_string().size() > max_bytes) {
        return proto::error(ErrorKind::CONFIG,
                            fmt::format("\"{}\" must be a text of at most {} bytes", field, max_bytes));
    }
    return std::string(value->get_string().data(), value->get_string().size());
}

proto::Result<double> number_of(const json::object& body, std::string_view field) {
    const auto* value = field_of(body, field);
    if (value == nullptr) return 0.0;
    const double number = value->is_number() ? value->to_number<double>() : -1;
    if (!std::isfinite(number) || number < 0)
        return proto::error(ErrorKind::CONFIG, fmt::format("\"{}\" must be a number of 0 or more", field));
    return number;
}

proto::Result<std::uint64_t> count_of(const json::object& body, std::string_view field) {
    const auto number = number_of(body, field);
    if (!number) return number.error();
    if (*number != std::floor(*number) || *number > largest_whole) {
        return proto::error(ErrorKind::CONFIG,
                            fmt::format("\"{}\" must be a whole number from 0 to 2^53", field));
    }
    return static_cast<std::uint64_t>(*number);
}

proto::Result<bool> flag_of(const json::object& body, std::string_view field) {
    const auto* value = field_of(body, field);
    if (value == nullptr) return false;
    if (!value->is_bool())
        return proto::error(ErrorKind::CONFIG, fmt::format("\"{}\" must be true or false", field));
    return value->get_bool();
}

proto::Status only_fields(const json::object& body, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : body) {
        const std::string_view name(key.data(), key.size());
        if (std::ranges::find(known, name) != known.end()) continue;
        const auto allowed = known.size() == 0 ? std::string("it has no fields")
                                               : fmt::format("allowed are: {}", fmt::join(known, ", "));
        return proto::error(ErrorKind::CONFIG, fmt::format("\"{}\" is not known here; {}", name, allowed));
    }
    return {};
}

}  // namespace spillgate::online
