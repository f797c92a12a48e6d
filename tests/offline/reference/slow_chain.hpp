// A second, independent and slow implementation of the CsI[Na] 2017 chain, written from its published
// description alone (docs/reconstruction.md names it) and from nothing of the engine: plain vectors, sorting,
// no cleverness. Tests hold the engine to it, field by field.
#pragma once

#include <array>
#include <vector>

namespace spillgate::tests {

struct SlowWindows {  // samples, [begin, end)
    std::array<int, 2> ac_pretrace, ac_roi, c_pretrace, c_roi;
};
// The three data sets of the 2017 analysis.
SlowWindows slow_windows(int data_set);

enum class SlowVariant { MEDIAN, LOCAL_BASELINE, CONDITIONAL_MEAN };

struct SlowSettings {
    SlowVariant variant = SlowVariant::MEDIAN;
    bool correct_codes = true;  // of the 2017 digitizer
    double spe_charge = 60;     // ADC·samples
};

struct SlowPeak {
    int begin = 0, end = 0;  // integration region, both inclusive
    int onset = 0;
};

struct SlowCandidate {
    bool found = false;
    int pretrace_peaks = 0;
    int arrival = 0;      // sample
    double t_rec_ns = 0;  // from the roi begin, 2 ns samples
    double charge = 0;    // ADC·samples
    double pe = 0;
    int n_peaks = 0;
    double t10 = 0, t50 = 0, t90 = 0;  // samples after arrival
};

struct SlowRecord {
    int baseline = 0;
    bool linear_gate = false, overflow = false, muon = false;
    std::vector<int> muon_onsets;  // samples
    std::vector<SlowPeak> peaks;
    SlowCandidate in_time, anti_coincident;
};

// `csi` and `muon`: raw codes of one record, equally long.
SlowRecord slow_chain(const std::vector<int>& csi, const std::vector<int>& muon, const SlowWindows& windows,
                      const SlowSettings& settings);

}  // namespace spillgate::tests
