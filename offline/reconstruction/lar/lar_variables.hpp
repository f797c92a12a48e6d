// What the LAr chain says of a window: its variables and its quality bits, by index. docs/reconstruction.md
// defines each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "offline/reconstruction/candidate.hpp"

namespace spillgate::offline::lar {

// Indices into Candidate::value.
enum VariableIndex : std::size_t {
    T_REC_NS,
    T_REC_US,
    PE,
    F90,
    PROMPT_PE,
    PEAK_PE,
    OWN_PE,
    PARTNER_PE,
    PE_ASYMMETRY,
    PE_LARGEST_SHARE,
    PMTS,
    FIRST_LIGHT_NS,
    LIGHT_SPREAD_NS,
    LATER_PEAK_RATIO,
    SINCE_MUON_US,
    PRETRACE_PULSES,
    ROI_PULSES,
    PRETRACE_COINCIDENCES,
    ROI_COINCIDENCES,
    BASELINE_ADC,
    N_MUONS,
    MUON_ONSET_US,
    LAST_MUON_ONSET_US,
    VARIABLE_COUNT,
};

inline constexpr std::array<Variable, VARIABLE_COUNT> variables{{
    {"t_rec_ns", "ns", "start after the window's own roi begin, less the beam delay", false},
    {"t_rec_us", "us", "the same in microseconds", false},
    {"pe", "PE", "light of all PMTs in the integration window", false},
    {"f90", "", "prompt light over all light: nuclear recoils near 0.75, electrons near 0.3", false},
    {"prompt_pe", "PE", "light from the window's begin to prompt_ns after the start", false},
    {"peak_pe", "PE/sample", "largest summed light of one sample within maximum_within_ns of first light",
     false},
    {"own_pe", "PE", "light of the PMT whose channel names the chain", false},
    {"partner_pe", "PE", "light of its partners", false},
    {"pe_asymmetry", "", "(own_pe - partner_pe) / pe", false},
    {"pe_largest_share", "", "light of the PMT that saw most, over all light", false},
    {"pmts", "", "PMTs with light within coincidence_ns of first light", false},
    {"first_light_ns", "ns", "first light of the coincidence, counted as t_rec is", false},
    {"light_spread_ns", "ns", "from first light to that of the PMT that saw it last", false},
    {"later_peak_ratio", "", "largest summed light from pile_up_after_ns after the start on, over peak_pe",
     false},
    {"since_muon_us", "us", "start after the last muon onset before it; infinite if there is none", false},
    {"pretrace_pulses", "", "pulses of single PMTs that begin in the pretrace, summed over PMTs", true},
    {"roi_pulses", "", "pulses of single PMTs that begin in the roi, summed over PMTs", true, true},
    {"pretrace_coincidences", "", "coincidences of the PMTs that begin in the pretrace", true},
    {"roi_coincidences", "", "coincidences of the PMTs that begin in the roi", true, true},
    {"baseline_adc", "ADC", "median baseline of the window's first trace of the channel that names the chain",
     true, false, true},
    {"n_muons", "", "muon onsets on the veto channels in the window's traces", true},
    {"muon_onset_us", "us", "first muon onset, counted as t_rec is", true},
    {"last_muon_onset_us", "us", "last muon onset, counted as t_rec is", true},
}};
static_assert(VARIABLE_COUNT <= max_variables);

// Bits of Candidate::quality; PILE_UP and SHORT_TRACE may come from the candidate, too.
enum Quality : std::uint32_t {
    OVERFLOW = 1u << 0,
    MUON = 1u << 1,
    SHORT_TRACE = 1u << 2,
    NO_TRACE = 1u << 3,
    REDUCED_TRACE = 1u << 4,
    PILE_UP = 1u << 5,
    PERIOD_MISMATCH = 1u << 6,
};
inline constexpr std::array<std::string_view, 7> quality_names{
    "overflow", "muon", "short-trace", "no-trace", "reduced-trace", "pile-up", "period-mismatch",
};
inline constexpr std::uint32_t trace_quality = OVERFLOW | REDUCED_TRACE | PILE_UP;

}  // namespace spillgate::offline::lar
