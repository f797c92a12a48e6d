// UHI histograms as JSON: one object of named histograms, arrays nested by axis. One histogram is one line.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "offline/export/export_formats.hpp"
#include "offline/export/text_file.hpp"
#include "offline/export/uhi.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;

json::value to_json(const Scalar& scalar) {
    return std::visit([](const auto& value) -> json::value { return json::value(value); }, scalar);
}

json::object to_json(const Attributes& attributes) {
    json::object out;
    for (const auto& [name, value] : attributes)
        out[name] = to_json(value);
    return out;
}

template <class T>
json::array nested(std::span<const AxisView> axes, std::span<const T> values) {
    if (axes.size() == 1) return json::array(values.begin(), values.end());
    const std::size_t row = values.size() / (axes[0].bins + 2u);
    json::array rows;
    for (std::size_t at = 0; at < values.size(); at += row)
        rows.push_back(nested(axes.subspan(1), values.subspan(at, row)));
    return rows;
}

json::object to_json(const AxisView& axis) {
    return {{"type", "regular"},
            {"lower", axis.min},
            {"upper", axis.max},
            {"bins", axis.bins},
            {"underflow", true},
            {"overflow", true},
            {"circular", false},
            {"metadata", {{"name", axis.variable}, {"label", axis.label}, {"unit", axis.unit}}}};
}

json::object to_json(const UhiHistogram& histogram, const Provenance& provenance) {
    json::object out{{"uhi_schema", uhi_schema_version},
                     {"metadata", to_json(histogram.metadata)},
                     {"writer_info", {{"spillgate", {{"version", provenance.software_version}}}}}};
    json::array axes;
    for (const auto& axis : histogram.axes)
        axes.push_back(to_json(axis));
    out["axes"] = std::move(axes);
    if (histogram.weighted)
        out["storage"] = {
            {"type", "weighted"},
            {"values", nested(histogram.axes, std::span<const double>(histogram.values))},
            {"variances", nested(histogram.axes, std::span<const double>(histogram.variances))}};
    else
        out["storage"] = {
            {"type", "int"},
            {"values", nested(histogram.axes, std::span<const std::int64_t>(histogram.counts))}};
    return out;
}

}  // namespace

proto::Status export_json(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                          const std::string& path) {
    TextFile file(path);
    std::string_view separator = "{\n";
    for_each_histogram(engine, spectra, provenance, [&](const UhiHistogram& histogram) {
        file.write(separator);
        file.write(json::serialize(json::value(histogram.name)));
        file.write(": ");
        file.write(json::serialize(to_json(histogram, provenance)));
        separator = ",\n";
    });
    file.write(separator == "{\n" ? "{}\n" : "\n}\n");
    return file.commit();
}

}  // namespace spillgate::offline
