#include "online/scope/scope_wish.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "online/json_body.hpp"
#include "online/keeper/query_number.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using Which = ScopeFilter::Which;

constexpr std::size_t most_points = 10'000;

constexpr std::array<std::pair<std::string_view, Which>, 5> whiches{{{"latest", Which::LATEST},
                                                                     {"largest", Which::LARGEST},
                                                                     {"saturated", Which::SATURATED},
                                                                     {"vetoed", Which::VETOED},
                                                                     {"pulse", Which::PULSE}}};
constexpr std::array<std::pair<std::string_view, offline::WindowClass>, 5> kinds{
    {{"in_time", offline::WindowClass::IN_TIME},
     {"anti_coincident", offline::WindowClass::ANTI_COINCIDENT},
     {"free", offline::WindowClass::FREE},
     {"no_beam", offline::WindowClass::NO_BEAM},
     {"none", offline::WindowClass::NONE}}};

proto::Error wrong(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

template <class Table>
proto::Error unknown(std::string_view field, std::string_view word, const Table& table) {
    std::vector<std::string_view> names;
    names.reserve(std::size(table));
    for (const auto& [name, value] : table)
        names.push_back(name);
    return wrong(fmt::format("{} = '{}'; allowed are {}", field, word, fmt::join(names, ", ")));
}

template <class Table>
auto named(const Table& table, std::string_view word) {
    return std::ranges::find_if(table, [&](const auto& one) { return one.first == word; });
}

// Empty words: whatever is usual.
proto::Status set_filter(std::string_view which, std::string_view kind, ScopeFilter& filter) {
    if (!which.empty()) {
        const auto found = named(whiches, which);
        if (found == whiches.end()) return unknown("which", which, whiches);
        filter.which = found->second;
    }
    if (!kind.empty() && kind != "any") {
        const auto found = named(kinds, kind);
        if (found == kinds.end()) return unknown("kind", kind, kinds);
        filter.kind = found->second;
    }
    return {};
}

proto::Status check(const ScopeWish& wish) {
    if (wish.channels.size() > most_scope_channels)
        return wrong(fmt::format("{} channels; allowed are {}", wish.channels.size(), most_scope_channels));
    if (wish.points > most_points)
        return wrong(fmt::format("points = {}; allowed are 0 to {}", wish.points, most_points));
    if (wish.from_us && wish.to_us && !(*wish.from_us < *wish.to_us))
        return wrong(fmt::format("from_us = {} is not before to_us = {}", *wish.from_us, *wish.to_us));
    return {};
}

proto::Status set_time(const json::object& want, std::string_view field, std::optional<double>& time) {
    const auto* value = want.if_contains(field);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_number() || !std::isfinite(value->to_number<double>()))
        return wrong(fmt::format("\"{}\" is a number of microseconds", field));
    time = value->to_number<double>();
    return {};
}

proto::Status set_time(const Request& request, std::string_view field, std::optional<double>& time) {
    const auto text = request.asked(field);
    if (!text) return {};
    double value = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || !std::isfinite(value))
        return wrong(fmt::format("{} = '{}' is no number of microseconds", field, *text));
    time = value;
    return {};
}

proto::Status set_channels(const json::object& want, std::vector<std::string>& channels) {
    const auto* names = want.if_contains("channels");
    if (names == nullptr) return {};
    if (!names->is_array() || !std::ranges::all_of(names->get_array(), &json::value::is_string))
        return wrong("\"channels\" is an array of names");
    for (const auto& name : names->get_array())
        channels.emplace_back(name.get_string().data(), name.get_string().size());
    return {};
}

// "csi,muon"
void set_channels(std::string_view names, std::vector<std::string>& channels) {
    while (!names.empty()) {
        const auto end = std::min(names.find(','), names.size());
        if (end > 0) channels.emplace_back(names.substr(0, end));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
}

}  // namespace

std::string_view name_of(Which which) {
    return std::ranges::find(whiches, which, &std::pair<std::string_view, Which>::second)->first;
}

std::string_view name_of(offline::WindowClass kind) {
    return std::ranges::find(kinds, kind, &std::pair<std::string_view, offline::WindowClass>::second)->first;
}

proto::Result<ScopeWish> scope_wish(const json::object& want) {
    auto fine = only_fields(want, {"channels", "which", "kind", "from_us", "to_us", "points"});
    if (!fine) return fine.error();
    ScopeWish wish;
    const auto which = text_of(want, "which");
    if (!which) return which.error();
    const auto kind = text_of(want, "kind");
    if (!kind) return kind.error();
    for (const auto& done : {set_filter(*which, *kind, wish.filter), set_channels(want, wish.channels),
                             set_time(want, "from_us", wish.from_us), set_time(want, "to_us", wish.to_us)})
        if (!done) return done.error();
    if (want.contains("points")) {
        const auto points = count_of(want, "points");
        if (!points) return points.error();
        wish.points = *points;
    }
    if (fine = check(wish); !fine) return fine.error();
    return wish;
}

proto::Result<ScopeWish> scope_wish(const Request& request) {
    ScopeWish wish;
    set_channels(request.asked("channel").value_or(""), wish.channels);
    const std::string which = request.asked("which").value_or("");
    const std::string kind = request.asked("kind").value_or("");
    for (const auto& done : {set_filter(which, kind, wish.filter), set_time(request, "from_us", wish.from_us),
                             set_time(request, "to_us", wish.to_us)})
        if (!done) return done.error();
    const auto points = query_number(request, "points", wish.points);
    if (!points) return points.error();
    wish.points = request.asked("full") == "1" ? 0 : *points;
    if (auto fine = check(wish); !fine) return fine.error();
    return wish;
}

std::optional<std::size_t> scope_channel(const config::Config& config, std::string_view name) {
    if (name.empty()) return config.channel_size() > 0 ? std::optional<std::size_t>(0) : std::nullopt;
    for (int i = 0; i < config.channel_size(); ++i)
        if (config.channel(i).name() == name) return static_cast<std::size_t>(i);
    return std::nullopt;
}

}  // namespace spillgate::online
