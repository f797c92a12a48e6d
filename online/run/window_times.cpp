#include "online/run/window_times.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "online/snapshot_json.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

const config::Gate& gate_of(const Snapshot& snapshot) {
    return snapshot.config ? snapshot.config->config.gate() : config::Gate::default_instance();
}

// That windows of this configuration can have, in the order of being looked at.
std::vector<std::string_view> classes_of(const config::Gate& gate) {
    if (gate.mode() == config::Gate::FREE_RUNNING) return {"free"};
    std::vector<std::string_view> classes{"in_time", "no_beam"};
    if (gate.has_anti_coincident()) classes.emplace_back("anti_coincident");
    return classes;
}

// Sums of one selection, and the spectra that have them.
struct Selected {
    std::string_view selection;
    std::uint32_t channels = 0;
    const offline::ExposureSums* exposure = nullptr;
    std::array<KindCounts, 4> kinds;
    json::array spectra;
};

std::vector<Selected> selections_of(const offline::Spectra& spectra) {
    std::vector<Selected> all;
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto view = spectra.histogram(i);
        const auto same = std::ranges::find_if(all, [&](const Selected& one) {
            return one.selection == view.selection && one.channels == view.channels &&
                   *one.exposure == *view.exposure;
        });
        auto& one = same != all.end()
                        ? *same
                        : all.emplace_back(
                              Selected{view.selection, view.channels, view.exposure, kinds_of(view), {}});
        one.spectra.emplace_back(view.name);
    }
    return all;
}

json::object selection_json(Selected one, const std::vector<std::string_view>& classes) {
    const double channels = std::max<std::uint32_t>(1, one.channels);
    json::object live;
    json::object windows;
    json::object rejected;
    for (const auto name : classes) {
        const auto& exposure = *std::ranges::find(one.kinds, name, &KindCounts::name)->exposure;
        const bool is_known = exposure.windows > 0 || exposure.rejected > 0;
        live[name] = is_known ? json::value(exposure.live_ns() * 1e-9 / channels) : json::value(nullptr);
        windows[name] = is_known ? json::value(exposure.windows) : json::value(nullptr);
        rejected[name] = is_known ? json::value(exposure.rejected) : json::value(nullptr);
    }
    json::object out{{"selection", one.selection},      {"spectra", std::move(one.spectra)},
                     {"live_s", std::move(live)},       {"windows", std::move(windows)},
                     {"rejected", std::move(rejected)}, {"live_pot", nullptr}};
    const auto protons = [&](std::int64_t charge_pc) { return protons_of(charge_pc) / channels; };
    if (one.exposure->in_time.windows > 0)
        out["live_pot"] = json::object{{"measured", protons(one.exposure->live_charge_measured_pc)},
                                       {"estimated", protons(one.exposure->live_charge_estimated_pc)}};
    return out;
}

}  // namespace

json::object window_times_json(const Snapshot& snapshot) {
    if (gate_of(snapshot).mode() == config::Gate::FREE_RUNNING)
        return {{"live_s", json::object{{"free", nullptr}}}, {"dead_s", json::object{{"free", nullptr}}}};
    const auto& run = snapshot.run.description;
    return ledger_times_json(run ? run->ledger() : wire::LedgerTotals::default_instance());
}

json::array selection_times_json(const Snapshot& snapshot) {
    json::array out;
    if (!snapshot.spectra) return out;
    const auto classes = classes_of(gate_of(snapshot));
    for (auto& one : selections_of(*snapshot.spectra))
        out.push_back(selection_json(std::move(one), classes));
    return out;
}

json::array live_checks_json(const wire::RunDescription& run) {
    json::array out;
    for (const auto& check : run.live_checks()) {
        const auto fraction = [&](double value) {
            return check.sent() > 0 ? json::value(value) : json::value(nullptr);
        };
        out.push_back(json::object{{"channel", check.channel()},
                                   {"sent", check.sent()},
                                   {"found", check.found()},
                                   {"live_fraction", fraction(check.live_fraction())},
                                   {"error", fraction(check.error())},
                                   {"ledger_live_fraction", fraction(check.ledger_live_fraction())}});
    }
    return out;
}

}  // namespace spillgate::online
