#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "offline/exposure/residual.hpp"
#include "online/blinding_json.hpp"
#include "online/snapshot_json.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

json::value kind_json(const offline::HistogramView& histogram, const KindCounts& kind) {
    if (!kind.known()) return nullptr;
    json::object out = kind_exposure_json(kind);
    if (kind.sealed) return out;
    std::uint64_t inside = 0;
    std::uint64_t all = 0;
    for (const std::uint64_t n : kind.counts)
        all += n;
    json::array bins;
    for_each_bin(histogram, [&](std::size_t at) {
        bins.push_back(kind.counts[at]);
        inside += kind.counts[at];
    });
    out["counts"] = std::move(bins);
    out["inside"] = inside;
    out["outside"] = all - inside;
    return out;
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

json::object kind_exposure_json(const KindCounts& kind) {
    return {{"counts", nullptr},
            {"inside", nullptr},
            {"outside", nullptr},
            {"exposure_s", kind.exposure->live_ns() * 1e-9},
            {"windows", kind.exposure->windows},
            {"windows_rejected", kind.exposure->rejected}};
}

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

json::value spectra_json(const Snapshot& snapshot, const std::set<std::string, std::less<>>& shift,
                         const std::vector<std::string>& ranges) {
    json::array list;
    for (std::size_t i = 0; i < snapshot.spectra->size(); ++i) {
        const auto histogram = snapshot.spectra->histogram(i);
        list.push_back(json::object{{"name", histogram.name},
                                    {"title", histogram.title},
                                    {"selection", histogram.selection},
                                    {"axes", axes_json(histogram)},
                                    {"expert", !shift.empty() && !shift.contains(histogram.name)},
                                    {"changed", snapshot.changed[i]}});
    }
    return json::object{{"version", snapshot.version},
                        {"ranges", json::array(ranges.begin(), ranges.end())},
                        {"spectra", std::move(list)}};
}

namespace {

json::object histogram_exposure_json(const offline::HistogramView& histogram) {
    const auto& exposure = *histogram.exposure;
    const auto alpha = offline::alpha(exposure, histogram.alpha_relative_uncertainty);
    const std::uint32_t channels = std::max<std::uint32_t>(1, histogram.channels);
    const auto protons = [&](std::int64_t charge_pc) { return protons_of(charge_pc) / channels; };
    json::object out;
    out["alpha"] =
        alpha ? json::value(json::object{{"value", alpha->value}, {"sigma", alpha->sigma}}) : nullptr;
    out["sealed"] = sealed_json(histogram);
    out["sideband"] = sideband_json(histogram);
    out["live_pot"] = json::object{{"measured", protons(exposure.live_charge_measured_pc)},
                                   {"estimated", protons(exposure.live_charge_estimated_pc)},
                                   {"slots_without_charge", exposure.live_charge_missing_slots}};
    return out;
}

void add_origin(json::object& out, const Snapshot& snapshot) {
    out["run"] = snapshot.run.description ? json::value(snapshot.run.description->number()) : nullptr;
    if (!snapshot.range) {
        out["range"] = nullptr;
        return;
    }
    const auto& [name, spills, begin_utc_ns, person] = *snapshot.range;
    const double begin_utc_s = static_cast<double>(begin_utc_ns) * 1e-9;
    out["range"] =
        json::object{{"name", name},
                     {"spills", spills},
                     {"begin_utc_s", begin_utc_ns == 0 ? json::value(nullptr) : json::value(begin_utc_s)},
                     {"person", person.empty() ? json::value(nullptr) : json::value(person)}};
}

}  // namespace

json::object exposure_json(const Snapshot& snapshot, std::size_t index) {
    json::object out = histogram_exposure_json(snapshot.spectra->histogram(index));
    add_origin(out, snapshot);
    return out;
}

json::object histogram_json(const offline::HistogramView& histogram) {
    json::object out = histogram_exposure_json(histogram);
    out["name"] = histogram.name;
    out["title"] = histogram.title;
    out["selection"] = histogram.selection;
    out["channels"] = histogram.channels;
    out["axes"] = axes_json(histogram);
    for (const KindCounts& kind : kinds_of(histogram))
        out[kind.name] = kind_json(histogram, kind);
    const auto alpha = offline::residual_alpha(histogram);
    out["residual"] = alpha ? residual_json(histogram, *alpha) : nullptr;
    return out;
}

json::value spectrum_json(const Snapshot& snapshot, std::size_t index) {
    json::object out = histogram_json(snapshot.spectra->histogram(index));
    add_origin(out, snapshot);
    out["version"] = snapshot.changed[index];
    return out;
}

}  // namespace spillgate::online
