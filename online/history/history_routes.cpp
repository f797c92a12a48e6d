#include "online/history/history_routes.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/history/beam_times.hpp"
#include "online/keeper/query_number.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t max_curves = 32;
constexpr std::size_t usual_points = 800;
constexpr std::size_t most_points = 10'000;
constexpr double usual_range_s = 3600;
constexpr double day_s = 86400;

struct Wanted {
    std::vector<std::string> series;
    double from_utc_s = 0;
    double to_utc_s = 0;
    std::size_t points = usual_points;
};

proto::Result<Wanted> wanted_by(const Request& request, double now_s) {
    Wanted wanted;
    const auto to = query_real(request, "to", now_s);
    if (!to) return to.error();
    const auto from = query_real(request, "from", *to - usual_range_s);
    if (!from) return from.error();
    const auto points = query_real(request, "points", usual_points);
    if (!points) return points.error();
    if (*points < 1 || *points > most_points)
        return error(ErrorKind::CONFIG,
                     fmt::format("points = {}; allowed are 1 to {}", *points, most_points));
    wanted.from_utc_s = *from;
    wanted.to_utc_s = *to;
    wanted.points = static_cast<std::size_t>(*points);
    wanted.series = query_texts(request, "series");
    if (wanted.series.empty() || wanted.series.size() > max_curves ||
        std::ranges::any_of(wanted.series, &std::string::empty))
        return error(ErrorKind::CONFIG,
                     fmt::format("there are {} of series=NAME; allowed are 1 to {}, one for each curve",
                                 wanted.series.size(), max_curves));
    return wanted;
}

Response curves(Records& records, const Request& request, double now_s) {
    const auto wanted = wanted_by(request, now_s);
    if (!wanted) return refusal(wanted.error());
    const auto history = records.history();
    if (!history) return refusal(503, history.error().message);
    json::object out;
    for (const std::string& name : wanted->series) {
        const auto curve = (*history)->read(name, wanted->from_utc_s, wanted->to_utc_s, wanted->points);
        // One that has had no value yet is no reason to refuse the others.
        if (!curve && curve.error().kind != ErrorKind::NOT_FOUND) return refusal(curve.error());
        out[name] = curve ? json::value(curve_json(*curve)) : json::value(nullptr);
    }
    return as_json(json::serialize(json::object{{"curves", std::move(out)}}));
}

Response series(Records& records, const Request&, double) {
    const auto history = records.history();
    if (!history) return refusal(503, history.error().message);
    json::array names;
    for (const auto& [name, unit] : (*history)->series())
        names.push_back(json::object{{"name", name}, {"unit", unit}});
    const auto& counts = (*history)->counts();
    const auto fault = records.history_fault();
    return as_json(json::serialize(
        json::object{{"series", std::move(names)},
                     {"off", fault.empty() ? json::value(nullptr) : json::value(fault)},
                     {"values", counts.values},
                     {"values_not_written", counts.values_not_written + records.values_while_off()},
                     {"series_refused", counts.series_refused}}));
}

Response times_of_beam(Records& records, const Request& request, double now_s) {
    const auto to = query_real(request, "to", now_s);
    if (!to) return refusal(to.error());
    const auto from = query_real(request, "from", *to - day_s);
    if (!from) return refusal(from.error());
    const auto history = records.history();
    if (!history) return refusal(503, history.error().message);
    const auto times = beam_times(**history, *from, *to, now_s);
    if (!times) return refusal(times.error());
    json::object seconds;
    for (std::size_t state = 0; state < beam_states; ++state)
        seconds[name_of(static_cast<BeamState>(state))] = times->of_state[state];
    seconds["not-recorded"] = times->not_recorded;
    return as_json(json::serialize(json::object{
        {"from_utc_s", times->from_utc_s}, {"to_utc_s", times->to_utc_s}, {"seconds", std::move(seconds)}}));
}

}  // namespace

json::object curve_json(const Curve& curve) {
    json::array t;
    json::array mean;
    json::array low;
    json::array high;
    double last_s = std::numeric_limits<double>::infinity();
    for (const HistoryPoint& point : curve.points) {
        if (point.utc_s - last_s > 2.5 * curve.level_s) {
            t.emplace_back((point.utc_s + last_s) / 2);
            for (json::array* values : {&mean, &low, &high})
                values->emplace_back(nullptr);
        }
        last_s = point.utc_s;
        t.emplace_back(point.utc_s);
        mean.emplace_back(point.mean);
        low.emplace_back(point.low);
        high.emplace_back(point.high);
    }
    return {{"unit", curve.unit},      {"level_s", curve.level_s}, {"t", std::move(t)},
            {"mean", std::move(mean)}, {"low", std::move(low)},    {"high", std::move(high)}};
}

std::vector<Route> history_routes(Keeper& keeper) {
    return {kept(keeper, "GET", "/api/history", Need::READ, curves),
            kept(keeper, "GET", "/api/history/series", Need::READ, series),
            kept(keeper, "GET", "/api/beam/times", Need::READ, times_of_beam)};
}

}  // namespace spillgate::online
