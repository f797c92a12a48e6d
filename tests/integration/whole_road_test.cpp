// The whole road, from neutrons' radius to neutrons' radius: a signal table of a known R_n → simulated
// waveforms → the real daemon → run files → reprocess → fit. The detector's response comes from a sample of
// its own.
#include <cmath>
#include <filesystem>
#include <fstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/integration/daemon_process.hpp"
#include "tests/proto/temporary_directory.hpp"
#include "tests/truth/simulated_run.hpp"

using namespace spillgate;

namespace {

constexpr std::uint64_t spills = 120000;
constexpr double light_yield = 33.5;  // PE/keVee, cryogenic CsI

// A beam so strong that one spill in twenty has a signal: one window in 700 holds two.
std::string detector(const std::string& directory, const std::string& table, std::uint64_t seed) {
    const auto path = fmt::format("{}/detector-{}.txtpb", directory, seed);
    std::ofstream(path) << fmt::format(
        R"(name: "whole-road"
facility {{ name: "SNS" repetition_hz: 60 charge_offset: -1 our_flavour: 1 charge_deadline_s: 0.2 nominal_charge_uc: 23.3 }}
network {{ runtime_dir: "{0}" http_port: 0 }}
storage {{ runs_dir: "{0}/runs-{2}" }}
board {{
  id: 0 sample_rate_mhz: 125 bits: 14
  simulation {{
    seed: {2} as_fast_as_possible: true stop_after_slots: {3} acceleration: 5500 record_ns: 20000 mark_position_ns: 9000
    beam {{ seed: {2} charge_uc: 23.3 flavour: 1 pulse_fwhm_ns: 380 }}
    pmt {{
      cevns_table: "{1}" cevns_pe_per_kev: {4}
      spe_charge_adc: 300 spe_width_ns: 24 noise_adc: 2 baseline_adc: 8000 baseline_wander_adc: 0
      fast_ns: 300 slow_to_fast: 0 dark_rate_hz: 500 steady_rate_hz: 500 steady_mean_pe: 25
      neutrons_per_spill: 0 large_rate_hz: 0 cherenkov_rate_hz: 0 muon_rate_hz: 5 muon_through_fraction: 0
      linear_gate_fraction: 0
    }}
  }}
}}
channel {{ name: "csi" board: 0 channel: 0 role: DETECTOR chain: "csi" }}
gate {{
  mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 9000
  anti_coincident {{ pretrace_begin_ns: 0 pretrace_end_ns: 1000 roi_begin_ns: 1000 roi_end_ns: 8000 }}
  in_time {{ pretrace_begin_ns: 8000 pretrace_end_ns: 9000 roi_begin_ns: 9000 roi_end_ns: 17000 }}
}}
chain {{ name: "csi" pmt {{
  baseline_ns: 8000 threshold_adc: 12 min_width_samples: 2 integration_ns: 2500 spe_charge_adc: 300 linear_gate_check: false
}} }}
selection {{ name: "all" reject_slot_quality: "charge-missing" reject_slot_quality: "charge-uncorrected" }}
spectrum {{ name: "pe_t_rec" selection: "all"
  axis {{ variable: "pe" bins: 26 min: 8 max: 60 }} axis {{ variable: "t_rec_us" bins: 6 min: 0 max: 6 }}
}}
)",
        directory, table, seed, spills, light_yield);
    return path;
}

// What a sample with known deposits says of the detector.
struct Response {
    double gain = 0;        // reconstructed over true PE
    double variance = 0;    // of that, per PE
    double efficiency = 0;  // of signals that are seen as the window's candidate
    double efficiency_sigma = 0;
};

Response measured_response(const std::string& config, const std::string& scratch) {
    const auto run = truth::simulate(config, "pe", static_cast<double>(spills) / 60, 77, scratch);
    INFO((run ? std::string() : run.error().message));
    REQUIRE(run.has_value());
    double deposits = 0, found = 0, true_pe = 0, seen_pe = 0;
    std::vector<std::pair<double, double>> pairs;
    std::size_t w = 0;
    const auto apart = static_cast<std::int64_t>(3000 / run->tick_ns);
    for (std::size_t i = 0; i < run->deposits.size(); ++i) {
        const auto& deposit = run->deposits[i];
        if (!deposit.kind.starts_with("cevns") || deposit.size < 8) continue;
        while (w < run->windows.size() && run->windows[w].roi_end <= deposit.tick)
            ++w;
        if (w == run->windows.size()) break;
        const auto& window = run->windows[w];
        const double t_ns = static_cast<double>(deposit.tick - window.roi_begin) * run->tick_ns;
        if (t_ns < 0 || t_ns >= 6000) continue;
        ++deposits;
        if (!window.found || std::abs(window.t_rec_ns - t_ns) > 500) continue;
        ++found;
        // Light of something else is not the detector's answer to this.
        const bool alone =
            (i == 0 || run->deposits[i - 1].tick < deposit.tick - apart) &&
            (i + 1 == run->deposits.size() || run->deposits[i + 1].tick > deposit.tick + apart);
        if (!alone) continue;
        true_pe += deposit.size;
        seen_pe += window.size;
        pairs.emplace_back(deposit.size, window.size);
    }
    REQUIRE(found > 1000);
    Response response{seen_pe / true_pe, 0, found / deposits, 0};
    for (const auto& [truth, seen] : pairs)
        response.variance += std::pow(seen - response.gain * truth, 2) / true_pe;
    response.efficiency_sigma = std::sqrt((1 - response.efficiency) / response.efficiency / deposits);
    return response;
}

