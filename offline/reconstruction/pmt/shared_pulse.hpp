// What the integration window of one arrival holds when several PMTs see the detector
// (docs/reconstruction.md, "Several PMTs").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/pmt/analysed_traces.hpp"
#include "offline/reconstruction/pmt/pulse.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::pmt {

// The window [arrival, arrival + length), in samples from the roi begin.
struct PulseWindow {
    std::int64_t arrival = 0;
    std::int64_t length = 0;
};

// Charges in ADC·samples, light in PE, both added in the order of the PMTs; times in samples from arrival,
// NaN where the summed light is not positive.
struct SharedPulse {
    double charge = 0;
    double highest = 0;         // x
    double own_pe = 0;          // of the channel that names the chain
    double partner_pe = 0;      // of the others
    double local_baseline = 0;  // LOCAL_BASELINE: of the first trace with light in the window; else NaN
    std::uint32_t peaks = 0;
    bool complete = true;  // no trace with light in the window ends inside it
    double t10 = 0, t50 = 0, t90 = 0;
};

// Holds scratch memory; one per thread.
class SharedPulseMeter {
  public:
    explicit SharedPulseMeter(const config::PmtChain& chain) : chain_(chain) {}
    // `pmts` have entered the window, own first; `spe_charges` by PMT.
    SharedPulse measure(std::span<const AnalysedTraces> pmts, std::span<const double> spe_charges,
                        const PulseWindow& window);

  private:
    // What one trace adds.
    struct Part {
        double charge = 0;
        double highest = 0;
        bool any = false;
    };
    double add_pmt(const AnalysedTraces& pmt, double spe_charge, const PulseWindow& window,
                   SharedPulse& pulse);
    Part add_filtered(const AnalysedTrace& trace, double weight, std::int64_t& next,
                      const PulseWindow& window);
    Part add_samples(const AnalysedTrace& trace, std::int64_t weight, const Pedestal& pedestal,
                     std::int64_t& next, const PulseWindow& window);
    Pedestal pedestal_of(const AnalysedTrace& trace, std::int64_t arrival) const;
    void find_rise_times(SharedPulse& pulse) const;

    config::PmtChain chain_;
    std::vector<std::int64_t> light_;  // of all PMTs by offset from arrival, in units of 2^-28 PE
    bool any_ = false;                 // a sample of the window has been taken
};

}  // namespace spillgate::offline::pmt
