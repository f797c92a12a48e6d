// What the HPGe chain says of a window: its variables and its quality bits, by index. docs/reconstruction.md
// defines each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "offline/reconstruction/candidate.hpp"

namespace spillgate::offline::hpge {

// Indices into Candidate::value.
enum VariableIndex : std::size_t {
    T_REC_NS,
    T_REC_US,
    ENERGY_KEV,
    ENERGY_ADC,
    ENERGY_MAX_ADC,
    STEP_ADC,
    CURRENT_ADC,
    A_OVER_E,
    T10_NS,
    T50_NS,
    T90_NS,
    T10_90_NS,
    SINCE_MUON_US,
    PRETRACE_STEP_ADC,
    ROI_STEP_ADC,
    BASELINE_ADC,
    BASELINE_SLOPE_ADC_PER_US,
    BASELINE_RMS_ADC,
    N_MUONS,
    MUON_ONSET_US,
    LAST_MUON_ONSET_US,
    VARIABLE_COUNT,
};

inline constexpr std::array<Variable, VARIABLE_COUNT> variables{{
    {"t_rec_ns", "ns", "t0 after the window's own roi begin, less the beam delay", false},
    {"t_rec_us", "us", "the same in microseconds", false},
    {"energy_kev", "keV", "fixed-time energy on the scale that holds for the slot", false},
    {"energy_adc", "ADC", "energy trapezoid at the fixed time after t0", false},
    {"energy_max_adc", "ADC", "largest value of the energy trapezoid over this pulse", false},
    {"step_adc", "ADC", "largest value of the short trapezoid over this pulse in the roi", false},
    {"current_adc", "ADC/sample", "A: largest slope between two averages", false},
    {"a_over_e", "1/sample", "A over the fixed-time energy", false},
    {"t10_ns", "ns", "from t0 to 10 % of the fixed-time energy", false},
    {"t50_ns", "ns", "from t0 to 50 % of the fixed-time energy", false},
    {"t90_ns", "ns", "from t0 to 90 % of the fixed-time energy", false},
    {"t10_90_ns", "ns", "rise time from 10 % to 90 %", false},
    {"since_muon_us", "us", "t0 after the last muon onset before it; infinite if there is none", false},
    {"pretrace_step_adc", "ADC", "largest value of the short trapezoid in the pretrace", true},
    {"roi_step_adc", "ADC", "largest value of the short trapezoid in the roi", true, true},
    {"baseline_adc", "ADC", "mean of the baseline of the candidate's trace, or of the window's first", true,
     false, true},
    {"baseline_slope_adc_per_us", "ADC/us", "slope of the line fitted to the same samples", true, false,
     true},
    {"baseline_rms_adc", "ADC", "rms of the same samples about their mean", true, false, true},
    {"n_muons", "", "muon onsets on the veto channels in the window's traces", true},
    {"muon_onset_us", "us", "first muon onset, counted as t_rec is", true},
    {"last_muon_onset_us", "us", "last muon onset, counted as t_rec is", true},
}};
static_assert(VARIABLE_COUNT <= max_variables);

// Bits of Candidate::quality; properties of the window's traces, not of the candidate alone.
enum Quality : std::uint32_t {
    OVERFLOW = 1u << 0,
    MUON = 1u << 1,
    SHORT_TRACE = 1u << 2,
    NO_TRACE = 1u << 3,
    REDUCED_TRACE = 1u << 4,
    PILE_UP = 1u << 5,
};
inline constexpr std::array<std::string_view, 6> quality_names{
    "overflow", "muon", "short-trace", "no-trace", "reduced-trace", "pile-up",
};
inline constexpr std::uint32_t trace_quality = OVERFLOW | REDUCED_TRACE | PILE_UP;

}  // namespace spillgate::offline::hpge
