#include "online/physics/exported_spectrum.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

// One histogram is one line: "NAME/KIND": {…}, perhaps with a comma.
std::optional<std::string> content_of(const std::string& line, std::string_view name) {
    const auto key = json::serialize(json::value(name)) + ": ";
    if (!line.starts_with(key)) return std::nullopt;
    auto content = line.substr(key.size());
    if (content.ends_with(',')) content.pop_back();
    return content;
}

struct Found {
    std::optional<json::object> in_time, anti_coincident;
};

Found look(std::istream& file, std::string_view spectrum) {
    Found found;
    std::string line;
    while ((!found.in_time || !found.anti_coincident) && std::getline(file, line)) {
        for (auto [kind, to] :
             {std::pair{"in_time", &found.in_time}, std::pair{"anti_coincident", &found.anti_coincident}})
            if (const auto content = content_of(line, fmt::format("{}/{}", spectrum, kind)))
                *to = json::parse(*content).as_object();
    }
    return found;
}

void flatten(const json::value& values, std::vector<std::uint64_t>& to) {
    if (!values.is_array()) {
        to.push_back(values.to_number<std::uint64_t>());
        return;
    }
    for (const auto& value : values.as_array())
        flatten(value, to);
}

std::vector<std::uint64_t> counts_of(const json::object& histogram) {
    std::vector<std::uint64_t> counts;
    flatten(histogram.at("storage").at("values"), counts);
    return counts;
}

std::int64_t number(const json::object& metadata, const std::string& name) {
    return metadata.at(name).to_number<std::int64_t>();
}

offline::KindExposure exposure_of(const json::object& metadata, const std::string& prefix) {
    return {number(metadata, prefix + "live_ps"),
            static_cast<std::uint64_t>(number(metadata, prefix + "windows")),
            static_cast<std::uint64_t>(number(metadata, prefix + "windows_rejected"))};
}

// `charged`: the metadata that C's charge is in, with `prefix` before C's exposure.
void take_exposure(const json::object& charged, const std::string& prefix, SpectrumSum& sum) {
    auto& exposure = sum.exposure;
    exposure.in_time = exposure_of(charged, prefix);
    exposure.live_charge_measured_pc = number(charged, "live_charge_measured_pc");
    exposure.live_charge_estimated_pc = number(charged, "live_charge_estimated_pc");
    exposure.live_charge_missing_slots =
        static_cast<std::uint64_t>(number(charged, "live_charge_missing_slots"));
    exposure.live_charge_uncorrected_slots =
        static_cast<std::uint64_t>(number(charged, "live_charge_uncorrected_slots"));
}

SpectrumSum sum_of(const Found& found, std::uint32_t run) {
    const auto& histogram = *found.anti_coincident;
    const auto& metadata = histogram.at("metadata").as_object();
    SpectrumSum sum;
    for (const auto& axis : histogram.at("axes").as_array()) {
        const auto& about = axis.at("metadata");
        sum.axes.push_back(
            {std::string(about.at("name").as_string()), std::string(about.at("label").as_string()),
             std::string(about.at("unit").as_string()), axis.at("bins").to_number<std::uint32_t>(),
             axis.at("lower").to_number<double>(), axis.at("upper").to_number<double>()});
    }
    sum.anti_coincident = counts_of(histogram);
    sum.exposure.anti_coincident = exposure_of(metadata, "");
    sum.channels = static_cast<std::uint32_t>(number(metadata, "channels"));
    sum.simulated = metadata.at("simulated").as_bool();
    sum.runs = {run};
    sum.sealed = metadata.contains("sealed");
    if (sum.sealed) {
        sum.in_time.assign(sum.anti_coincident.size(), 0);
        take_exposure(metadata, "in_time_", sum);
    } else {
        sum.in_time = counts_of(*found.in_time);
        take_exposure(found.in_time->at("metadata").as_object(), "", sum);
    }
    return sum;
}

double alpha_relative_uncertainty(const config::Config& config, std::string_view spectrum) {
    const auto chosen = std::ranges::find(config.spectrum(), spectrum, &config::Spectrum::name);
    if (chosen == config.spectrum().end()) return 0;
    const auto selection =
        std::ranges::find(config.selection(), chosen->selection(), &config::Selection::name);
    return selection == config.selection().end() ? 0 : selection->alpha_relative_uncertainty();
}

}  // namespace

proto::Result<SpectrumSum> exported_spectrum(const std::string& path, const config::Config& config,
                                             std::string_view spectrum, std::uint32_t run) {
    std::ifstream file(path);
    if (!file) return error(ErrorKind::NOT_FOUND, fmt::format("there is no file {}", path));
    try {
        const auto found = look(file, spectrum);
        if (!found.anti_coincident)
            return error(ErrorKind::NOT_FOUND, fmt::format("{} has no spectrum \"{}\"", path, spectrum));
        auto sum = sum_of(found, run);
        sum.alpha_relative_uncertainty = alpha_relative_uncertainty(config, spectrum);
        std::size_t bins = 1;
        for (const auto& axis : sum.axes)
            bins *= axis.bins + 2u;
        if (bins != sum.in_time.size() || bins != sum.anti_coincident.size())
            return error(ErrorKind::CORRUPT, fmt::format("{}: bins are missing", path));
        return sum;
    } catch (const std::exception& wrong) {  // of Boost.JSON: another text than we write
        return error(ErrorKind::CORRUPT, fmt::format("{}: {}", path, wrong.what()));
    }
}

}  // namespace spillgate::online
