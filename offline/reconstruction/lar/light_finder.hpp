// One trace of one PMT on its own: baseline, where light begins, and what the trace says of its quality.
#pragma once

#include <cstdint>
#include <vector>

#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/peak_finder.hpp"
#include "offline/reconstruction/pmt/run_finder.hpp"
#include "offline/reconstruction/pmt/trace_samples.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::lar {

// Memory is reused from trace to trace.
struct Light {
    double sample_period_ns = 0;
    std::int32_t baseline = 0;         // code
    std::uint32_t quality = 0;         // Quality bits that the trace alone decides
    pmt::TraceSamples x;               // refers to the record and to the finder
    std::vector<std::int64_t> onsets;  // first samples of its pulses
    std::vector<pmt::Peak> peaks;      // those that end inside it, with a PMT chain's margins
};

// Of Light::peaks.
pmt::PeakRule region_rule(const config::LarChain& chain);

// A pulse is a run of at least min_width_samples samples at threshold_adc or more; it need not end inside the
// trace. A reduced trace has none. Holds scratch memory; one per thread.
class LightFinder {
  public:
    explicit LightFinder(const config::LarChain& chain) : chain_(chain) {}
    void operator()(const proto::SpillRecord& record, const proto::Trace& trace, Light& out);

  private:
    config::LarChain chain_;
    pmt::CodeTable codes_{config::PmtChain::IDENTITY};
    pmt::RunFinder runs_;
};

}  // namespace spillgate::offline::lar
