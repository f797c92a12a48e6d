#include "offline/verbs/value_grid.hpp"

#include <optional>

#include <fmt/format.h>

#include "offline/fit/profile.hpp"
#include "proto/number_text.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

constexpr std::size_t most_points = 100'000;

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> words;
    for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
        end = text.find(separator);
        words.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
    }
    return words;
}

Result<double> finite(std::string_view word) {
    const auto value = proto::number_in<double>(word);
    if (!value) return error(ErrorKind::CONFIG, fmt::format("'{}' is not a number", word));
    return *value;
}

Result<std::vector<double>> range(const std::vector<std::string_view>& words, std::size_t points) {
    if (words.size() > 3) return error(ErrorKind::CONFIG, "a range is FROM:TO or FROM:TO:POINTS");
    const auto from = finite(words[0]);
    if (!from) return from.error();
    const auto to = finite(words[1]);
    if (!to) return to.error();
    if (!(*from < *to)) return error(ErrorKind::CONFIG, fmt::format("{} is not below {}", *from, *to));
    if (words.size() == 3) {
        const auto asked = proto::number_in<std::size_t>(words[2]);
        if (!asked || *asked < 2 || *asked > most_points)
            return error(ErrorKind::CONFIG,
                         fmt::format("'{}' points: a whole number from 2 to {}", words[2], most_points));
        points = *asked;
    }
    return fit::grid_of(*from, *to, points);
}

Result<std::vector<double>> values_in(std::string_view text, std::size_t points) {
    if (const auto words = split(text, ':'); words.size() > 1) return range(words, points);
    std::vector<double> values;
    for (const auto word : split(text, ',')) {
        const auto value = finite(word);
        if (!value) return value.error();
        values.push_back(*value);
    }
    return values;
}

}  // namespace

Result<ValueGrid> parse_value_grid(std::string_view option, std::string_view text, std::size_t points) {
    const auto equals = text.find('=');
    ValueGrid grid{std::string(text.substr(0, equals)), {}};
    if (grid.name.empty())
        return error(ErrorKind::CONFIG, fmt::format("{} {}: expected {}", option, text, value_grid_form));
    if (equals == std::string_view::npos) return grid;
    auto values = values_in(text.substr(equals + 1), points);
    if (!values)
        return error(ErrorKind::CONFIG, fmt::format("{} {}: {}; expected {}", option, text,
                                                    values.error().message, value_grid_form));
    grid.values = std::move(*values);
    return grid;
}

}  // namespace spillgate::offline
