#include "offline/export/uhi.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/blinding/sideband.hpp"
#include "offline/exposure/residual.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

std::int64_t integer(std::uint64_t n) {
    return static_cast<std::int64_t>(n);
}

void append(Attributes& to, const Attributes& from) {
    to.insert(to.end(), from.begin(), from.end());
}

// Of one window kind of a spectrum.
Attributes exposure_attributes(const KindExposure& exposure) {
    return {{"live_ps", exposure.live_ps},
            {"live_ns", exposure.live_ns()},
            {"windows", integer(exposure.windows)},
            {"windows_rejected", integer(exposure.rejected)}};
}

Attributes charge_attributes(const ExposureSums& sums) {
    return {{"live_charge_measured_pc", sums.live_charge_measured_pc},
            {"live_charge_estimated_pc", sums.live_charge_estimated_pc},
            {"live_charge_missing_slots", integer(sums.live_charge_missing_slots)},
            {"live_charge_uncorrected_slots", integer(sums.live_charge_uncorrected_slots)}};
}

Attributes spectrum_attributes(const Engine& engine, const HistogramView& view, std::string_view kind) {
    return {{"spectrum", std::string(view.name)},
            {"title", std::string(view.title)},
            {"window_kind", std::string(kind)},
            {"selection", std::string(view.selection)},
            {"selection_sha256", selection_sha256(engine.config(), view.selection)},
            {"channels", integer(view.channels)}};
}

// Of a spectrum with a box, or of one of which something is sealed.
Attributes blinding_attributes(const HistogramView& view) {
    Attributes out;
    if (!view.box.empty()) out.emplace_back("box", box_text(view));
    if (view.sealed != Sealing::NONE)
        out.emplace_back("sealed",
                         std::string(view.sealed == Sealing::BOX ? "in_time inside the box" : "in_time"));
    if (const auto outside = sideband(view))
        append(out, {{"sideband_in_time", integer(outside->in_time)},
                     {"sideband_anti_coincident", integer(outside->anti_coincident)},
                     {"sideband_ratio", outside->ratio},
                     {"sideband_sigma", outside->sigma}});
    return out;
}

// What else says them is absent while C is sealed: its own histogram, the residual.
Attributes in_time_attributes(const HistogramView& view) {
    const auto& exposure = view.exposure->in_time;
    Attributes out{{"in_time_live_ps", exposure.live_ps},
                   {"in_time_windows", integer(exposure.windows)},
                   {"in_time_windows_rejected", integer(exposure.rejected)}};
    if (const auto ratio = alpha(*view.exposure, view.alpha_relative_uncertainty))
        append(out, {{"alpha", ratio->value}, {"alpha_sigma", ratio->sigma}});
    append(out, charge_attributes(*view.exposure));
    return out;
}

}  // namespace

std::string selection_sha256(const config::Config& config, std::string_view name) {
    for (const auto& selection : config.selection())
        if (selection.name() == name) return proto::sha256_hex(selection.SerializePartialAsString());
    return {};
}

std::vector<ShownKind> shown_kinds(const Engine& engine, const HistogramView& view) {
    const bool marks = engine.config().gate().mode() != config::Gate::FREE_RUNNING;
    const auto& sums = *view.exposure;
    std::vector<ShownKind> kinds;
    const auto show = [&](std::string_view name, std::span<const std::uint64_t> counts,
                          const KindExposure& exposure, bool always) {
        if (always || exposure.windows + exposure.rejected > 0) kinds.push_back({name, counts, &exposure});
    };
    if (view.sealed != Sealing::ALL)
        show(view.sealed == Sealing::BOX ? outside_box_name : "in_time", view.in_time, sums.in_time, marks);
    show("anti_coincident", view.anti_coincident, sums.anti_coincident, marks);
    show("free", view.free, sums.free, !marks);
    show("no_beam", view.no_beam, sums.no_beam, false);
    return kinds;
}

Attributes provenance_attributes(const Engine& engine, const Spectra& spectra, const Provenance& provenance) {
    std::vector<std::string> calibrations;
    calibrations.reserve(provenance.calibrations.size());
    for (const auto& [name, hash] : provenance.calibrations)
        calibrations.push_back(fmt::format("{}:{}", name, hash));
    Attributes out{{"runs", fmt::format("{}", fmt::join(provenance.runs, ","))},
                   {"run_type", provenance.run_type},
                   {"simulated", provenance.simulated},
                   {"blinded", provenance.blinded},
                   {"detector", engine.config().name()},
                   {"facility", engine.config().facility().name()},
                   {"software_version", provenance.software_version},
                   {"config_sha256", provenance.config_sha256},
                   {"engine_sha256", engine.hash()},
                   {"calibrations", fmt::format("{}", fmt::join(calibrations, ","))},
                   {"slots", integer(spectra.slots())},
                   {"inconsistent_slots", integer(spectra.inconsistent_slots())}};
    if (!provenance.unblinding.empty()) out.emplace_back("unblinding", provenance.unblinding);
    return out;
}

void for_each_histogram(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                        const std::function<void(const UhiHistogram&)>& visit) {
    const Attributes origin = provenance_attributes(engine, spectra, provenance);
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto view = spectra.histogram(i);
        for (const auto& kind : shown_kinds(engine, view)) {
            UhiHistogram histogram;
            histogram.name = fmt::format("{}/{}", view.name, kind.name);
            histogram.axes = view.axes;
            histogram.metadata = spectrum_attributes(engine, view, kind.name);
            append(histogram.metadata, exposure_attributes(*kind.exposure));
            if (kind.exposure == &view.exposure->in_time)
                append(histogram.metadata, charge_attributes(*view.exposure));
            if (kind.exposure == &view.exposure->anti_coincident && view.sealed != Sealing::NONE)
                append(histogram.metadata, in_time_attributes(view));
            append(histogram.metadata, blinding_attributes(view));
            append(histogram.metadata, origin);
            histogram.counts.assign(kind.counts.begin(), kind.counts.end());
            visit(histogram);
        }
        const auto ratio = residual_alpha(view);
        if (!ratio) continue;
        UhiHistogram histogram;
        histogram.name = fmt::format("{}/residual", view.name);
        histogram.axes = view.axes;
        histogram.weighted = true;
        histogram.metadata = spectrum_attributes(engine, view, "residual");
        append(histogram.metadata, {{"alpha", ratio->value},
                                    {"alpha_sigma", ratio->sigma},
                                    {"in_time_live_ps", view.exposure->in_time.live_ps},
                                    {"anti_coincident_live_ps", view.exposure->anti_coincident.live_ps}});
        append(histogram.metadata, charge_attributes(*view.exposure));
        append(histogram.metadata, blinding_attributes(view));
        append(histogram.metadata, origin);
        histogram.values.reserve(view.in_time.size());
        histogram.variances.reserve(view.in_time.size());
        for (std::size_t bin = 0; bin < view.in_time.size(); ++bin) {
            const auto r = residual(view.in_time[bin], view.anti_coincident[bin], *ratio);
            histogram.values.push_back(r.value);
            histogram.variances.push_back(r.variance);
        }
        visit(histogram);
    }
}

}  // namespace spillgate::offline
