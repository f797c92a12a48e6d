// UHI histograms in HDF5, laid out as uhi.io.hdf5 writes and reads them: one group per histogram with
// attribute `uhi_schema`, groups `metadata`, `writer_info` and `storage`, a dataset `axes` of references to
// `ref_axes/axis_<i>`.
#include "offline/export/export_formats.hpp"
#include "offline/export/hdf5_file.hpp"
#include "offline/export/uhi.hpp"

namespace spillgate::offline {

namespace {

Attributes axis_attributes(const AxisView& axis) {
    return {{"type", std::string("regular")},
            {"lower", axis.min},
            {"upper", axis.max},
            {"bins", static_cast<std::int64_t>(axis.bins)},
            {"underflow", true},
            {"overflow", true},
            {"circular", false}};
}

void write_histogram(Hdf5Writer& file, const UhiHistogram& histogram, const Provenance& provenance) {
    const std::string path = "/" + histogram.name;
    const auto group = file.group(path);
    file.attributes(group.get(), {{"uhi_schema", uhi_schema_version}});
    file.attributes(file.group(path + "/metadata").get(), histogram.metadata);
    file.attributes(file.group(path + "/writer_info/spillgate").get(),
                    {{"version", provenance.software_version}});

    std::vector<std::string> axis_paths;
    std::vector<hsize_t> shape;
    for (std::size_t i = 0; i < histogram.axes.size(); ++i) {
        const auto& axis = histogram.axes[i];
        axis_paths.push_back(path + "/ref_axes/axis_" + std::to_string(i));
        shape.push_back(axis.bins + 2u);
        file.attributes(file.group(axis_paths.back()).get(), axis_attributes(axis));
        file.attributes(file.group(axis_paths.back() + "/metadata").get(),
                        {{"name", axis.variable}, {"label", axis.label}, {"unit", axis.unit}});
    }
    file.references(group.get(), "axes", axis_paths);

    const auto storage = file.group(path + "/storage");
    file.attributes(storage.get(), {{"type", std::string(histogram.weighted ? "weighted" : "int")}});
    if (histogram.weighted) {
        file.dataset(storage.get(), "values", histogram.values, shape);
        file.dataset(storage.get(), "variances", histogram.variances, shape);
    } else {
        file.dataset(storage.get(), "values", histogram.counts, shape);
    }
}

}  // namespace

proto::Status export_hdf5(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                          const std::string& path) {
    Hdf5Writer file(path);
    file.attributes(file.group("/").get(), provenance_attributes(engine, spectra, provenance));
    for_each_histogram(engine, spectra, provenance, [&](const UhiHistogram& histogram) {
        if (!file.failed()) write_histogram(file, histogram, provenance);
    });
    return file.commit();
}

}  // namespace spillgate::offline
