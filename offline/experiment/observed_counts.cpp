#include "offline/experiment/observed_counts.hpp"

#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;
using Counts = std::vector<double>;

// Centres in a table that is finer than the axes fall into the same bin: their sum is the bin's.
Result<Counts> add_up(const Table& table, const Axes& axes) {
    const std::size_t dimensions = axes.dimensions();
    Counts counts(axes.bins(), 0);
    std::vector<std::size_t> rows(axes.bins(), 0);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::span<const double> point(&table.values[row * table.columns], dimensions);
        const auto bin = axes.bin_of(point);
        if (!bin) continue;
        counts[*bin] += table.at(row, dimensions);
        ++rows[*bin];
    }
    for (std::size_t bin = 0; bin < rows.size(); ++bin)
        if (rows[bin] == 0 || rows[bin] != rows[0])
            return error(
                ErrorKind::CORRUPT,
                fmt::format("{}: its bins are not those of the axes: {} rows lie in bin {}, {} in bin 0",
                            table.path, rows[bin], bin, rows[0]));
    return counts;
}

Result<Counts> whole(Result<Counts> counts, const std::string& path) {
    if (!counts) return counts;
    for (const double count : *counts)
        if (count < 0 || count != std::floor(count))
            return error(ErrorKind::CORRUPT, fmt::format("{}: {} is not a count", path, count));
    return counts;
}

Result<Counts> read_whole(const config::NumberTable& table, const Axes& axes, const DataFolder& folder) {
    return whole(read_joint(table, axes, folder), table.file());
}

// An event list: one row per event. `below`: those whose size alone is too small for the axes.
Result<Counts> read_events(const config::NumberTable& table, const Axes& axes, const DataFolder& folder,
                           double size_below, double& below) {
    auto events = folder.read(table, axes.dimensions());
    if (!events) return events.error();
    Counts counts(axes.bins(), 0);
    for (std::size_t row = 0; row < events->rows(); ++row) {
        if (events->at(row, 0) >= size_below) continue;
        const std::span<double> point(&events->values[row * events->columns], events->columns);
        const double smallest = axes.size.edges.front();
        const bool small = point[0] < smallest;
        if (small) point[0] = smallest;
        const auto bin = axes.bin_of(point);
        if (bin && small) ++below;
        if (bin && !small) ++counts[*bin];
    }
    return counts;
}

// One line per time bin, one column per size bin.
Result<Counts> read_grid(const std::string& file, const Axes& axes, const DataFolder& folder) {
    config::NumberTable table;
    table.set_file(file);
    const auto grid = folder.read(table, axes.size.bins());
    if (!grid) return grid.error();
    if (grid->rows() != axes.t_rec.bins() || axes.f90)
        return error(ErrorKind::CORRUPT,
                     fmt::format("{}: {} rows of {} counts; the axes have {} times {} bins", grid->path,
                                 grid->rows(), grid->columns, axes.t_rec.bins(), axes.size.bins()));
    Counts counts(axes.bins(), 0);
    for (std::size_t t = 0; t < grid->rows(); ++t)
        for (std::size_t size = 0; size < grid->columns; ++size)
            counts[axes.index(size, 0, t)] = grid->at(t, size);
    return whole(std::move(counts), grid->path);
}

// Into `to` if the experiment names such a table.
proto::Status read_optional(bool named, const config::NumberTable& table, const Axes& axes,
                            const DataFolder& folder, std::optional<Counts>& to) {
    if (!named) return {};
    auto counts = read_whole(table, axes, folder);
    if (!counts) return counts.error();
    to = std::move(*counts);
    return {};
}

}  // namespace

Result<Counts> read_joint(const config::NumberTable& wanted, const Axes& axes, const DataFolder& folder) {
    const auto table = folder.read(wanted, axes.dimensions() + 1);
    if (!table) return table.error();
    return add_up(*table, axes);
}

Result<ObservedCounts> read_counts(const config::ReleasedData& released, const Axes& axes,
                                   const DataFolder& folder) {
    ObservedCounts observed;
    Result<Counts> coincidence = error(ErrorKind::CONFIG, "the experiment names no released counts");
    if (released.has_events()) {
        double ignored = 0;
        coincidence = read_events(released.events().coincidence(), axes, folder, HUGE_VAL, ignored);
        const double below =
            released.has_anti_coincidence_size_below() ? released.anti_coincidence_size_below() : HUGE_VAL;
        auto anti = read_events(released.events().anti_coincidence(), axes, folder, below,
                                observed.anti_coincidence_below);
        if (!anti) return anti.error();
        observed.anti_coincidence = std::move(*anti);
    } else if (released.has_coincidence()) {
        coincidence = read_whole(released.coincidence(), axes, folder);
    } else if (released.has_grid()) {
        coincidence = read_grid(released.grid().on_file(), axes, folder);
        if (released.grid().has_off_file()) {
            auto off = read_grid(released.grid().off_file(), axes, folder);
            if (!off) return off.error();
            observed.anti_coincidence = std::move(*off);
        }
    }
    if (!coincidence) return coincidence.error();
    observed.coincidence = std::move(*coincidence);
    for (const auto& status :
         {read_optional(released.has_anti_coincidence(), released.anti_coincidence(), axes, folder,
                        observed.anti_coincidence),
          read_optional(released.has_off_coincidence(), released.off_coincidence(), axes, folder,
                        observed.off_coincidence),
          read_optional(released.has_off_anti_coincidence(), released.off_anti_coincidence(), axes, folder,
                        observed.off_anti_coincidence)})
        if (!status) return status.error();
    return observed;
}

}  // namespace spillgate::offline
