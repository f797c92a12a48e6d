#include "online/history/beam_times.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <fmt/format.h>

namespace spillgate::online {

namespace {

constexpr double sample_s = 1;  // the keeper looks once a second
constexpr std::size_t max_points = 2000;

std::string series_of(std::size_t state) {
    return fmt::format("beam.state.{}", name_of(static_cast<BeamState>(state)));
}

// The part of a point that lies in the range: 0 to 1. A point that is still open ends now.
double share(const HistoryPoint& point, double width_s, const BeamTimes& range, double now_s) {
    const double begin = point.utc_s - width_s / 2;
    const double end = now_s > begin ? std::min(begin + width_s, now_s) : begin + width_s;
    const double inside = std::min(end, range.to_utc_s) - std::max(begin, range.from_utc_s);
    return std::clamp(inside / (end - begin), 0.0, 1.0);
}

}  // namespace

Quantities beam_state_quantities(const Snapshot& snapshot, double now_s) {
    Quantities out;
    if (!snapshot.strip) return out;
    const auto now = beam_of(snapshot, *snapshot.strip, std::llround(now_s * 1e9)).state;
    for (std::size_t state = 0; state < beam_states; ++state)
        out.push_back({series_of(state), "", state == static_cast<std::size_t>(now) ? 1.0 : 0.0});
    return out;
}

proto::Result<BeamTimes> beam_times(History& history, double from_utc_s, double to_utc_s, double now_s) {
    BeamTimes times;
    times.from_utc_s = from_utc_s;
    times.to_utc_s = to_utc_s;
    for (std::size_t state = 0; state < beam_states; ++state) {
        const auto curve = history.read(series_of(state), from_utc_s, to_utc_s, max_points);
        if (!curve && curve.error().kind == proto::ErrorKind::NOT_FOUND) continue;
        if (!curve) return curve.error();
        for (const HistoryPoint& point : curve->points)
            times.of_state[state] += point.mean * static_cast<double>(point.n) * sample_s *
                                     share(point, curve->level_s, times, now_s);
    }
    const double range_s = to_utc_s - from_utc_s;
    const double known_s = std::accumulate(times.of_state.begin(), times.of_state.end(), 0.0);
    times.not_recorded = std::max(0.0, range_s - known_s);
    // A value more than there are seconds: looks are not exactly a second apart.
    if (known_s > range_s)
        for (double& seconds : times.of_state)
            seconds *= range_s / known_s;
    return times;
}

}  // namespace spillgate::online
