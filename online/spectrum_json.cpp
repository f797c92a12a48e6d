#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "offline/exposure/residual.hpp"
#include "online/blinding_json.hpp"
#include "online/snapshot_json.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using Counts = std::span<const std::uint64_t>;

json::array axes_json(const offline::HistogramView& histogram) {
    json::array axes;
    for (const auto& axis : histogram.axes) {
        axes.push_back(json::object{{"variable", axis.variable},
                                    {"label", axis.label.empty() ? axis.variable : axis.label},
                                    {"unit", axis.unit},
                                    {"bins", axis.bins},
                                    {"min", axis.min},
                                    {"max", axis.max}});
    }
    return axes;
}

// Calls visit(position in the flat array) for every bin between the bounds of all axes, in row-major order.
template <class Visit>
void for_each_bin(const offline::HistogramView& histogram, Visit visit) {
    const std::size_t rows = histogram.axes.size() == 2 ? histogram.axes[0].bins : 1;
    const std::size_t columns = histogram.axes.back().bins;
    const std::size_t first_row = histogram.axes.size() == 2 ? 1 : 0;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            visit((row + first_row) * (columns + 2) + column + 1);
        }
    }
}

json::value kind_json(const offline::HistogramView& histogram, Counts counts,
                      const offline::KindExposure& exposure) {
    if (exposure.windows == 0) return nullptr;
    std::uint64_t inside = 0;
    std::uint64_t all = 0;
    for (const std::uint64_t n : counts)
        all += n;
    json::array bins;
    for_each_bin(histogram, [&](std::size_t at) {
        bins.push_back(counts[at]);
        inside += counts[at];
    });
    return json::object{{"counts", std::move(bins)},   {"inside", inside},
                        {"outside", all - inside},     {"exposure_s", exposure.live_ns() * 1e-9},
                        {"windows", exposure.windows}, {"windows_rejected", exposure.rejected}};
}

// What was live is known; what was seen is not.
json::value sealed_kind_json(const offline::KindExposure& exposure) {
    if (exposure.windows == 0) return nullptr;
    return json::object{{"counts", nullptr},           {"inside", nullptr},
                        {"outside", nullptr},          {"exposure_s", exposure.live_ns() * 1e-9},
                        {"windows", exposure.windows}, {"windows_rejected", exposure.rejected}};
}

json::value residual_json(const offline::HistogramView& histogram, const offline::Alpha& alpha) {
    json::array values;
    json::array sigmas;
    for_each_bin(histogram, [&](std::size_t at) {
        const auto bin = offline::residual(histogram.in_time[at], histogram.anti_coincident[at], alpha);
        values.push_back(bin.value);
        sigmas.push_back(std::sqrt(bin.variance));
    });
    return json::object{{"values", std::move(values)}, {"sigmas", std::move(sigmas)}};
}

}  // namespace

json::value spectra_json(const Snapshot& snapshot) {
    json::array list;
    for (std::size_t i = 0; i < snapshot.spectra->size(); ++i) {
        const auto histogram = snapshot.spectra->histogram(i);
        list.push_back(json::object{{"name", histogram.name},
                                    {"title", histogram.title},
                                    {"selection", histogram.selection},
                                    {"axes", axes_json(histogram)},
                                    {"changed", snapshot.changed[i]}});
    }
    return json::object{{"version", snapshot.version}, {"spectra", std::move(list)}};
}

json::value spectrum_json(const Snapshot& snapshot, std::size_t index) {
    const auto histogram = snapshot.spectra->histogram(index);
    const auto& exposure = *histogram.exposure;
    const auto alpha = offline::alpha(exposure, histogram.alpha_relative_uncertainty);
    const std::uint32_t channels = std::max<std::uint32_t>(1, histogram.channels);
    const auto protons = [&](std::int64_t charge_pc) { return protons_of(charge_pc) / channels; };
    json::object out{
        {"name", histogram.name},
        {"title", histogram.title},
        {"selection", histogram.selection},
        {"channels", histogram.channels},
        {"axes", axes_json(histogram)},
        {"version", snapshot.changed[index]},
        {"run", snapshot.run.description ? json::value(snapshot.run.description->number()) : nullptr}};
    out["in_time"] = histogram.sealed == offline::Sealing::ALL
                         ? sealed_kind_json(exposure.in_time)
                         : kind_json(histogram, histogram.in_time, exposure.in_time);
    out["anti_coincident"] = kind_json(histogram, histogram.anti_coincident, exposure.anti_coincident);
    out["free"] = kind_json(histogram, histogram.free, exposure.free);
    out["no_beam"] = kind_json(histogram, histogram.no_beam, exposure.no_beam);
    out["alpha"] =
        alpha ? json::value(json::object{{"value", alpha->value}, {"sigma", alpha->sigma}}) : nullptr;
    const auto open_alpha = offline::residual_alpha(histogram);
    out["residual"] = open_alpha ? residual_json(histogram, *open_alpha) : nullptr;
    out["sealed"] = sealed_json(histogram);
    out["sideband"] = sideband_json(histogram);
    out["live_pot"] = json::object{{"measured", protons(exposure.live_charge_measured_pc)},
                                   {"estimated", protons(exposure.live_charge_estimated_pc)},
                                   {"slots_without_charge", exposure.live_charge_missing_slots}};
    return out;
}

}  // namespace spillgate::online
