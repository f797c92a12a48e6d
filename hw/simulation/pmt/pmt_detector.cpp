#include "hw/simulation/pmt/pmt_detector.hpp"

#include <utility>

#include "hw/simulation/pmt/light.hpp"
#include "hw/simulation/pmt/pmt_deposits.hpp"
#include "hw/simulation/veto.hpp"

namespace spillgate::hw::simulation::pmt {

namespace {

constexpr double noise_correlation = 0.3;

Input input_of(const config::SimulatedPmt& pmt, bool veto) {
    Input input;
    input.baseline_adc = veto ? pmt.veto_baseline_adc() : pmt.baseline_adc();
    input.wander_adc = pmt.baseline_wander_adc();
    input.noise_adc = pmt.noise_adc();
    input.noise_correlation = noise_correlation;
    input.positive_pulses = pmt.positive_pulses();
    if (!veto) input.gated_adc = pmt.linear_gate_adc();
    if (pmt.uneven_codes()) input.code_correction = veto ? corrected_muon_code : corrected_csi_code;
    return input;
}

}  // namespace

DetectorKind pmt_detector(const Parameters& parameters, const Beam& beam) {
    const auto& pmt = parameters.pmt;
    DetectorKind kind{std::make_unique<PmtDeposits>(parameters, beam), {}};
    for (std::size_t i = 0; i < parameters.detector_channels; ++i) {
        auto train = std::make_unique<PulseTrain>(std::make_unique<Light>(parameters, i),
                                                  PulseShape(parameters.ticks(pmt.spe_width_ns())), i, true);
        kind.channels.push_back({std::move(train), Digitizer(parameters, i, input_of(pmt, false))});
    }
    kind.channels.push_back(veto_channel(parameters, pmt.veto_width_ns(), input_of(pmt, true)));
    return kind;
}

}  // namespace spillgate::hw::simulation::pmt
