// One trace on its own: corrected codes, baseline, peaks, and what the trace says of its own quality. Windows
// come later.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/conditional_mean.hpp"
#include "offline/reconstruction/pmt/peak_finder.hpp"
#include "offline/reconstruction/pmt/run_finder.hpp"
#include "offline/reconstruction/pmt/trace_samples.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::pmt {

// Memory is reused from trace to trace.
struct TraceAnalysis {
    double sample_period_ns = 0;
    std::int32_t baseline = 0;     // corrected code
    std::uint32_t quality = 0;     // Quality bits that the trace alone decides
    TraceSamples x;                // refers to the record and to the analyser
    std::vector<double> filtered;  // instead of x in the variant CONDITIONAL_MEAN; else empty
    std::vector<Peak> peaks;       // in time order
};

// Analyses traces of a detector channel. Holds scratch memory; one per thread.
class DetectorTraceAnalyser {
  public:
    explicit DetectorTraceAnalyser(const config::PmtChain& chain);
    void operator()(const proto::SpillRecord& record, const proto::Trace& trace, TraceAnalysis& out);
    // Whether the linear gate was closed for a part of the trace's first `samples`.
    bool linear_gate(const TraceAnalysis& analysis, std::size_t samples) const;

  private:
    void filter_and_find_peaks(TraceAnalysis& out);

    config::PmtChain chain_;
    CodeTable codes_;
    PeakRule rule_;
    ConditionalMean conditional_mean_;
    RunFinder runs_;
    std::vector<std::int32_t> corrected_;  // CONDITIONAL_MEAN only
};

}  // namespace spillgate::offline::pmt
