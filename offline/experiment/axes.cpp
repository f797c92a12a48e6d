#include "offline/experiment/axes.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

proto::Result<Axis> make_axis(std::string name, std::string unit, const config::BinEdges& config) {
    Axis axis{std::move(name), std::move(unit), {config.edge().begin(), config.edge().end()}};
    if (config.has_equal()) {
        if (!axis.edges.empty())
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("the axis {} has both edges and equal bins; give one", axis.name));
        const auto& equal = config.equal();
        for (std::uint32_t i = 0; i <= equal.bins(); ++i)
            axis.edges.push_back(equal.begin() + (equal.end() - equal.begin()) * i / equal.bins());
    }
    const bool rising = std::ranges::adjacent_find(axis.edges, std::greater_equal<>()) == axis.edges.end();
    if (axis.edges.size() < 2 || !rising)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("the axis {} needs two or more edges, each above the one before", axis.name));
    return axis;
}

// An axis that is not there may be written out empty.
bool is_given(const config::BinEdges& config) {
    return config.has_equal() || config.edge_size() > 0;
}

std::string unit_name(config::SizeUnit unit) {
    switch (unit) {
        case config::PE:
            return "PE";
        case config::KEVEE:
            return "keVee";
        case config::KEVNR:
            return "keVnr";
    }
    return "";
}

}  // namespace

std::optional<std::size_t> Axis::bin_of(double value) const {
    if (!(value >= edges.front()) || !(value < edges.back())) return std::nullopt;
    const auto above = std::upper_bound(edges.begin(), edges.end(), value);
    return static_cast<std::size_t>(above - edges.begin()) - 1;
}

std::size_t Axes::dimensions() const {
    return 1 + (f90 ? 1 : 0) + (std::isfinite(t_rec.edges.front()) ? 1 : 0);
}

std::optional<std::size_t> Axes::bin_of(std::span<const double> point) const {
    std::size_t next = 0;
    const auto size_bin = size.bin_of(point[next++]);
    const auto f90_bin = f90 ? f90->bin_of(point[next++]) : std::optional<std::size_t>(0);
    const auto t_bin =
        std::isfinite(t_rec.edges.front()) ? t_rec.bin_of(point[next++]) : std::optional<std::size_t>(0);
    if (!size_bin || !f90_bin || !t_bin) return std::nullopt;
    return index(*size_bin, *f90_bin, *t_bin);
}

proto::Result<Axes> make_axes(const config::FitAxes& config) {
    Axes axes;
    auto size = make_axis("size", unit_name(config.size_unit()), config.size());
    if (!size) return size.error();
    axes.size = std::move(*size);
    if (is_given(config.f90())) {
        auto f90 = make_axis("f90", "", config.f90());
        if (!f90) return f90.error();
        axes.f90 = std::move(*f90);
    }
    axes.t_rec = Axis{"t_rec", "us", {-HUGE_VAL, HUGE_VAL}};
    if (is_given(config.t_rec_us())) {
        auto t_rec = make_axis("t_rec", "us", config.t_rec_us());
        if (!t_rec) return t_rec.error();
        axes.t_rec = std::move(*t_rec);
    }
    return axes;
}

}  // namespace spillgate::offline
