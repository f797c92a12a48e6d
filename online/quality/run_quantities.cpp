#include "online/quality/run_quantities.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "offline/blinding/sideband.hpp"
#include "online/quality/channel_quantities.hpp"
#include "online/snapshot_json.hpp"

namespace spillgate::online {

namespace {

constexpr double ns_per_s = 1e9;

// Quantities that are not known for the same reason, or not of the whole run.
struct Of {
    RunQuantities& out;
    const std::string& not_whole;

    void known(std::string name, std::string unit, double value, std::optional<double> error = {}) const {
        out.push_back({std::move(name), std::move(unit), value, error, not_whole});
    }
    void unknown(std::string name, std::string unit, std::string reason) const {
        out.push_back({std::move(name), std::move(unit), {}, {}, std::move(reason)});
    }
    // Nothing of nothing is not known.
    void share(std::string name, double part, double whole, std::string_view of_what) const {
        if (whole > 0)
            known(std::move(name), "", part / whole);
        else
            none(std::move(name), "", fmt::format("the run has no {}", of_what));
    }
    // Of what is not whole it cannot be said that there is none.
    void none(std::string name, std::string unit, const std::string& reason) const {
        unknown(std::move(name), std::move(unit), not_whole.empty() ? reason : not_whole);
    }
};

void of_ledger(const RunAccount& account, RunQuantities& out) {
    const auto& run = *account.description;
    const auto& ledger = run.ledger();
    const Of ends{out, account.ledger_not_whole};
    const double lasted_s = static_cast<double>(run.stop_utc_ns() - run.start_utc_ns()) / ns_per_s;
    if (run.stop_utc_ns() != 0 && run.start_utc_ns() != 0)
        ends.known("run.duration_s", "s", lasted_s);
    else
        ends.unknown("run.duration_s", "s", account.ledger_not_whole);

    const auto slots = static_cast<double>(ledger.slots());
    const auto lost = ledger.truncated() + ledger.lost_buffer_full() + ledger.lost_device() +
                      ledger.lost_corrupt() + ledger.lost_disk();
    const auto vetoed = std::ranges::find(ledger.quality(), "vetoed", &wire::Count::name);
    ends.share("run.complete_fraction", static_cast<double>(ledger.complete()), slots, "slots");
    ends.share("run.lost_fraction", static_cast<double>(lost), slots, "slots");
    ends.share("run.missed_fraction", static_cast<double>(ledger.mark_missed()), slots, "slots");
    ends.share("run.facility_vetoed_fraction",
               vetoed == ledger.quality().end() ? 0 : static_cast<double>(vetoed->value()), slots, "slots");

    // The ledger's rois are less what was dead in them.
    const auto live = [&](std::string name, std::int64_t alive, std::int64_t dead) {
        ends.share(std::move(name), static_cast<double>(alive), static_cast<double>(alive + dead),
                   "windows of this kind in complete slots");
    };
    live("run.live_fraction.in_time", ledger.in_time_roi_ticks(), ledger.in_time_dead_ticks());
    live("run.live_fraction.anti_coincident", ledger.anti_coincident_roi_ticks(),
         ledger.anti_coincident_dead_ticks());

    const auto without_charge = ledger.charge_missing_slots() + ledger.charge_uncorrected_slots();
    const auto spills = static_cast<double>(ledger.spills());
    const double with_charge = spills - static_cast<double>(without_charge);
    if (with_charge > 0)
        ends.known("run.pot_per_spill", "POT",
                   protons_of(ledger.charge_measured_pc() + ledger.charge_estimated_pc()) / with_charge);
    else
        ends.none("run.pot_per_spill", "POT", "the run has no spill whose charge is known");
    ends.share("run.charge_missing_fraction", static_cast<double>(without_charge), spills, "spills");
}

double entries(std::span<const std::uint64_t> counts) {
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

// Per live second of the AC windows that pass, of an average channel.
void ac_rate(const std::string& name, const offline::HistogramView& view, const Of& spectra) {
    const double live_s = view.exposure->anti_coincident.live_ns() / ns_per_s;
    if (!(live_s > 0)) return spectra.unknown(name, "Hz", "no AC window of the run is live");
    const double counts = entries(view.anti_coincident);
    spectra.known(name, "Hz", counts / live_s, std::sqrt(std::max(counts, 1.0)) / live_s);
}

// AC alone: what the selection rejects there, beam has no part in.
void veto_fraction(const offline::HistogramView& view, const Of& spectra) {
    const auto name = fmt::format("run.veto_fraction.{}", view.name);
    const auto& ac = view.exposure->anti_coincident;
    const auto all = static_cast<double>(ac.windows + ac.rejected);
    if (!(all > 0)) return spectra.unknown(name, "", "the run has no AC windows");
    const double share = static_cast<double>(ac.rejected) / all;
    spectra.known(name, "", share, std::sqrt(share * (1 - share) / all));
}

void sideband_ratio(const offline::HistogramView& view, const Of& spectra) {
    const auto name = fmt::format("run.sideband.{}", view.name);
    if (view.box.empty()) return spectra.unknown(name, "", "this spectrum has no box");
    const auto sideband = offline::sideband(view);
    if (!sideband) return spectra.unknown(name, "", "C or AC has no count outside the box, or no exposure");
    spectra.known(name, "", sideband->ratio, sideband->sigma);
}

// The detector channels that a spectrum sums are all of this chain.
bool is_of_chain(const config::Spectrum& spectrum, const std::string& chain, const config::Config& config) {
    bool any = false;
    for (const auto& channel : config.channel()) {
        const auto& named = spectrum.channel();
        const bool summed = named.empty() ? !channel.chain().empty()
                                          : std::ranges::find(named, channel.name()) != named.end();
        if (!summed) continue;
        if (channel.chain() != chain) return false;
        any = true;
    }
    return any;
}

// Candidates, not windows, and all that the selection leaves.
bool counts_candidates(const config::Spectrum& spectrum) {
    static const std::set<std::string, std::less<>> sizes{"pe", "energy_kev", "t_rec_us"};
    return spectrum.cut().empty() && std::ranges::any_of(spectrum.axis(), [](const auto& axis) {
               return sizes.contains(axis.variable());
           });
}

void of_chains(const RunAccount& account, const Of& spectra) {
    const auto& config = account.config->config;
    for (const auto& chain : config.chain()) {
        const auto name = fmt::format("run.chain_ac_rate.{}", chain.name());
        const auto found = std::ranges::find_if(config.spectrum(), [&](const auto& spectrum) {
            return counts_candidates(spectrum) && is_of_chain(spectrum, chain.name(), config);
        });
        const auto index = static_cast<std::size_t>(found - config.spectrum().begin());
        if (found == config.spectrum().end() || index >= account.spectra->size())
            spectra.unknown(name, "Hz", "no spectrum has the candidates of this chain alone, without cuts");
        else
            ac_rate(name, account.spectra->histogram(index), spectra);
    }
}

void without_spectra(const RunAccount& account, const Of& spectra) {
    const auto& config = account.config->config;
    for (const auto& chain : config.chain())
        spectra.unknown(fmt::format("run.chain_ac_rate.{}", chain.name()), "Hz", account.spectra_not_whole);
    for (const auto& spectrum : config.spectrum()) {
        spectra.unknown(fmt::format("run.ac_rate.{}", spectrum.name()), "Hz", account.spectra_not_whole);
        spectra.unknown(fmt::format("run.veto_fraction.{}", spectrum.name()), "", account.spectra_not_whole);
        spectra.unknown(fmt::format("run.sideband.{}", spectrum.name()), "", account.spectra_not_whole);
    }
}

}  // namespace

RunAccount account_of(const ClosedRun& closed) {
    RunAccount account;
    account.description = closed.run.description;
    if (account.description->stop_utc_ns() == 0) account.ledger_not_whole = "the run has no end record";
    if (!closed.run.complete)
        account.spectra_not_whole = fmt::format("online did not follow it whole ({})", closed.run.statement);
    account.config = closed.config;
    account.spectra = closed.spectra;
    account.channels = closed.channels;
    return account;
}

proto::Result<RunAccount> account_so_far(const Snapshot& snapshot) {
    if (!snapshot.run.description) return proto::error(proto::ErrorKind::NOT_FOUND, "no run is followed");
    RunAccount account;
    account.description = snapshot.run.description;
    const bool over = snapshot.run.phase == RunPhase::CLOSED;
    if (!over) account.ledger_not_whole = account.spectra_not_whole = "it goes on";
    if (snapshot.run.phase == RunPhase::REFUSED) {
        account.spectra_not_whole = snapshot.run.statement;
        return account;
    }
    if (over && !snapshot.run.complete) account.spectra_not_whole = snapshot.run.statement;
    account.config = snapshot.config;
    account.spectra = snapshot.spectra;
    if (snapshot.channels && snapshot.channels->run == snapshot.run.description->number())
        account.channels = snapshot.channels;
    return account;
}

RunQuantities quantities_of(const RunAccount& account) {
    RunQuantities out;
    of_ledger(account, out);
    add_channel_quantities(account, out);
    const Of spectra{out, account.spectra_not_whole};
    if (!account.spectra) {
        if (account.config) without_spectra(account, spectra);
        return out;
    }
    of_chains(account, spectra);
    for (std::size_t i = 0; i < account.spectra->size(); ++i) {
        const auto view = account.spectra->histogram(i);
        ac_rate(fmt::format("run.ac_rate.{}", view.name), view, spectra);
        veto_fraction(view, spectra);
        sideband_ratio(view, spectra);
    }
    return out;
}

}  // namespace spillgate::online
