#include "tests/offline/experiment/own_spectra.hpp"

#include <cmath>

#include <fmt/format.h>

#include "offline/spectra/spectra_state.hpp"
#include "proto/config_loader.hpp"
#include "proto/schema/spectra.pb.h"

namespace spillgate::offline::test {

namespace {

constexpr std::size_t pe_bins = 8, t_bins = 6;

const char* const config_text = R"(
name: "small" facility { name: "SNS" repetition_hz: 60 nominal_charge_uc: 23 }
daemon { name: "daq" lead: true }
board { id: 0 sample_rate_mhz: 500 bits: 8 is_signed: true simulation { record_ns: 4000 mark_position_ns: 3800 } }
channel { name: "csi" board: 0 channel: 0 chain: "csi" }
gate {
  mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 3800
  anti_coincident { pretrace_begin_ns: 0 pretrace_end_ns: 800 roi_begin_ns: 800 roi_end_ns: 2000 }
  in_time { pretrace_begin_ns: 2000 pretrace_end_ns: 2800 roi_begin_ns: 2800 roi_end_ns: 4000 }
}
chain { name: "csi" pmt { baseline_ns: 3000 integration_ns: 400 linear_gate_check: false } }
selection { name: "all" alpha_relative_uncertainty: 0.02 }
spectrum { name: "pe" selection: "all" axis { variable: "pe" bins: 40 min: 0 max: 20 } }
spectrum { name: "pe_t" selection: "all"
  axis { variable: "pe" bins: 8 min: 0 max: 40 } axis { variable: "t_rec_us" bins: 6 min: 0 max: 6 } }
spectrum { name: "t_pe" selection: "all"
  axis { variable: "t_rec_us" bins: 6 min: 0 max: 6 } axis { variable: "pe" bins: 8 min: 0 max: 40 } }
)";

void put_counts(const std::vector<std::uint64_t>& inner, bool exchanged, wire::KindState& kind) {
    const std::size_t rows = exchanged ? t_bins : pe_bins, columns = exchanged ? pe_bins : t_bins;
    for (std::size_t a = 0; a < rows + 2; ++a)
        for (std::size_t b = 0; b < columns + 2; ++b) {
            const bool flow = a == 0 || b == 0 || a == rows + 1 || b == columns + 1;
            kind.add_counts(flow        ? 1000
                            : exchanged ? inner[(b - 1) * t_bins + a - 1]
                                        : inner[(a - 1) * t_bins + b - 1]);
        }
}

void put_exposure(double live_s, std::uint64_t windows, wire::KindState& kind) {
    kind.set_live_ps(std::llround(live_s * 1e12));
    kind.set_windows(windows);
}

}  // namespace

SavedSpectra own_spectra(const OwnSpectraOptions& options) {
    const auto config =
        proto::parse_config(std::string(config_text) + (options.blinded ? "blinded: true\n" : ""), "test")
            .value();
    SavedSpectra saved;
    saved.engine = Engine::make(config.config).value();
    saved.spectra = saved.engine->make_spectra();
    saved.effective_config = config.effective;
    saved.provenance = {{options.run},         options.run_type, options.simulated, "1.2.3",
                        options.config_sha256, {{"spe", "abc"}}, options.blinded,   {}};
    saved.filled[{options.run, "daq"}].add_range(options.first_slot, options.last_slot);
    wire::SpectraState state;
    state.set_engine_hash(saved.engine->hash());
    state.set_slots(options.windows);
    for (const auto* name : {"pe", "pe_t", "t_pe"}) {
        auto& spectrum = *state.add_spectrum();
        spectrum.set_name(name);
        if (spectrum.name() == "pe") continue;
        const bool exchanged = spectrum.name() == "t_pe";
        // Without a box everything in time is sealed.
        put_counts(options.in_time, exchanged,
                   options.blinded ? *spectrum.mutable_sealed() : *spectrum.mutable_in_time());
        put_exposure(options.in_time_live_s, options.windows, *spectrum.mutable_in_time());
        put_counts(options.anti_coincident, exchanged, *spectrum.mutable_anti_coincident());
        put_exposure(options.anti_coincident_live_s, options.windows, *spectrum.mutable_anti_coincident());
        spectrum.set_live_charge_measured_pc(std::llround(options.charge_c * 1e12));
        spectrum.set_live_charge_missing_slots(options.windows_without_charge);
    }
    saved.spectra->restore(frame(spectra_magic, state.SerializeAsString())).value();
    return saved;
}

std::string own_experiment(const std::string& steady_state) {
    return fmt::format(R"(name: "own" title: "Our CsI"
source {{ pot: 1e20 neutrinos_per_flavour_per_pot: 0.08 distance_m: 20 gaussian_pulse {{ mean_ns: 400 sigma_ns: 160 }} }}
target {{ mass_kg: 14.6 material: "CsI" }}
quenching {{ constant: 0.09 }}
response {{ gamma_pe {{ rate_kevee: 0.0749 shape_per_kevee: 9.56 }} efficiency {{ threshold {{ threshold: 0 }} }} }}
axes {{
  size_unit: PE
  size {{ equal {{ bins: 8 begin: 0 end: 40 }} }}
  t_rec_us {{ edge: [0, 1, 2, 3, 4, 5, 6] }}
}}
background {{ name: "ssb" steady_state {{ {} }} }}
background {{ name: "brn" events: 10 sigma: 0.25 flat {{}} }}
)",
                       steady_state);
}

}  // namespace spillgate::offline::test
