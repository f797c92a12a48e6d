// UHI JSON, as offline/export/export_json.cpp writes it, back to spectra.
#include <limits>
#include <map>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "offline/export/uhi.hpp"
#include "online/references/reference_spectra.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t max_bins = std::size_t{1} << 24;

// What must be there, or an exception that says what is wrong: they end in parse_reference().
struct Wrong {
    ErrorKind kind;
    std::string what;
};

const json::value& field(const json::object& object, std::string_view name) {
    const auto* found = object.if_contains(json::string_view(name.data(), name.size()));
    if (found == nullptr) throw Wrong{ErrorKind::CORRUPT, fmt::format("\"{}\" is missing", name)};
    return *found;
}

const json::object& object_in(const json::object& object, std::string_view name) {
    const auto* found = field(object, name).if_object();
    if (found == nullptr) throw Wrong{ErrorKind::CORRUPT, fmt::format("\"{}\" is no object", name)};
    return *found;
}

std::string text_in(const json::object& object, std::string_view name) {
    const auto* found = field(object, name).if_string();
    if (found == nullptr) throw Wrong{ErrorKind::CORRUPT, fmt::format("\"{}\" is no text", name)};
    return {found->data(), found->size()};
}

std::string text_or_none(const json::object& object, std::string_view name) {
    return object.contains(json::string_view(name.data(), name.size())) ? text_in(object, name)
                                                                        : std::string();
}

bool flag_in(const json::object& object, std::string_view name) {
    const auto* found = field(object, name).if_bool();
    if (found == nullptr)
        throw Wrong{ErrorKind::CORRUPT, fmt::format("\"{}\" is neither true nor false", name)};
    return *found;
}

// 0 … most
std::int64_t whole(const json::value& value, std::string_view name,
                   std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
    if (value.is_int64() && value.get_int64() >= 0 && value.get_int64() <= most) return value.get_int64();
    throw Wrong{ErrorKind::CORRUPT, fmt::format("\"{}\" is no whole number from 0 to {}", name, most)};
}

std::int64_t whole_in(const json::object& object, std::string_view name) {
    return whole(field(object, name), name);
}

double number_in(const json::object& object, std::string_view name) {
    const auto& value = field(object, name);
    if (!value.is_number()) throw Wrong{ErrorKind::CORRUPT, fmt::format("\"{}\" is no number", name)};
    return value.to_number<double>();
}

std::vector<offline::AxisView> axes_in(const json::object& histogram) {
    const auto* axes = field(histogram, "axes").if_array();
    if (axes == nullptr || axes->empty() || axes->size() > 2)
        throw Wrong{ErrorKind::CORRUPT, "a spectrum has one or two axes"};
    std::vector<offline::AxisView> out;
    std::size_t bins = 1;
    for (const auto& one : *axes) {
        if (!one.is_object()) throw Wrong{ErrorKind::CORRUPT, "an axis is no object"};
        const auto& axis = one.get_object();
        const auto& metadata = object_in(axis, "metadata");
        offline::AxisView view{text_in(metadata, "name"), text_in(metadata, "label"),
                               text_in(metadata, "unit")};
        view.bins = static_cast<std::uint32_t>(whole(field(axis, "bins"), "bins", max_bins));
        view.min = number_in(axis, "lower");
        view.max = number_in(axis, "upper");
        bins *= view.bins + std::size_t{2};
        if (text_in(axis, "type") != "regular" || view.bins == 0 || !(view.min < view.max) || bins > max_bins)
            throw Wrong{ErrorKind::UNSUPPORTED, fmt::format("axis \"{}\" is not one of ours", view.variable)};
        out.push_back(std::move(view));
    }
    return out;
}

void append(const json::value& values, std::size_t depth, std::vector<std::uint64_t>& counts) {
    if (depth == 0) {
        counts.push_back(static_cast<std::uint64_t>(whole(values, "values")));
        return;
    }
    if (!values.is_array()) throw Wrong{ErrorKind::CORRUPT, "\"values\" are not nested by axis"};
    for (const auto& value : values.get_array())
        append(value, depth - 1, counts);
}

std::size_t size_of(const std::vector<offline::AxisView>& axes) {
    std::size_t size = 1;
    for (const auto& axis : axes)
        size *= axis.bins + std::size_t{2};
    return size;
}

std::vector<std::uint64_t> counts_in(const json::object& histogram,
                                     const std::vector<offline::AxisView>& axes) {
    const auto& storage = object_in(histogram, "storage");
    if (text_in(storage, "type") != "int")
        throw Wrong{ErrorKind::UNSUPPORTED, "counts are not stored as \"int\""};
    std::vector<std::uint64_t> counts;
    append(field(storage, "values"), axes.size(), counts);
    if (counts.size() != size_of(axes)) throw Wrong{ErrorKind::CORRUPT, "the values do not fit the axes"};
    return counts;
}

void read_charge(const json::object& metadata, offline::ExposureSums& sums) {
    sums.live_charge_measured_pc = whole_in(metadata, "live_charge_measured_pc");
    sums.live_charge_estimated_pc = whole_in(metadata, "live_charge_estimated_pc");
    sums.live_charge_missing_slots =
        static_cast<std::uint64_t>(whole_in(metadata, "live_charge_missing_slots"));
    sums.live_charge_uncorrected_slots =
        static_cast<std::uint64_t>(whole_in(metadata, "live_charge_uncorrected_slots"));
}

