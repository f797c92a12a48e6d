#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/history_answer.hpp"
#include "daq/ctl/console/text_plot.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

constexpr double day_s = 86400;

// "02:15:40" within a day, else "11-29 02:15".
std::function<std::string(double)> clock_of(double from_s, double to_s) {
    return [within_a_day = to_s - from_s <= day_s](double utc_s) {
        const auto text = utc_text(utc_s);
        return text == not_known ? text : within_a_day ? text.substr(11) : text.substr(5, 11);
    };
}

std::string number_text(double value) {
    return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string(not_known);
}

// A line with what the curve ends with and lies between, and its drawing.
std::string drawn(const std::string& name, const std::string& unit, const std::vector<PlotPoint>& points,
                  double newest, const PlotLook& look) {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    for (const auto& point : points) {
        if (!std::isfinite(point.low) || !std::isfinite(point.high)) continue;
        low = std::min(low, point.low);
        high = std::max(high, point.high);
    }
    return fmt::format("{}{}: newest {}, {} to {}\n{}", name, unit.empty() ? "" : fmt::format(" [{}]", unit),
                       number_text(newest), number_text(low), number_text(high), text_plot(points, look));
}

std::string curve_text(const std::string& name, const json::object& curve, const PlotLook& look) {
    const auto times = values_in(curve, "t");
    const auto mean = values_in(curve, "mean");
    const auto low = values_in(curve, "low");
    const auto high = values_in(curve, "high");
    std::vector<PlotPoint> points;
    double newest = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < std::min({times.size(), mean.size(), low.size(), high.size()}); ++i) {
        points.push_back({times[i], low[i], high[i]});
        if (std::isfinite(mean[i])) newest = mean[i];
    }
    return drawn(name, text_in(curve, "unit"), points, newest, look);
}

struct Trend {
    const char* field;
    const char* words;
    const char* unit;
};
constexpr Trend trends[] = {{"mark_rate_hz", "marks", "Hz"},        {"period_rms_us", "period, rms", "us"},
                            {"missed_per_s", "marks missed", "/s"}, {"charge_uc", "charge of a spill", "uC"},
                            {"slot_rate_hz", "slots filled", "Hz"}, {"data_rate_mb_s", "data", "MB/s"}};

// Points come once a second; where some are missing, nothing is known.
constexpr double longest_step_s = 5;
constexpr double minutes_shown_s = 900;

std::string trend_text(const std::vector<const json::object*>& seconds, const Trend& trend, PlotLook look) {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    std::vector<PlotPoint> points;
    for (const auto* second : seconds) {
        const auto at = number_in(*second, "utc_s");
        if (!at) continue;
        if (!points.empty() && *at - points.back().x > longest_step_s)
            points.push_back({points.back().x, nothing, nothing});
        const double value = number_in(*second, trend.field).value_or(nothing);
        points.push_back({*at, value, value});
    }
    if (points.empty()) return fmt::format("{}: no data\n", trend.words);
    look.x_max = points.back().x;
    look.x_min = std::max(points.front().x, look.x_max - minutes_shown_s);
    look.x_text = clock_of(look.x_min, look.x_max);
    std::erase_if(points, [&](const PlotPoint& point) { return point.x < look.x_min; });
    return drawn(trend.words, trend.unit, points, points.back().low, look);
}

}  // namespace

ConsoleVerb draw_history(HistoryQuestion question, PlotSize size) {
    return
        [question = std::move(question), size](const ConsoleClient& console, bool as_json) -> ConsoleResult {
            // Read once, so that what is asked for and what is drawn are the same stretch of time.
            const auto range = range_of(question.range);
            if (!range) return range.error();
            auto exact = question;
            exact.range = {fmt::format("{:.3f}", range->from_s), fmt::format("{:.3f}", range->to_s), 0};
            const auto answer = history_of(console, exact);
            if (!answer) return answer.error();
            if (as_json) return ConsoleAnswer{json_line(*answer)};
            const auto curves = curves_in(*answer, question.series);
            if (!curves) return curves.error();
            const PlotLook look{size.columns, size.rows, range->from_s, range->to_s,
                                clock_of(range->from_s, range->to_s)};
            std::string out;
            for (const auto& name : question.series)
                out += curve_text(name, *object_in(**curves, name), look);
            return ConsoleAnswer{std::move(out)};
        };
}

ConsoleVerb draw_last_minutes(PlotSize size) {
    return [size](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto trend = console.list(ApiPath("/api/trend"));
        if (!trend) return trend.error();
        const json::object named{{"trend", std::move(*trend)}};
        if (as_json) return ConsoleAnswer{json_line(named)};
        const auto seconds = objects_in(named, "trend");
        if (seconds.empty()) return ConsoleAnswer{"no data\n"};
        std::string out;
        for (const auto& one : trends)
            out += trend_text(seconds, one, {size.columns, size.rows, 0, 1, {}});
        return ConsoleAnswer{std::move(out)};
    };
}

}  // namespace spillgate::daq
