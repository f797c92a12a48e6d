// What a pipeline's boards must have in common before it takes any batch.
#pragma once

#include <cstdint>

#include "daq/gate/window_plan.hpp"
#include "daq/pipeline.hpp"

namespace spillgate::daq {

struct CheckedPipeline {
    std::uint32_t mark_board = 0;
    WindowPlan plan;
};
// All of what follows, and that the gate's windows are possible. Errors: CONFIG.
proto::Result<CheckedPipeline> check_pipeline(const PipelineSettings& settings);

// At least one source, each with a clock; one frequency and a board that gives marks in each clock domain, if
// there are several; one domain in FREE_RUNNING. Errors: CONFIG.
proto::Status check_sources(const PipelineSettings& settings);
// The first board that gives marks; the marks of others in the same clock domain repeat them,
// those of other domains tie their clocks. Errors: CONFIG.
proto::Result<std::uint32_t> find_mark_board(const PipelineSettings& settings);

// Of a board's source, in Hz; 0 if there is none.
double frequency_of(const PipelineSettings& settings, std::uint32_t board);

}  // namespace spillgate::daq
