#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/experiment/measured_histogram.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

// With more, the protons that the counts belong to would be unknown by more than beams are known.
constexpr double most_without_charge = 0.01;
constexpr double edge_tolerance = 1e-9;  // of a bin: what rounding does to equal edges
constexpr std::size_t not_there = static_cast<std::size_t>(-1);

// What fills an axis of an experiment; empty if no chain gives it.
std::string_view variable_of(const Axis& axis) {
    if (axis.name == "t_rec") return "t_rec_us";
    if (axis.name == "f90") return "f90";
    return axis.unit == "PE" ? "pe" : axis.unit == "keVee" ? "energy_kev" : "";
}

std::vector<const Axis*> listed(const Axes& axes) {
    std::vector<const Axis*> list{&axes.size};
    if (axes.f90) list.push_back(&*axes.f90);
    if (std::isfinite(axes.t_rec.edges.front())) list.push_back(&axes.t_rec);
    return list;
}

double edge(const AxisView& axis, std::size_t i) {
    return axis.min + (axis.max - axis.min) * static_cast<double>(i) / axis.bins;
}

bool same(const Axis& axis, const AxisView& view) {
    if (view.variable != variable_of(axis) || view.bins != axis.bins()) return false;
    const double tolerance = edge_tolerance * (view.max - view.min) / view.bins;
    for (std::size_t i = 0; i < axis.edges.size(); ++i)
        if (std::abs(axis.edges[i] - edge(view, i)) > tolerance) return false;
    return true;
}

std::string text_of(const AxisView& axis) {
    return fmt::format("{} in {} equal bins from {} to {}", axis.variable, axis.bins, axis.min, axis.max);
}

std::string text_of(const HistogramView& view) {
    std::vector<std::string> parts;
    for (const auto& axis : view.axes)
        parts.push_back(text_of(axis));
    return fmt::format("{}: {}", view.name, fmt::join(parts, ", "));
}

std::string text_of(const Axis& axis) {
    const std::string variable(variable_of(axis));
    const AxisView equal{
        variable, {}, {}, static_cast<std::uint32_t>(axis.bins()), axis.edges.front(), axis.edges.back()};
    if (variable.empty())
        return fmt::format("{} in {}, which no chain gives, between {}", axis.name, axis.unit,
                           fmt::join(axis.edges, ", "));
    return same(axis, equal) ? text_of(equal)
                             : fmt::format("{} between {}", variable, fmt::join(axis.edges, ", "));
}

std::string text_of(const Axes& axes) {
    std::vector<std::string> parts;
    for (const auto* axis : listed(axes))
        parts.push_back(text_of(*axis));
    return fmt::format("{}", fmt::join(parts, ", "));
}

// Which axis of the histogram each of the experiment's is; nothing if they differ.
std::optional<std::vector<std::size_t>> matched(const Axes& axes, const HistogramView& view) {
    const auto list = listed(axes);
    if (list.size() != view.axes.size()) return std::nullopt;
    std::vector<std::size_t> order;
    for (const auto* axis : list) {
        std::size_t found = not_there;
        for (std::size_t i = 0; i < view.axes.size(); ++i)
            if (same(*axis, view.axes[i])) found = i;
        if (found == not_there) return std::nullopt;
        order.push_back(found);
    }
    return order;
}

// `plural`: "s" or nothing.
proto::Error other_axes(const Axes& axes, const std::string& there, std::string_view plural) {
    return error(ErrorKind::CONFIG,
                 fmt::format("the experiment's axes are {}; those of the histogram{} are {}", text_of(axes),
                             plural, there));
}

