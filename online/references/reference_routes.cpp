#include "online/references/reference_routes.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "offline/blinding/sideband.hpp"
#include "offline/export/uhi.hpp"
#include "online/http/worker_route.hpp"
#include "online/snapshot_json.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

std::string binning(const offline::AxisView& axis) {
    return fmt::format("{} in {} bins from {} to {}{}{}", axis.variable, axis.bins, axis.min, axis.max,
                       axis.unit.empty() ? "" : " ", axis.unit);
}

bool same_bins(const offline::AxisView& one, const offline::AxisView& other) {
    return one.variable == other.variable && one.unit == other.unit && one.bins == other.bins &&
           one.min == other.min && one.max == other.max;
}

std::string runs_in_words(const ReferenceSpectra& reference) {
    return fmt::format("run{} {}", reference.runs.find(',') == std::string::npos ? "" : "s", reference.runs);
}

// Nothing, if C may be told.
std::string withheld(const ReferenceSpectra& reference, const ReferenceSpectrum& spectrum,
                     const offline::HistogramView& live) {
    if (spectrum.sealed == live.sealed && spectrum.box == offline::box_text(live)) return {};
    if (spectrum.sealed != offline::Sealing::NONE)
        return fmt::format("C of {} is sealed, and not as the live one is", runs_in_words(reference));
    if (live.sealed != offline::Sealing::NONE)
        return fmt::format("C is sealed in the live run, and whole in {}", runs_in_words(reference));
    return {};  // a box that hides nothing
}

Response list(const ReferenceList& references) {
    return as_json(json::serialize(references.json()));
}

Response one(const SnapshotPtr& snapshot, ReferenceList& references, const Request& request) {
    const std::string& name = request.values.at("name");
    const std::string& spectrum = request.values.at("spectrum");
    const auto reference = references.load(name);
    if (!reference) return refusal(reference.error());
    const auto* found = (*reference)->find(spectrum);
    if (found == nullptr)
        return refusal(404, fmt::format("{} has no spectrum \"{}\"", runs_in_words(**reference), spectrum));
    for (std::size_t i = 0; i < snapshot->spectra->size(); ++i) {
        const auto live = snapshot->spectra->histogram(i);
        if (live.name != spectrum) continue;
        const auto selection = offline::selection_sha256(snapshot->config->config, live.selection);
        if (const auto why = incomparable(**reference, *found, live, selection)) return refusal(409, *why);
        return as_json(json::serialize(reference_json(name, **reference, *found, live)));
    }
    return refusal(404, fmt::format("there is no spectrum \"{}\"", spectrum));
}

}  // namespace

std::optional<std::string> incomparable(const ReferenceSpectra& reference, const ReferenceSpectrum& spectrum,
                                        const offline::HistogramView& live,
                                        const std::string& selection_sha256) {
    const std::string runs = runs_in_words(reference);
    if (!std::ranges::equal(spectrum.axes, live.axes, same_bins)) {
        std::string was, is;
        for (const auto& axis : spectrum.axes)
            was += (was.empty() ? "" : ", ") + binning(axis);
        for (const auto& axis : live.axes)
            is += (is.empty() ? "" : ", ") + binning(axis);
        return fmt::format("{} has {}; now it is {}", runs, was, is);
    }
    if (spectrum.selection_sha256 != selection_sha256)
        return fmt::format("the selection of {}, \"{}\", is not the live one, \"{}\"{}", runs,
                           spectrum.selection, live.selection,
                           spectrum.selection == live.selection ? ": its cuts differ" : "");
    if (spectrum.channels != live.channels)
        return fmt::format("{} sums {} channels; now there are {}", runs, spectrum.channels, live.channels);
    return std::nullopt;
}

json::object reference_json(const std::string& name, const ReferenceSpectra& reference,
                            const ReferenceSpectrum& spectrum, const offline::HistogramView& live) {
    auto view = spectrum.view();
    const std::string why = withheld(reference, spectrum, live);
    if (!why.empty()) view.sealed = offline::Sealing::ALL;
    json::object out = histogram_json(view);
    out["reference"] = name;
    out["runs"] = reference.runs;
    out["run_type"] = reference.run_type;
    out["simulated"] = reference.simulated;
    out["software_version"] = reference.software_version;
    out["config_sha256"] = reference.config_sha256;
    out["withheld"] = why.empty() ? json::value(nullptr) : json::value(why);
    return out;
}

std::vector<Route> reference_routes(const SnapshotBoard& board, Worker& worker,
                                    const std::shared_ptr<ReferenceList>& references) {
    std::vector<Route> routes;
    routes.push_back(
        on_worker(worker, "/api/references", [references](const Request&) { return list(*references); }));
    routes.push_back(on_worker(
        worker, "/api/references/{name}/spectra/{spectrum}",
        [&board, references](const Request& request) { return one(board.newest(), *references, request); }));
    return routes;
}

}  // namespace spillgate::online
