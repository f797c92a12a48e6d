// A waveform as GET /api/scope/SLOT has it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daq/ctl/console/text_plot.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

// Samples of one trace, or the lowest and the highest of each `step` of them.
struct ScopeTrace {
    double first_us = 0;  // of sample 0, after t0
    double period_us = 0;
    std::size_t from = 0;  // the first sample that is here
    std::size_t step = 1;
    std::vector<std::int64_t> codes;  // ADC; with step > 1 pairs

    double time_us(std::size_t sample) const { return first_us + static_cast<double>(sample) * period_us; }
};

// Errors: CORRUPT (what is no trace).
proto::Result<ScopeTrace> scope_trace(const boost::json::object& trace);

// Ascending in time.
std::vector<PlotPoint> points_of(const ScopeTrace& trace);

// The columns of the page's own file: a row for each sample. Errors: CORRUPT (no traces, or not of every
// sample).
proto::Result<std::string> scope_csv(const boost::json::object& picture);

}  // namespace spillgate::daq
