#include "online/quality/series_mean.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::online {

namespace {

constexpr std::size_t max_points = 5000;

}  // namespace

RunQuantity mean_of_series(History& history, const std::string& name, double from_utc_s, double to_utc_s,
                           double enough) {
    RunQuantity out;
    out.name = name;
    const auto unknown = [&](std::string reason) {
        out.reason = std::move(reason);
        return out;
    };
    const auto curve = history.read(name, from_utc_s, to_utc_s, max_points);
    if (!curve) return unknown(curve.error().message);
    out.unit = curve->unit;
    const double level_s = curve->level_s;
    const double whole_s =
        std::floor(to_utc_s / level_s) * level_s - std::ceil(from_utc_s / level_s) * level_s;
    if (!(whole_s > 0))
        return unknown(
            fmt::format("the run is shorter than two points of its history, {:g} s each", level_s));
    HistoryBin sum;
    for (const HistoryPoint& point : curve->points) {
        const bool inside = point.utc_s - level_s / 2 >= from_utc_s && point.utc_s + level_s / 2 <= to_utc_s;
        if (inside) sum.merge({0, point.n, point.mean, point.low, point.high});
    }
    if (sum.n == 0) return unknown("it was not known in the run");
    out.value = sum.mean;
    const auto known_s = static_cast<double>(sum.n);  // a value comes each second
    if (known_s < enough * whole_s)
        out.reason = fmt::format("it was known for {:.0f} of {:.0f} s only", known_s, whole_s);
    return out;
}

}  // namespace spillgate::online
