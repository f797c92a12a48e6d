// What the PMT chain says of a window: its variables and its quality bits, by index. docs/reconstruction.md
// defines each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "offline/reconstruction/candidate.hpp"

namespace spillgate::offline::pmt {

// Indices into Candidate::value.
enum VariableIndex : std::size_t {
    T_REC_NS,
    T_REC_US,
    PE,
    CHARGE_ADC,
    N_PEAKS,
    PEAK_ADC,
    T10_NS,
    T50_NS,
    T90_NS,
    T0_50_NS,
    T10_90_NS,
    LOCAL_BASELINE_ADC,
    SINCE_MUON_US,
    PRETRACE_PEAKS,
    ROI_PEAKS,
    BASELINE_ADC,
    N_MUONS,
    MUON_ONSET_US,
    LAST_MUON_ONSET_US,
    PMTS,
    PE_ASYMMETRY,
    VARIABLE_COUNT,
};

inline constexpr std::array<Variable, VARIABLE_COUNT> variables{{
    {"t_rec_ns", "ns", "arrival after the window's own roi begin, less the beam delay", false},
    {"t_rec_us", "us", "the same in microseconds", false},
    {"pe", "PE", "charge over the SPE charge that holds for the slot", false},
    {"charge_adc", "ADC*samples", "sum of x inside peak regions inside the integration window", false},
    {"n_peaks", "", "peaks of the integration window, the arrival's own included", false},
    {"peak_adc", "ADC", "largest x inside peak regions inside the integration window", false},
    {"t10_ns", "ns", "from arrival to 10 % of the charge", false},
    {"t50_ns", "ns", "from arrival to 50 % of the charge", false},
    {"t90_ns", "ns", "from arrival to 90 % of the charge", false},
    {"t0_50_ns", "ns", "rise time from arrival to 50 %: equal to t50_ns", false},
    {"t10_90_ns", "ns", "rise time from 10 % to 90 %", false},
    {"local_baseline_adc", "ADC", "mean of the quiet samples before arrival (variant LOCAL_BASELINE)", false},
    {"since_muon_us", "us", "arrival after the last muon onset before it; infinite if there is none", false},
    {"pretrace_peaks", "", "peaks with their onset in the pretrace", true},
    {"roi_peaks", "", "peaks with their onset in the roi", true, true},
    {"baseline_adc", "ADC", "median baseline of the candidate's trace, or of the window's first", true, false,
     true},
    {"n_muons", "", "muon onsets on the veto channel in the window's traces", true},
    {"muon_onset_us", "us", "first muon onset, counted as t_rec is", true},
    {"last_muon_onset_us", "us", "last muon onset, counted as t_rec is", true},
    {"pmts", "", "PMTs with light within coincidence_ns of the arrival (with partners)", false},
    {"pe_asymmetry", "", "own PE less the partners', over all PE (with partners)", false},
}};
static_assert(VARIABLE_COUNT <= max_variables);

// Bits of Candidate::quality; properties of the window's traces, not of the candidate alone.
enum Quality : std::uint32_t {
    LINEAR_GATE = 1u << 0,
    OVERFLOW = 1u << 1,
    MUON = 1u << 2,
    SHORT_TRACE = 1u << 3,
    NO_TRACE = 1u << 4,
    REDUCED_TRACE = 1u << 5,
    PILE_UP = 1u << 6,
    PERIOD_MISMATCH = 1u << 7,
};
inline constexpr std::array<std::string_view, 8> quality_names{
    "linear-gate", "overflow",      "muon",    "short-trace",
    "no-trace",    "reduced-trace", "pile-up", "period-mismatch",
};
inline constexpr std::uint32_t trace_quality = LINEAR_GATE | OVERFLOW | REDUCED_TRACE | PILE_UP;

}  // namespace spillgate::offline::pmt
