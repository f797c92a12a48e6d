#include "daq/ctl/console/spectrum_text.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr double most_bins = 1 << 24;

struct Axis {
    std::string variable, label, unit;
    std::size_t bins = 0;
    double min = 0, max = 0;

    double edge(std::size_t bin) const {
        return min + static_cast<double>(bin) * (max - min) / static_cast<double>(bins);
    }
};

struct Column {
    std::string name;
    json::array values;          // row-major, the first axis slowest
    std::vector<double> sigmas;  // empty: counts
    bool counts() const { return sigmas.empty(); }
};

struct Spectrum {
    std::vector<Axis> axes;
    std::vector<Column> columns;
    std::vector<std::pair<std::string, json::value>> origin;

    std::size_t size() const {
        std::size_t all = 1;
        for (const auto& axis : axes)
            all *= axis.bins;
        return all;
    }
};

proto::Error does_not_fit(std::string_view what) {
    return error(ErrorKind::CORRUPT, fmt::format("the console's spectrum does not fit itself: {}", what));
}

proto::Status read_axes(const json::object& given, Spectrum& spectrum) {
    double bins = 1;
    for (const auto* one : objects_in(given, "axes")) {
        const auto n = number_in(*one, "bins");
        const auto min = number_in(*one, "min");
        const auto max = number_in(*one, "max");
        if (!n || !(*n >= 1 && *n <= most_bins) || !min || !max || !(*min < *max))
            return does_not_fit("an axis");
        bins *= *n;
        spectrum.axes.push_back({text_in(*one, "variable"), text_in(*one, "label"), text_in(*one, "unit"),
                                 static_cast<std::size_t>(*n), *min, *max});
    }
    if (spectrum.axes.empty() || spectrum.axes.size() > 2 || bins > most_bins) return does_not_fit("axes");
    return {};
}

// None if it is null or missing. Errors: CORRUPT.
proto::Result<std::optional<json::array>> numbers_in(const json::object& given, std::string_view field,
                                                     std::size_t size) {
    const auto* const value = given.if_contains(json::string_view(field.data(), field.size()));
    if (value == nullptr || value->is_null()) return std::optional<json::array>();
    if (!value->is_array() || value->get_array().size() != size) return does_not_fit(field);
    for (const auto& one : value->get_array())
        if (!one.is_number()) return does_not_fit(field);
    return std::optional(value->get_array());
}

proto::Status read_counts(const json::object& given, Spectrum& spectrum) {
    const bool sealed = given.if_contains("sealed") != nullptr && !given.at("sealed").is_null();
    for (const std::string_view kind : {"in_time", "anti_coincident", "free", "no_beam", "prediction"}) {
        const auto* const one = object_in(given, kind);
        if (one == nullptr) continue;
        auto counts = numbers_in(*one, "counts", spectrum.size());
        if (!counts) return counts.error();
        if (!*counts) continue;
        const bool outside = sealed && kind == "in_time";
        spectrum.columns.push_back(
            {outside ? "in_time_outside_box" : std::string(kind), std::move(**counts), {}});
    }
    return {};
}

// α·AC, and the residual as the console has it.
proto::Status read_derived(const json::object& given, Spectrum& spectrum) {
    const auto* const alpha = object_in(given, "alpha");
    constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
    const double value = alpha == nullptr ? not_known : number_in(*alpha, "value").value_or(not_known);
    const double sigma = alpha == nullptr ? not_known : number_in(*alpha, "sigma").value_or(not_known);
    for (const auto& column : spectrum.columns) {
        if (column.name != "anti_coincident" || std::isnan(value) || std::isnan(sigma)) continue;
        Column scaled{"scaled", {}, {}};
        for (const auto& one : column.values) {
            const auto n = one.to_number<double>();
            const double expected = value * n;
            const double from_alpha = n * sigma;
            scaled.values.emplace_back(expected);
            scaled.sigmas.push_back(std::sqrt(value * expected + from_alpha * from_alpha));
        }
        spectrum.columns.push_back(std::move(scaled));
        break;
    }
    const auto* const residual = object_in(given, "residual");
    if (residual == nullptr) return {};
    auto values = numbers_in(*residual, "values", spectrum.size());
    if (!values) return values.error();
    const auto sigmas = numbers_in(*residual, "sigmas", spectrum.size());
    if (!sigmas) return sigmas.error();
    if (!*values || !*sigmas) return {};
    Column left{"residual", std::move(**values), {}};
    for (const auto& one : **sigmas)
        left.sigmas.push_back(one.to_number<double>());
    spectrum.columns.push_back(std::move(left));
    return {};
}

// Text, numbers and truths; anything else is not known and left out.
void add_origin(Spectrum& spectrum, std::string name, const json::object& object, std::string_view field) {
    const auto* const value = object.if_contains(json::string_view(field.data(), field.size()));
    if (value == nullptr) return;
    if (value->is_string()) {
        if (auto text = text_in(object, field); !text.empty())
            spectrum.origin.emplace_back(std::move(name), std::move(text));
    } else if (value->is_number() || value->is_bool()) {
        spectrum.origin.emplace_back(std::move(name), *value);
    }
}

