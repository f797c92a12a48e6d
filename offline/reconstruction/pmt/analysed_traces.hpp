// The analysed traces of one channel in one slot, seen from a window.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/pmt/pmt_variables.hpp"
#include "offline/reconstruction/pmt/trace_analysis.hpp"
#include "offline/reconstruction/sample_bounds.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::pmt {

// One trace of the channel, with its analysis; traces of the window are those with `in_window`.
struct AnalysedTrace {
    const proto::Trace* trace = nullptr;
    TraceAnalysis analysis;
    bool in_window = false;
    std::int64_t roi_begin = 0;  // of the window, in samples of the trace

    // A candidate may be taken from it.
    bool counts() const { return in_window && (analysis.quality & REDUCED_TRACE) == 0; }
};

// Memory of earlier slots is kept.
class AnalysedTraces {
  public:
    template <class Analyser>
    void analyse(const proto::SpillRecord& record, std::uint16_t channel,
                 std::span<const std::uint32_t> indices, Analyser& analyser) {
        channel_ = channel;
        if (traces_.size() < indices.size()) traces_.resize(indices.size());
        indices_.assign(indices.begin(), indices.end());
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            traces_[i].trace = &record.traces[indices_[i]];
            analyser(record, *traces_[i].trace, traces_[i].analysis);
        }
    }

    void enter(const proto::SpillRecord& record, const proto::Window& window) {
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            auto& trace = traces_[i];
            trace.in_window = has_trace(window, indices_[i]);
            if (trace.in_window)
                trace.roi_begin = proto::sample_position(record, *trace.trace, window.roi_begin);
        }
    }

    std::uint16_t channel() const { return channel_; }                   // index into Config.channel
    std::span<const std::uint32_t> indices() const { return indices_; }  // into SpillRecord::traces, as all()
    std::span<const AnalysedTrace> all() const { return std::span(traces_).first(indices_.size()); }

  private:
    std::uint16_t channel_ = 0;
    std::vector<AnalysedTrace> traces_;
    std::vector<std::uint32_t> indices_;
};

}  // namespace spillgate::offline::pmt
