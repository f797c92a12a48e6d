// What a pipeline's boards must have in common before it takes any batch.
#pragma once

#include <cstdint>

#include "daq/pipeline.hpp"

namespace spillgate::daq {

// At least one source, each with a clock, all of one clock domain and frequency. Errors: CONFIG.
proto::Status check_sources(const PipelineSettings& settings);
// The first board that gives marks; the marks of others in the same clock domain repeat them. Errors: CONFIG.
proto::Result<std::uint32_t> find_mark_board(const PipelineSettings& settings);

}  // namespace spillgate::daq
