#include "hw/simulation/hpge/hpge_detector.hpp"

#include <utility>

#include "hw/simulation/hpge/charge_signal.hpp"
#include "hw/simulation/hpge/hpge_deposits.hpp"
#include "hw/simulation/veto.hpp"

namespace spillgate::hw::simulation::hpge {

namespace {

Input input_of(const config::SimulatedHpge& hpge, bool veto) {
    Input input;
    input.baseline_adc = veto ? hpge.veto_baseline_adc() : hpge.baseline_adc();
    input.noise_adc = hpge.noise_adc();
    // A veto panel's PMT pulls its signal down whatever the preamplifier does.
    input.positive_pulses = !veto && hpge.positive_pulses();
    return input;
}

}  // namespace

DetectorKind hpge_detector(const Parameters& parameters, const Beam& beam) {
    DetectorKind kind{std::make_unique<HpgeDeposits>(parameters, beam), {}};
    for (std::size_t i = 0; i < parameters.detector_channels; ++i)
        kind.channels.push_back({std::make_unique<ChargeSignal>(parameters, i),
                                 Digitizer(parameters, i, input_of(parameters.hpge, false))});
    kind.channels.push_back(
        veto_channel(parameters, parameters.hpge.veto_width_ns(), input_of(parameters.hpge, true)));
    return kind;
}

}  // namespace spillgate::hw::simulation::hpge
