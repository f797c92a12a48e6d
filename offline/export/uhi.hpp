// Spectra as histograms of scikit-hep's UHI serialisation schema, version 1
// (https://uhi.readthedocs.io/en/latest/serialization.html): what the HDF5 and JSON files have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "offline/engine.hpp"
#include "offline/export/export.hpp"
#include "offline/export/hdf5_file.hpp"

namespace spillgate::offline {

inline constexpr std::int64_t uhi_schema_version = 1;
// Of C while what is in the box is sealed.
inline constexpr std::string_view outside_box_name = "in_time_outside_box";

// One histogram: "<spectrum>/<window kind>" with storage `int`, or "<spectrum>/residual" with storage
// `weighted`.
struct UhiHistogram {
    std::string name;
    Attributes metadata;
    std::span<const AxisView> axes;
    std::vector<std::int64_t> counts;       // storage int; row-major with flow bins
    std::vector<double> values, variances;  // storage weighted
    bool weighted = false;
};

// Which window kinds of a spectrum are in its outputs: C and AC, or free in a config without marks; beside
// these, whatever kind has windows. Absent is never shown as zero, and neither is what is sealed: outside the
// box C has a name of its own, and where all of it is sealed it is absent.
struct ShownKind {
    std::string_view name;  // "in_time" or outside_box_name, "anti_coincident", "free", "no_beam"
    std::span<const std::uint64_t> counts;
    const KindExposure* exposure = nullptr;
};
std::vector<ShownKind> shown_kinds(const Engine& engine, const HistogramView& view);

// SHA-256 of a selection's message; empty: there is none of that name.
std::string selection_sha256(const config::Config& config, std::string_view name);

// Of the whole file.
Attributes provenance_attributes(const Engine& engine, const Spectra& spectra, const Provenance& provenance);

// All histograms in order; each lives only during its call.
void for_each_histogram(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                        const std::function<void(const UhiHistogram&)>& visit);

}  // namespace spillgate::offline
