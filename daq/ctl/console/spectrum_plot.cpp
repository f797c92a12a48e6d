#include "daq/ctl/console/spectrum_plot.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/text_plot.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

struct Axis {
    std::size_t bins = 0;
    double min = 0, max = 0;
    std::string unit;

    double edge(std::size_t bin) const {
        return bin == bins ? max : min + static_cast<double>(bin) * (max - min) / static_cast<double>(bins);
    }
};

// Errors: CONFIG, CORRUPT.
proto::Result<Axis> axis_of(const json::object& spectrum) {
    const auto axes = objects_in(spectrum, "axes");
    if (axes.size() > 1)
        return error(ErrorKind::CONFIG, fmt::format("'{}' has two axes; one is drawn, csv and uhi have both",
                                                    word_in(spectrum, "name")));
    if (axes.empty()) return error(ErrorKind::CORRUPT, "the console's spectrum has no axis");
    constexpr double most_bins = 1 << 24;
    const double bins = number_in(*axes.front(), "bins").value_or(0);
    const double min = number_in(*axes.front(), "min").value_or(0);
    const double max = number_in(*axes.front(), "max").value_or(0);
    if (!(bins >= 1 && bins <= most_bins) || !(min < max))
        return error(ErrorKind::CORRUPT, "the axis of the console's spectrum is none");
    return Axis{static_cast<std::size_t>(bins), min, max, text_in(*axes.front(), "unit")};
}

// Steps from zero to zero.
proto::Result<std::string> drawn(const std::string& title, const Axis& axis,
                                 const std::vector<double>& values, PlotSize size) {
    if (values.size() != axis.bins)
        return error(ErrorKind::CORRUPT, "the console's counts do not fit the spectrum's axis");
    std::vector<PlotPoint> points{{axis.min, 0, 0}};
    double sum = 0;
    for (std::size_t bin = 0; bin < values.size(); ++bin) {
        points.push_back({axis.edge(bin), values[bin], values[bin]});
        points.push_back({axis.edge(bin + 1), values[bin], values[bin]});
        if (std::isfinite(values[bin])) sum += values[bin];
    }
    points.push_back({axis.max, 0, 0});
    const PlotLook look{size.columns, size.rows, axis.min, axis.max, [&axis](double x) {
                            return fmt::format("{:.6g}{}{}", x, axis.unit.empty() ? "" : " ", axis.unit);
                        }};
    return fmt::format("{}: {:.6g} in its bins\n{}", title, sum, text_plot(points, look));
}

std::string heading_of(const json::object& spectrum) {
    auto out = fmt::format("{}: {}\n", word_in(spectrum, "name"), word_in(spectrum, "title"));
    add_fact(out, "run", word_in(spectrum, "run"));
    if (const auto* const range = object_in(spectrum, "range"); range != nullptr)
        add_fact(out, "range",
                 fmt::format("{}, {} spills", word_in(*range, "name"), word_in(*range, "spills")));
    if (const auto* const alpha = object_in(spectrum, "alpha"); alpha != nullptr)
        add_fact(out, "alpha", fmt::format("{} ± {}", word_in(*alpha, "value"), word_in(*alpha, "sigma")));
    if (const auto* const sealed = object_in(spectrum, "sealed"); sealed != nullptr)
        add_fact(out, "sealed", word_in(*sealed, "what"));
    return out;
}

}  // namespace

proto::Result<std::string> spectrum_plot(const json::object& spectrum, PlotSize size) {
    const auto axis = axis_of(spectrum);
    if (!axis) return axis.error();
    auto out = heading_of(spectrum);
    const bool sealed = object_in(spectrum, "sealed") != nullptr;
    const auto add = [&](const std::string& title, const json::object* part,
                         std::string_view field) -> proto::Status {
        if (part == nullptr) return {};
        const auto values = values_in(*part, field);
        if (values.empty()) return {};
        auto text = drawn(title, *axis, values, size);
        if (!text) return text.error();
        out += '\n' + *text;
        return {};
    };
    for (const auto& [field, words] : {std::pair("in_time", "C"), std::pair("anti_coincident", "AC"),
                                       std::pair("free", "free"), std::pair("no_beam", "no beam")}) {
        const bool outside = sealed && std::string_view(field) == "in_time";
        if (auto added = add(outside ? "C outside the box" : words, object_in(spectrum, field), "counts");
            !added)
            return added.error();
    }
    if (auto added = add("C - alpha AC", object_in(spectrum, "residual"), "values"); !added)
        return added.error();
    return out;
}

ConsoleVerb draw_spectrum(const std::string& name, const std::string& range, PlotSize size) {
    ApiPath path("/api/spectra");
    path.segment(name).ask("range", range);
    return [path, size](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto spectrum = console.get(path);
        if (!spectrum) return spectrum.error();
        if (as_json) return ConsoleAnswer{json_line(*spectrum)};
        auto text = spectrum_plot(*spectrum, size);
        if (!text) return text.error();
        return ConsoleAnswer{std::move(*text)};
    };
}

}  // namespace spillgate::daq
