// The binned variables of an experiment: size, F90 if there is one, t_rec; bins are numbered with the last
// axis fastest.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/experiment.pb.h"

namespace spillgate::offline {

struct Axis {
    std::string name;           // "size", "f90", "t_rec"
    std::string unit;           // "PE", "keVee", "keVnr", "", "us"
    std::vector<double> edges;  // rising; a bin holds its lower edge and not its upper one

    std::size_t bins() const { return edges.size() - 1; }
    std::optional<std::size_t> bin_of(double value) const;
};

struct Axes {
    Axis size;
    std::optional<Axis> f90;
    Axis t_rec;  // one bin from −∞ to ∞ if the experiment has none

    std::size_t bins() const { return size.bins() * f90_bins() * t_rec.bins(); }
    std::size_t f90_bins() const { return f90 ? f90->bins() : 1; }
    std::size_t index(std::size_t size_bin, std::size_t f90_bin, std::size_t t_bin) const {
        return (size_bin * f90_bins() + f90_bin) * t_rec.bins() + t_bin;
    }
    // Of a point in the order of the axes that there are; nothing outside them.
    std::optional<std::size_t> bin_of(std::span<const double> point) const;
    std::size_t dimensions() const;  // 1 to 3: size, f90 if there is one, t_rec unless endless
};

// Errors: CONFIG (fewer than one bin, edges not rising).
proto::Result<Axes> make_axes(const config::FitAxes& config);

}  // namespace spillgate::offline
