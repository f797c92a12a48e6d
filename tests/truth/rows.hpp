// What is measured of a detector, and the bounds that it is held to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillgate::truth {

struct Row {
    std::string quantity;
    std::string of;       // which deposits
    std::uint64_t n = 0;  // how many
    double value = 0;
    std::string unit;
    std::optional<double> least, most;  // bounds; none: shown only
    std::string published;              // of such a detector; may be empty

    // With fewer deposits the statistics are too poor to judge.
    static constexpr std::uint64_t fewest = 40;
    bool judged() const { return (least || most) && n >= fewest; }
    // NaN is not within bounds.
    bool good() const { return !judged() || ((!least || value >= *least) && (!most || value <= *most)); }
};

// Median, and half the width of the central 68.27 %: of a Gaussian, mean and σ. NaN of nothing.
struct Spread {
    double middle = 0;
    double sigma = 0;
};
Spread spread_of(std::vector<double> values);
double mean_of(const std::vector<double>& values);

inline constexpr double fwhm_per_sigma = 2.3548200450309493;

}  // namespace spillgate::truth
