#include "online/physics/physics_json.hpp"

#include <cmath>

#include <boost/json/value.hpp>

#include "offline/cevns/constants.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

constexpr double joules_per_gwh = 3.6e12;

json::value known(double value) {
    return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::value known(const std::optional<double>& value) {
    return value ? known(*value) : json::value(nullptr);
}

json::value positive(double value) {
    return value > 0 ? json::value(value) : json::value(nullptr);
}

json::value words(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value plan_json(const PhysicsState& state) {
    if (!state.plan) return nullptr;
    const auto& plan = *state.plan;
    const bool energetic = state.planned_pot > 0 && state.proton_energy_gev > 0;
    return json::object{
        {"title", words(state.title)},
        {"experiment_sha256", words(state.experiment_sha256)},
        {"spectrum", words(plan.spectrum())},
        {"pot", positive(state.planned_pot)},
        {"gwh", energetic ? json::value(gwh_of(state.planned_pot, state.proton_energy_gev)) : nullptr},
        {"begin_utc_s", plan.has_begin_utc_s() ? json::value(plan.begin_utc_s()) : nullptr},
        {"end_utc_s", plan.has_end_utc_s() ? json::value(plan.end_utc_s()) : nullptr}};
}

// Since this process looks; `unknown` is between runs, above all.
json::object beam_json(const PhysicsState& state) {
    json::object seconds;
    for (const auto each : {BeamState::BEAM, BeamState::BEAM_OFF, BeamState::NO_TIMING, BeamState::PAUSED,
                            BeamState::DAQ_DOWN, BeamState::UNKNOWN})
        seconds[name_of(each)] = state.account.seconds(each);
    return {{"state", name_of(state.beam.state)},
            {"reason", state.beam.reason},
            {"since_utc_s", positive(state.account.since_utc_s())},
            {"seconds", std::move(seconds)}};
}

json::value exposure_json(const PhysicsState& state) {
    const auto& runs = state.runs;
    if (runs.runs.empty()) return nullptr;
    const double pot = runs.pot();
    const auto energy = state.proton_energy_gev > 0 ? json::value(gwh_of(pot, state.proton_energy_gev))
                                                    : json::value(nullptr);
    return json::object{
        {"pot", pot},
        {"gwh", energy},
        {"fraction", state.planned_pot > 0 ? json::value(pot / state.planned_pot) : json::value(nullptr)},
        {"runs", runs.runs.size()},
        {"followed", runs.runs.contains(state.followed) ? json::value(state.followed) : json::value(nullptr)},
        {"live_s", runs.exposure.in_time.live_ns() * 1e-9 / runs.channels},
        {"first_utc_s", positive(state.first_utc_s)}};
}

// When the plan is reached at a rate; null if never, or if it is.
json::value reached(const PhysicsState& state, std::optional<double> pot_per_s) {
    const double left = state.planned_pot - state.runs.pot();
    if (state.planned_pot <= 0 || left <= 0 || !pot_per_s || !(*pot_per_s > 0)) return nullptr;
    return state.utc_s + left / *pot_per_s;
}

json::object rate_json(const PhysicsState& state) {
    std::optional<double> mean, needed;
    const double begin = state.plan && state.plan->has_begin_utc_s()
                             ? static_cast<double>(state.plan->begin_utc_s())
                             : state.first_utc_s;
    if (begin > 0 && state.utc_s > begin && !state.runs.runs.empty())
        mean = state.runs.pot() / (state.utc_s - begin);
    if (state.plan && state.plan->has_end_utc_s() && state.planned_pot > 0) {
        const double left_s = static_cast<double>(state.plan->end_utc_s()) - state.utc_s;
        if (left_s > 0) needed = std::max(0.0, state.planned_pot - state.runs.pot()) / left_s;
    }
    return {{"pot_per_s", known(state.pot_per_s)},
            {"over_s", state.rate_over_s},
            {"reached_utc_s", reached(state, state.pot_per_s)},
            {"mean_pot_per_s", known(mean)},
            {"reached_at_mean_utc_s", reached(state, mean)},
            {"needed_pot_per_s", known(needed)}};
}

// Counts go with the protons, so those of now are exact; σ is of the exposure that it was computed for.
json::value outlook_json(const Outlook& outlook, double pot) {
    if (!outlook.projection)
        return json::object{{"pot", positive(pot)},    {"cevns", nullptr},
                            {"r_n_fm", nullptr},       {"sigma_r_n_fm", nullptr},
                            {"sigma_of_pot", nullptr}, {"trouble", words(outlook.trouble)}};
    const auto& projection = *outlook.projection;
    return json::object{{"pot", pot},
                        {"cevns", projection.cevns * (pot / projection.pot)},
                        {"r_n_fm", known(projection.radius_fm)},
                        {"sigma_r_n_fm", known(projection.sigma_fm)},
                        {"sigma_of_pot", projection.pot},
                        {"trouble", words(projection.why_no_sigma)}};
}

json::value measured_json(const PhysicsState& state) {
    if (!state.measured) return nullptr;
    const auto& measured = *state.measured;
    json::value expected = nullptr;
    if (const auto& projection = state.now.projection)
        expected = projection->cevns * (measured.pot / projection->pot);
    return json::object{{"pot", measured.pot},
                        {"runs", measured.runs},
                        {"in_time", measured.in_time},
                        {"anti_coincident", measured.anti_coincident},
                        {"alpha", measured.alpha},
                        {"residual", measured.residual},
                        {"residual_sigma", measured.residual_sigma},
                        {"expected_cevns", std::move(expected)},
                        {"fitted_cevns", known(measured.fitted_cevns)},
                        {"significance_sigma", known(measured.significance)},
                        {"trouble", words(measured.why_no_significance)}};
}

}  // namespace

double gwh_of(double pot, double proton_energy_gev) {
    return pot * proton_energy_gev * 1e9 * offline::cevns::elementary_charge_c / joules_per_gwh;
}

double pot_of_gwh(double gwh, double proton_energy_gev) {
    return gwh / gwh_of(1, proton_energy_gev);
}

json::object physics_json(const PhysicsState& state) {
    const auto& runs = state.runs;
    return {{"utc_s", state.utc_s},
            {"plan", plan_json(state)},
            {"trouble", words(state.trouble)},
            {"simulated", runs.runs.empty() ? json::value(nullptr) : json::value(runs.simulated)},
            {"beam", beam_json(state)},
            {"exposure", exposure_json(state)},
            {"without_spectra", json::object{{"runs", state.runs_without_spectra},
                                             {"pot_recorded", state.pot_recorded_without_spectra},
                                             {"trouble", words(state.catalogue_trouble)}}},
            {"rate", rate_json(state)},
            {"expected", json::object{{"now", outlook_json(state.now, runs.pot())},
                                      {"planned", outlook_json(state.planned, state.planned_pot)}}},
            {"blinded", runs.runs.empty() ? json::value(nullptr) : json::value(runs.sealed)},
            {"measured", measured_json(state)},
            {"why_not_measured", words(state.why_not_measured)}};
}

}  // namespace spillgate::online