Result<HistogramView> find_histogram(const Spectra& spectra, const std::string& name, const Axes& axes) {
    std::vector<std::string> all, names, fitting;
    std::optional<HistogramView> found;
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto view = spectra.histogram(i);
        all.push_back(text_of(view));
        names.emplace_back(view.name);
        if (!name.empty() && view.name == name) found = view;
        if (!name.empty() || !matched(axes, view)) continue;
        fitting.emplace_back(view.name);
        found = view;
    }
    if (!name.empty() && !found)
        return error(ErrorKind::CONFIG,
                     fmt::format("there is no histogram '{}'; there are {}", name, fmt::join(names, ", ")));
    if (fitting.size() > 1)
        return error(ErrorKind::CONFIG,
                     fmt::format("{} have the experiment's axes; name one with --histogram",
                                 fmt::join(fitting, " and ")));
    if (found && matched(axes, *found)) return *found;
    return name.empty() ? other_axes(axes, fmt::format("{}", fmt::join(all, "; ")), "s")
                        : other_axes(axes, text_of(*found), "");
}

// In the bins of the axes, without the histogram's flow bins.
std::vector<double> inner_counts(const HistogramView& view, std::span<const std::uint64_t> counts,
                                 const Axes& axes, const std::vector<std::size_t>& order) {
    std::vector<double> out(axes.bins());
    for (std::size_t s = 0; s < axes.size.bins(); ++s)
        for (std::size_t f = 0; f < axes.f90_bins(); ++f)
            for (std::size_t t = 0; t < axes.t_rec.bins(); ++t) {
                // In the order of listed(): size, F90 if there is one, t_rec if there is one.
                const std::array<std::size_t, 3> own{s, axes.f90 ? f : t, t};
                std::array<std::size_t, 2> bin{};
                for (std::size_t k = 0; k < order.size(); ++k)
                    bin[order[k]] = own[k] + 1;
                const std::size_t index =
                    view.axes.size() == 1 ? bin[0] : bin[0] * (view.axes[1].bins + 2u) + bin[1];
                out[axes.index(s, f, t)] = static_cast<double>(counts[index]);
            }
    return out;
}

// Exposure that is not there would be zero expected events, and looks like a measurement.
proto::Status check_exposure(const HistogramView& view, const LivePot& pot) {
    const auto refused = [&](const std::string& what) {
        return error(ErrorKind::REFUSED, fmt::format("histogram {}: {}", view.name, what));
    };
    if (view.exposure->in_time.live_ps <= 0) return refused("its exposure is missing: no C window was live");
    if (view.exposure->anti_coincident.live_ps <= 0)
        return refused("its exposure is missing: no AC window was live");
    if (!(pot.known() > 0)) return refused("its exposure is missing: no C window has a charge");
    if (pot.unknown_share() > most_without_charge)
        return refused(fmt::format(
            "the charge of {} of {} C windows is missing or uncorrected, so their protons are not known; "
            "let the selection reject charge-missing and charge-uncorrected slots",
            pot.windows_without_charge, pot.windows));
    return {};
}

}  // namespace

Result<MeasuredSpectrum> measured_histogram(const HistogramView& view, const Axes& axes) {
    const auto order = matched(axes, view);
    if (!order) return other_axes(axes, text_of(view), "");
    const auto& sums = *view.exposure;
    MeasuredSpectrum out;
    auto& exposure = out.exposure;
    exposure.pot = live_pot(sums, view.channels);
    if (auto status = check_exposure(view, exposure.pot); !status) return status.error();
    exposure.histogram = view.name;
    exposure.selection = view.selection;
    exposure.alpha = *alpha(sums, view.alpha_relative_uncertainty);
    exposure.in_time_live_s = sums.in_time.live_ns() * 1e-9;
    exposure.anti_coincident_live_s = sums.anti_coincident.live_ns() * 1e-9;
    exposure.channels = view.channels;
    exposure.sealed = view.sealed != Sealing::NONE;
    if (!exposure.sealed) out.coincidence = inner_counts(view, view.in_time, axes, *order);
    out.anti_coincidence = inner_counts(view, view.anti_coincident, axes, *order);
    return out;
}

Result<MeasuredSpectrum> measured_spectrum(const SavedSpectra& saved, const std::string& name,
                                           const Axes& axes) {
    const auto view = find_histogram(saved.shown(), name, axes);
    if (!view) return view.error();
    auto out = measured_histogram(*view, axes);
    if (!out) return out;
    out->exposure.provenance = saved.provenance;
    out->exposure.why_sealed = saved.why_sealed;
    return out;
}

}  // namespace spillgate::offline