offline::KindExposure exposure_in(const json::object& metadata, std::string_view prefix = "") {
    const auto named = [&](std::string_view what) {
        return whole_in(metadata, fmt::format("{}{}", prefix, what));
    };
    return {named("live_ps"), static_cast<std::uint64_t>(named("windows")),
            static_cast<std::uint64_t>(named("windows_rejected"))};
}

// What is in a spectrum whichever of its histograms comes first.
void begin(ReferenceSpectrum& spectrum, const json::object& histogram, const json::object& metadata) {
    spectrum.name = text_in(metadata, "spectrum");
    spectrum.title = text_in(metadata, "title");
    spectrum.selection = text_in(metadata, "selection");
    spectrum.selection_sha256 = text_in(metadata, "selection_sha256");
    spectrum.channels = static_cast<std::uint32_t>(whole(field(metadata, "channels"), "channels", 1 << 20));
    spectrum.axes = axes_in(histogram);
    for (auto* counts : {&spectrum.in_time, &spectrum.anti_coincident, &spectrum.free, &spectrum.no_beam})
        counts->assign(size_of(spectrum.axes), 0);
    spectrum.box = text_or_none(metadata, "box");
    const std::string sealed = text_or_none(metadata, "sealed");
    const bool opened = !text_or_none(metadata, "unblinding").empty();
    if (sealed == "in_time inside the box")
        spectrum.sealed = offline::Sealing::BOX;
    else if (!sealed.empty() || (flag_in(metadata, "blinded") && !opened))
        spectrum.sealed = offline::Sealing::ALL;
}

// Of sealed spectra, C's live time and charge stand with AC, too.
void add(ReferenceSpectrum& spectrum, const json::object& histogram) {
    const auto& metadata = object_in(histogram, "metadata");
    if (spectrum.axes.empty()) begin(spectrum, histogram, metadata);
    const std::string kind = text_in(metadata, "window_kind");
    auto& sums = spectrum.exposure;
    const bool in_time = kind == "in_time" || kind == offline::outside_box_name;
    if (in_time) {
        sums.in_time = exposure_in(metadata);
        read_charge(metadata, sums);
        if (spectrum.sealed != offline::Sealing::ALL) spectrum.in_time = counts_in(histogram, spectrum.axes);
    } else if (kind == "anti_coincident") {
        sums.anti_coincident = exposure_in(metadata);
        spectrum.anti_coincident = counts_in(histogram, spectrum.axes);
        if (metadata.contains("in_time_windows")) {
            sums.in_time = exposure_in(metadata, "in_time_");
            read_charge(metadata, sums);
        }
    } else if (kind == "free" || kind == "no_beam") {
        (kind == "free" ? sums.free : sums.no_beam) = exposure_in(metadata);
        (kind == "free" ? spectrum.free : spectrum.no_beam) = counts_in(histogram, spectrum.axes);
    } else if (kind == "residual") {
        const double alpha = number_in(metadata, "alpha");
        if (alpha > 0) spectrum.alpha_relative_uncertainty = number_in(metadata, "alpha_sigma") / alpha;
    }
}

void read_origin(const json::object& metadata, ReferenceSpectra& out) {
    out.runs = text_in(metadata, "runs");
    out.run_type = text_in(metadata, "run_type");
    out.software_version = text_in(metadata, "software_version");
    out.config_sha256 = text_in(metadata, "config_sha256");
    out.simulated = flag_in(metadata, "simulated");
}

ReferenceSpectra read(const json::object& file) {
    ReferenceSpectra out;
    for (const auto& [name, value] : file) {
        if (!value.is_object()) throw Wrong{ErrorKind::CORRUPT, "a histogram is no object"};
        const auto& histogram = value.get_object();
        if (whole_in(histogram, "uhi_schema") != offline::uhi_schema_version)
            throw Wrong{ErrorKind::UNSUPPORTED,
                        fmt::format("uhi_schema is not {}", offline::uhi_schema_version)};
        const auto& metadata = object_in(histogram, "metadata");
        const std::string spectrum = text_in(metadata, "spectrum");
        if (out.spectra.empty()) read_origin(metadata, out);
        // Histograms of a spectrum follow each other.
        if (out.spectra.empty() || out.spectra.back().name != spectrum) out.spectra.emplace_back();
        add(out.spectra.back(), histogram);
    }
    return out;
}

}  // namespace

proto::Result<ReferenceSpectra> parse_reference(std::string_view text, const std::string& path) {
    boost::system::error_code failed;
    const json::value file = json::parse(json::string_view(text.data(), text.size()), failed);
    if (failed || !file.is_object())
        return error(ErrorKind::CORRUPT, fmt::format("{} is not JSON with histograms", path));
    try {
        return read(file.get_object());
    } catch (const Wrong& wrong) {
        return error(wrong.kind, fmt::format("{}: {}", path, wrong.what));
    }
}

}  // namespace spillgate::online