// Mean PE and their spread as gamma_pe has them: mean E/rate, relative variance 1/(1 + shape·E), equal to the
// measured (gain² + variance)/(gain²·PE) at 20 PE.
std::string experiment(const std::string& path, const Response& response) {
    constexpr double at_pe = 20;
    const double relative = (1 + response.variance / (response.gain * response.gain)) / at_pe;
    const double shape = (1 / relative - 1) / (at_pe / light_yield);
    std::ofstream(path) << fmt::format(R"(name: "whole-road" title: "Whole road"
source {{
  pot: 1e20 neutrinos_per_flavour_per_pot: 0.0848 flux_sigma: 0 distance_m: 20
  gaussian_pulse {{ mean_ns: 403.4 sigma_ns: 161.37 }}
}}
target {{ mass_kg: 146 material: "CsI" }}
quenching {{ constant: 0.09 }}
response {{
  gamma_pe {{ rate_kevee: {} shape_per_kevee: {} }}
  efficiency {{ threshold {{ threshold: 0 above: {} }} }}
  efficiency_sigma: {}
}}
axes {{
  size_unit: PE
  size {{ equal {{ bins: 26 begin: 8 end: 60 }} }}
  t_rec_us {{ equal {{ bins: 6 begin: 0 end: 6 }} }}
}}
background {{ name: "ssb" steady_state {{ fitted_exponential: true }} }}
)",
                                       1 / (response.gain * light_yield), shape, response.efficiency,
                                       response.efficiency_sigma);
    return path;
}

struct Radius {
    double value = 0, minus = 0, plus = 0;
};

class Road {
  public:
    explicit Road(std::string directory) : directory_(std::move(directory)) {}

    // The file of a signal with this R_n of Cs and I.
    std::string signal_of(const std::string& experiment, double radius_fm) const {
        const auto path = fmt::format("{}/signal-{}.txt", directory_, radius_fm);
        const auto radius = [&](const char* element) {
            return fmt::format("{{ nuclide: \"{}\" neutron_rms_fm: {} }}", element, radius_fm);
        };
        ask({"predict", "--experiment", experiment, "--signal-table", path, "--set",
             fmt::format("nuclear.radius=[{}, {}]", radius("Cs"), radius("I")), "--set", "background=[]"});
        return path;
    }

    void take(const std::string& config) const {
        const test::Process daemon(directory_, "spillgate-daq", {"--config", config, "--start", "physics"});
        test::Control control(directory_);
        INFO(daemon.err());
        // In steps: each has the deadline that the whole run would not keep on a slow machine.
        for (std::uint64_t slots = spills / 20; slots < spills; slots += spills / 20)
            REQUIRE(control.await_status([&](const auto& s) {
                return s.run().ledger().slots() >= slots || s.run().stop_utc_ns() != 0;
            }));
        REQUIRE(control.await_status(
            [](const auto& s) { return s.run().stop_utc_ns() != 0 && s.state() == wire::CONFIGURED; }));
    }

    Radius fitted(const std::string& experiment, std::uint64_t seed) const {
        const auto out = fmt::format("{}/spectra-{}", directory_, seed);
        ask({"reprocess", fmt::format("{}/runs-{}/run-000001", directory_, seed), "--out", out,
             "--no-candidates"});
        const auto said = ask({"fit", "--json", "--experiment", experiment, "--spectra", out,
                               "--allow-simulated", "--free", "R_n"});
        const auto fit = boost::json::parse(said);
        const auto& r = fit.at("parameters").at("R_n");
        UNSCOPED_INFO(said);
        CHECK(fit.at("flags").as_array().empty());
        return {r.at("value").to_number<double>(), r.at("error_minus").to_number<double>(),
                r.at("error_plus").to_number<double>()};
    }

    std::string ask(const std::vector<std::string>& arguments) const {
        const auto done = test::run_program(directory_, "spillgate-offline", arguments);
        INFO(done.err);
        REQUIRE(done.status == 0);
        return done.out;
    }

  private:
    std::string directory_;
};

}  // namespace

TEST_CASE("the radius that waveforms were simulated with comes back from the fit of their run",
          "[integration]") {
    const proto::testing::TemporaryDirectory scratch;
    const auto& directory = scratch.path();
    std::filesystem::permissions(directory, std::filesystem::perms{0750});
    const Road road(directory);
    // Before anything is known of the detector; predictions of the signal do not need it.
    const auto unknown = experiment(directory + "/unknown.txtpb", {1, 0, 1, 0});
    const auto sample = road.signal_of(unknown, 4.8);
    const auto known =
        experiment(directory + "/known.txtpb", measured_response(detector(directory, sample, 77), directory));

    std::vector<Radius> radii;
    std::uint64_t seed = 1;
    for (const double injected : {4.0, 6.0}) {
        road.take(detector(directory, road.signal_of(unknown, injected), seed));
        const auto radius = road.fitted(known, seed++);
        INFO(fmt::format("injected {} fm: {:.3f} -{:.3f} +{:.3f}", injected, radius.value, radius.minus,
                         radius.plus));
        CHECK(radius.value > injected - 3 * radius.plus);
        CHECK(radius.value < injected + 3 * radius.minus);
        radii.push_back(radius);
    }
    CHECK(radii[1].value - radii[0].value > 3 * std::hypot(radii[0].plus, radii[1].minus));
}
