// The released counts of an experiment in the bins of its axes.
#pragma once

#include <optional>
#include <vector>

#include "offline/experiment/axes.hpp"
#include "offline/experiment/data_folder.hpp"

namespace spillgate::offline {

struct ObservedCounts {
    std::vector<double> coincidence;  // whole numbers, by Axes::index
    std::optional<std::vector<double>> anti_coincidence;
    double anti_coincidence_below =
        0;  // of an event list: those in the axes' times whose size is below the axis
    // The same without beam, for the null test.
    std::optional<std::vector<double>> off_coincidence, off_anti_coincidence;
};

// Errors: as DataFolder; CONFIG (the experiment names no data); CORRUPT (counts that are no whole numbers,
// bins that are not those of the axes).
proto::Result<ObservedCounts> read_counts(const config::ReleasedData& released, const Axes& axes,
                                          const DataFolder& folder);

// Rows {centre of each axis…, contents} in the bins of the axes; rows outside them are left out. Errors: as
// DataFolder; CORRUPT (a bin named twice or, inside the axes, never).
proto::Result<std::vector<double>> read_joint(const config::NumberTable& table, const Axes& axes,
                                              const DataFolder& folder);

}  // namespace spillgate::offline