void read_origin(const json::object& given, Spectrum& spectrum) {
    const auto add_of = [&](std::string_view part, std::string name, std::string_view field) {
        if (const auto* const object = object_in(given, part); object != nullptr)
            add_origin(spectrum, std::move(name), *object, field);
    };
    add_origin(spectrum, "spectrum", given, "name");
    for (const char* field : {"title", "selection", "run", "reference", "runs", "run_type", "simulated",
                              "software_version", "config_sha256", "withheld"})
        add_origin(spectrum, field, given, field);
    add_of("range", "range", "name");
    add_of("range", "range_spills", "spills");
    add_of("range", "range_begin_utc_s", "begin_utc_s");
    add_of("alpha", "alpha", "value");
    add_of("alpha", "alpha_sigma", "sigma");
    add_of("in_time", "in_time_live_s", "exposure_s");
    add_of("anti_coincident", "anti_coincident_live_s", "exposure_s");
    add_of("prediction", "experiment", "title");
    add_of("prediction", "prediction_pot", "pot");
    if (const auto* const pot = object_in(given, "live_pot"); pot != nullptr) {
        const auto measured = number_in(*pot, "measured");
        const auto estimated = number_in(*pot, "estimated");
        if (measured && estimated) spectrum.origin.emplace_back("live_pot", *measured + *estimated);
    }
    add_of("sealed", "sealed", "what");
}

proto::Result<Spectrum> read(const json::object& given) {
    Spectrum spectrum;
    if (auto axes = read_axes(given, spectrum); !axes) return axes.error();
    if (auto counts = read_counts(given, spectrum); !counts) return counts.error();
    if (auto derived = read_derived(given, spectrum); !derived) return derived.error();
    read_origin(given, spectrum);
    return spectrum;
}

std::string plain(const json::value& value) {
    if (value.is_string()) return {value.get_string().data(), value.get_string().size()};
    if (value.is_bool()) return value.get_bool() ? "true" : "false";
    if (value.is_double()) return fmt::format("{}", value.get_double());
    return value.is_uint64() ? fmt::format("{}", value.get_uint64()) : fmt::format("{}", value.get_int64());
}

json::array nested(const Spectrum& spectrum, const json::array& values) {
    if (spectrum.axes.size() == 1) return values;
    const auto row = spectrum.axes[1].bins;
    json::array rows;
    for (std::size_t at = 0; at < values.size(); at += row)
        rows.push_back(json::array(values.begin() + at, values.begin() + at + row));
    return rows;
}

json::object uhi_axis(const Axis& axis) {
    return {{"type", "regular"},
            {"lower", axis.min},
            {"upper", axis.max},
            {"bins", axis.bins},
            {"underflow", false},
            {"overflow", false},
            {"circular", false},
            {"metadata", {{"name", axis.variable}, {"label", axis.label}, {"unit", axis.unit}}}};
}

json::object uhi_storage(const Spectrum& spectrum, const Column& column) {
    if (column.counts()) return {{"type", "int"}, {"values", nested(spectrum, column.values)}};
    json::array variances;
    for (const double sigma : column.sigmas)
        variances.emplace_back(sigma * sigma);
    return {{"type", "weighted"},
            {"values", nested(spectrum, column.values)},
            {"variances", nested(spectrum, variances)}};
}

}  // namespace

proto::Result<std::string> spectrum_csv(const json::object& given) {
    const auto spectrum = read(given);
    if (!spectrum) return spectrum.error();
    std::string out;
    for (const auto& [name, value] : spectrum->origin)
        out += fmt::format("# {}: {}\n", name, plain(value));
    std::vector<std::string> head;
    for (std::size_t k = 0; k < spectrum->axes.size(); ++k)
        for (const char* what : {"bin", "low", "high"})
            head.push_back(fmt::format("{}_{}", what, k));
    for (const auto& column : spectrum->columns) {
        head.push_back(column.name);
        if (!column.counts()) head.push_back(column.name + "_sigma");
    }
    out += fmt::format("{}\n", fmt::join(head, ","));
    for (std::size_t at = 0; at < spectrum->size(); ++at) {
        std::vector<std::string> row;
        std::size_t rest = spectrum->size();
        std::size_t within = at;
        for (const auto& axis : spectrum->axes) {
            rest /= axis.bins;
            const auto bin = std::exchange(within, within % rest) / rest;
            for (auto& text : {fmt::format("{}", bin), fmt::format("{}", axis.edge(bin)),
                               fmt::format("{}", axis.edge(bin + 1))})
                row.push_back(text);
        }
        for (const auto& column : spectrum->columns) {
            row.push_back(plain(column.values[at]));
            if (!column.counts()) row.push_back(fmt::format("{}", column.sigmas[at]));
        }
        out += fmt::format("{}\n", fmt::join(row, ","));
    }
    return out;
}

proto::Result<std::string> spectrum_uhi(const json::object& given) {
    const auto spectrum = read(given);
    if (!spectrum) return spectrum.error();
    json::object metadata;
    for (const auto& [name, value] : spectrum->origin)
        metadata[name] = value;
    json::array axes;
    for (const auto& axis : spectrum->axes)
        axes.push_back(uhi_axis(axis));
    json::object out;
    for (const auto& column : spectrum->columns)
        out[fmt::format("{}/{}", text_in(given, "name"), column.name)] =
            json::object{{"uhi_schema", 1},
                         {"metadata", metadata},
                         {"writer_info", {{"spillgate-ctl", json::object()}}},
                         {"axes", axes},
                         {"storage", uhi_storage(*spectrum, column)}};
    return json_line(out);
}

}  // namespace spillgate::daq
