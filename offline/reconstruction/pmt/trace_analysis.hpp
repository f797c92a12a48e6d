// One trace on its own: corrected codes, baseline, peaks, and what the trace says of its own quality. Windows
// come later.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/conditional_mean.hpp"
#include "offline/reconstruction/pmt/median_baseline.hpp"
#include "offline/reconstruction/pmt/peak_finder.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::pmt {

// Memory is reused from trace to trace.
struct TraceAnalysis {
    double sample_period_ns = 0;
    std::int32_t baseline = 0;     // corrected code
    std::uint32_t quality = 0;     // Quality bits that the trace alone decides
    std::vector<std::int32_t> x;   // baseline − corrected code (or its negative), pulses positive
    std::vector<double> filtered;  // instead of x in the variant CONDITIONAL_MEAN; else empty
    std::vector<Peak> peaks;       // in time order
};

// Analyses traces of a detector channel. Holds scratch memory; one per thread.
class DetectorTraceAnalyser {
  public:
    explicit DetectorTraceAnalyser(const config::PmtChain& chain);
    void operator()(const proto::SpillRecord& record, const proto::Trace& trace, TraceAnalysis& out);

  private:
    bool linear_gate(std::int32_t baseline) const;

    config::PmtChain chain_;
    CodeTable codes_;
    PeakRule rule_;
    MedianBaseline median_;
    ConditionalMean conditional_mean_;
    std::vector<std::int32_t> corrected_;
};

}  // namespace spillgate::offline::pmt
