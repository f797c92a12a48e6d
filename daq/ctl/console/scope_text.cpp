#include "daq/ctl/console/scope_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/scope_answer.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

std::string facts_text(const json::object& picture) {
    std::string out;
    add_fact(out, "slot",
             fmt::format("{} of run {} (number {}){}", word_in(picture, "slot"), word_in(picture, "run"),
                         word_in(picture, "number"), flag_in(picture, "simulated") ? "  SIMULATED" : ""));
    add_fact(out, "when (UTC)", time_in(picture, "utc_s"));
    add_fact(out, "disposition", word_in(picture, "disposition"));
    add_fact(out, "charge",
             fmt::format("{} uC, {}", word_in(picture, "charge_uc"), word_in(picture, "charge_state")));
    auto quality = texts_in(picture, "quality");
    if (flag_in(picture, "facility_veto")) quality.emplace_back("vetoed by the facility");
    add_fact(out, "quality", fmt::format("{}", fmt::join(quality, ", ")));
    add_fact(out, "sealed", text_in(picture, "sealed"));
    return out;
}

// Of a field [begin, end] in μs; both NaN if it is none.
std::pair<double, double> span_in(const json::object& window, std::string_view field) {
    const auto ends = values_in(window, field);
    constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
    return ends.size() == 2 ? std::pair(ends[0], ends[1]) : std::pair(not_a_number, not_a_number);
}

std::string words_of(const json::object& window) {
    return fmt::format("{}{}{}{}", word_in(window, "recorded_as"), flag_in(window, "strobe") ? " strobe" : "",
                       flag_in(window, "truncated") ? " truncated" : "",
                       flag_in(window, "sealed") ? " sealed" : "");
}

// Where the windows lie along a drawing: the pretrace thin, the roi thick.
std::string lanes_text(const json::object& picture, const PlotLook& look) {
    const std::size_t width = plot_width(look);
    const double per_column = (look.x_max - look.x_min) / static_cast<double>(width);
    std::string out;
    for (const auto* window : objects_in(picture, "windows")) {
        const auto pretrace = span_in(*window, "pretrace_us");
        const auto roi = span_in(*window, "roi_us");
        std::string lane;
        for (std::size_t i = 0; i < width; ++i) {
            const double at = look.x_min + (static_cast<double>(i) + 0.5) * per_column;
            const auto inside = [at](const auto& span) { return at >= span.first && at < span.second; };
            lane += inside(roi) ? "━" : inside(pretrace) ? "─" : " ";
        }
        out += fmt::format("{:>{}}{}\n", words_of(*window) + "  ", plot_margin(), lane);
    }
    return out;
}

std::string trace_facts(std::size_t number, const json::object& trace) {
    const auto* const pulses = trace.if_contains("pulses");
    auto out = fmt::format("trace {}: {} samples of {} us, {} bits", number, word_in(trace, "samples"),
                           word_in(trace, "period_us"), word_in(trace, "bits"));
    if (number_in(trace, "open_samples") != number_in(trace, "samples"))
        out += fmt::format(", {} of them open", word_in(trace, "open_samples"));
    for (const char* field : {"baseline", "threshold"})
        if (number_in(trace, field)) out += fmt::format(", {} {}", field, word_in(trace, field));
    if (pulses != nullptr && pulses->is_array())
        out += fmt::format(", pulses {}", pulses->get_array().size());
    for (const char* field : {"truncated", "reduced"})
        if (flag_in(trace, field)) out += fmt::format(", {}", field);
    return out + '\n';
}

// Where no trace is, the curve is broken.
constexpr PlotPoint gap{0, std::numeric_limits<double>::quiet_NaN(), 0};

proto::Result<std::string> channel_text(const json::object& picture, const json::object& channel,
                                        PlotSize size) {
    auto out = fmt::format("\nchannel {}\n", word_in(channel, "name"));
    std::vector<std::pair<double, std::vector<PlotPoint>>> traces;  // by their begin
    std::size_t number = 0;
    for (const auto* one : objects_in(channel, "traces")) {
        const auto trace = scope_trace(*one);
        if (!trace) return trace.error();
        out += trace_facts(++number, *one);
        if (auto points = points_of(*trace); !points.empty())
            traces.emplace_back(points.front().x, std::move(points));
    }
    if (traces.empty()) return out + (number == 0 ? "no traces\n" : "no open samples in this stretch\n");
    std::ranges::sort(traces, {}, &std::pair<double, std::vector<PlotPoint>>::first);
    PlotLook look{size.columns, size.rows, traces.front().first, traces.front().first,
                  [](double us) { return fmt::format("{:.6g} us", us); }};
    std::vector<PlotPoint> points;
    for (const auto& [begin, part] : traces) {
        points.insert(points.end(), part.begin(), part.end());
        points.push_back(gap);
        look.x_max = std::max(look.x_max, part.back().x);
    }
    return out + lanes_text(picture, look) + text_plot(points, look);
}

// In lines that fit the drawing.
std::string variables_text(const json::object& candidate, std::size_t columns) {
    const auto* const variables = object_in(candidate, "variables");
    std::string out;
    if (variables == nullptr) return out;
    std::string line;
    for (const auto& [name, value] : *variables) {
        const auto text = fmt::format("{} {}", word_in(json::object{{"name", name}}, "name"),
                                      word_in(*variables, {name.data(), name.size()}));
        if (!line.empty() && line.size() + text.size() + 6 > columns) {
            out += fmt::format("    {},\n", line);
            line.clear();
        }
        line += line.empty() ? text : ", " + text;
    }
    return line.empty() ? out : out + fmt::format("    {}\n", line);
}

std::string found_text(const json::object& picture, std::size_t columns) {
    const auto windows = objects_in(picture, "windows");
    std::string out;
    for (const auto* channel : objects_in(picture, "channels"))
        for (const auto* candidate : objects_in(*channel, "candidates")) {
            const auto at = number_in(*candidate, "window");
            const bool is_there = at && *at >= 0 && *at < static_cast<double>(windows.size());
            const auto quality = texts_in(*candidate, "quality");
            out += fmt::format(
                "{} in {}: {}{}\n", word_in(*channel, "name"),
                is_there ? words_of(*windows[static_cast<std::size_t>(*at)]) : std::string(not_known),
                flag_in(*candidate, "found")
                    ? fmt::format("found, arrival {} us", word_in(*candidate, "arrival_us"))
                    : std::string("nothing found"),
                quality.empty() ? "" : fmt::format("; {}", fmt::join(quality, ", ")));
            out += variables_text(*candidate, columns);
        }
    return out.empty() ? out : '\n' + out;
}

}  // namespace

proto::Result<std::string> scope_text(const json::object& picture, PlotSize size) {
    auto out = facts_text(picture);
    for (const auto* channel : objects_in(picture, "channels")) {
        const auto drawn = channel_text(picture, *channel, size);
        if (!drawn) return drawn.error();
        out += *drawn;
    }
    return out + found_text(picture, size.columns);
}

}  // namespace spillgate::daq
