// A board's configuration in the simulation's own terms: clock, code range and what follows from them.
#pragma once

#include <cstdint>
#include <memory>

#include "hw/simulation/signal_table.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::simulation {

// Times and lengths in ticks of the board's clock, one tick per sample.
struct Parameters {
    std::uint32_t board = 0;
    std::uint32_t clock_domain = 0;
    double frequency_hz = 0;  // as its clock truly runs …
    double nominal_hz = 0;    // … and as it says
    unsigned bits = 8;
    bool is_signed = true;
    bool gives_marks = true;
    std::int32_t lowest_code = 0;  // of the digitizer
    std::int32_t highest_code = 0;
    double period_ticks = 0;        // of the facility's cycle
    std::int64_t record_ticks = 0;  // one beam-triggered record
    std::int64_t mark_position_ticks = 0;
    std::int64_t trace_ticks = 0;  // one self-triggered trace
    std::int64_t trace_before_ticks = 0;
    std::int64_t dead_ticks = 0;    // self-triggered: of a channel after its trace
    config::Simulation simulation;  // everything else, as configured
    config::SimulatedBeam beam;
    config::SimulatedPmt pmt;
    config::SimulatedHpge hpge;
    std::uint32_t detector_channel = 0;  // the first; the others follow
    std::uint32_t detector_channels = 1;
    std::uint32_t veto_channel = 1;
    double linear_gate_fraction = 0;            // of the records
    std::shared_ptr<const SignalTable> signal;  // of the detector's cevns_table, if it names one

    bool is_hpge() const { return simulation.has_hpge(); }
    // Of the board, for the detectors in order, then the veto.
    std::uint32_t channel_number(std::size_t channel) const {
        return channel == detector_channels ? veto_channel
                                            : detector_channel + static_cast<std::uint32_t>(channel);
    }
    double ticks(double ns) const { return ns * frequency_hz * 1e-9; }
};

// Errors: those of SignalTable::read; CONFIG, naming the field, what was found and what is allowed.
proto::Result<Parameters> parameters_of(const config::Board& board);

}  // namespace spillgate::hw::simulation
