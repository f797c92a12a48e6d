// Spectra whose counts a test sets as it likes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "offline/spectra/spectra.hpp"
#include "online/snapshot.hpp"

namespace spillgate::test {

struct FakeSpectrum {
    std::string name;
    std::vector<offline::AxisView> axes;
    std::vector<std::uint64_t> in_time, anti_coincident, free, no_beam;  // with under- and overflow
    offline::ExposureSums exposure;
    std::vector<offline::BoxRangeView> box;  // none: no box
    std::uint64_t in_time_outside = 0, anti_coincident_outside = 0;
};

// One or two axes of so many bins.
FakeSpectrum fake_spectrum(std::string name, const std::vector<std::uint32_t>& bins);
std::shared_ptr<const offline::Spectra> fake_spectra(const std::vector<FakeSpectrum>& spectra);

// With `spectra`, all changed in `version` unless `before` has the same counts.
std::shared_ptr<online::Snapshot> fake_snapshot(std::uint64_t version,
                                                const std::vector<FakeSpectrum>& spectra,
                                                const online::SnapshotPtr& before = nullptr);

}  // namespace spillgate::test
