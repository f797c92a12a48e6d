// Second, independent and slow implementations of the chains of detectors with several PMTs, written from
// docs/reconstruction.md ("The LAr chain", "Several PMTs") alone and from nothing of the engine: maps from
// position to value, every question answered by looking at everything. Tests hold the engine to them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace spillgate::tests {

// One trace with the window's bounds in its samples.
struct SlowTrace {
    std::vector<int> codes;
    int pretrace_begin = 0, pretrace_end = 0, roi_begin = 0, roi_end = 0;
    int low = 0, high = 4095;  // ends of its encoding
};

struct SlowPmt {
    double spe_charge = 100;        // ADC·samples
    std::vector<SlowTrace> traces;  // of the window, in time order, none over another
};

// Lengths in samples.
struct SlowLight {
    bool positive = false;
    bool whole_records = false;
    int baseline = 50;
    int threshold = 20;
    int min_width = 2;
    int coincidence = 5;
    int pmts = 2;
    int integration = 200;
    double period_ns = 4;
    double delay_ns = 0;
};

struct SlowLarSettings : SlowLight {
    bool leading_edge = false;
    double start_fraction = 0.2;
    int maximum_within = 23;
    int prompt = 23;
    int pre = 0;
    double pile_up_fraction = 0.5;
    int pile_up_after = 75;
};

enum class SlowPmtVariant { MEDIAN, LOCAL_BASELINE, CONDITIONAL_MEAN };

struct SlowPartnerSettings : SlowLight {
    SlowPmtVariant variant = SlowPmtVariant::MEDIAN;
    int before = 2, after = 1;  // margins of a peak's region
    int local_limit = 3;
    int local_samples = 50;
    int filter_length = 16, filter_band = 3;
};

// By the names of the chain's variables and quality bits; a variable that is absent does not exist.
struct SlowWindowResult {
    bool found = false;
    std::map<std::string, double> value;
    std::set<std::string> quality;
    bool ambiguous = false;  // a rise time hangs on the last bit of a sum of floating-point numbers
};

SlowWindowResult slow_lar(const std::vector<SlowPmt>& pmts, const SlowLarSettings& settings);
SlowWindowResult slow_partners(const std::vector<SlowPmt>& pmts, const SlowPartnerSettings& settings);

}  // namespace spillgate::tests
