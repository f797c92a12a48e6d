#include "hw/simulation/parameters.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "proto/time.hpp"

namespace spillgate::hw::simulation {

namespace {

proto::Status checked(const Parameters& p) {
    const auto refuse = [&](const std::string& why) {
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("board {}, simulation: {}", p.board, why));
    };
    const double tenth_ns = 1e8 / p.beam.repetition_hz();
    if (p.simulation.record_ns() > tenth_ns)
        return refuse(fmt::format("record_ns is {:g}; allowed is at most a tenth of the cycle, {:g}",
                                  p.simulation.record_ns(), tenth_ns));
    if (p.simulation.mark_position_ns() < 0 || p.simulation.mark_position_ns() > p.simulation.record_ns())
        return refuse(fmt::format("mark_position_ns is {:g}; allowed is 0 to record_ns, {:g}",
                                  p.simulation.mark_position_ns(), p.simulation.record_ns()));
    if (p.simulation.trace_ns() > tenth_ns || p.simulation.trace_before_ns() >= p.simulation.trace_ns())
        return refuse(
            fmt::format("trace_ns is {:g} with trace_before_ns {:g}; allowed is more than the latter and "
                        "at most a tenth of the cycle, {:g}",
                        p.simulation.trace_ns(), p.simulation.trace_before_ns(), tenth_ns));
    // The mark may wander, but by less than a tenth of a period per period: cycles stay in order.
    const double fastest = 2 * M_PI * p.beam.drift_ns() * 1e-9 / p.beam.drift_period_s();
    if (fastest > 0.1)
        return refuse(
            fmt::format("drift_ns {:g} within drift_period_s {:g} moves marks by {:.3g} s per s; allowed "
                        "is at most 0.1",
                        p.beam.drift_ns(), p.beam.drift_period_s(), fastest));
    if (p.beam.has_strobe_after_ns()) {
        // Clear of the marks and of where one cycle's portions end and the next one's begin, half way.
        const double phase = p.beam.strobe_after_ns() / (10 * tenth_ns);
        if (phase < 0.1 || phase > 0.9 || std::abs(phase - 0.5) < 0.15)
            return refuse(fmt::format(
                "strobe_after_ns is {:g}; allowed is 0.1 to 0.35 or 0.65 to 0.9 of the cycle of {:g}",
                p.beam.strobe_after_ns(), 10 * tenth_ns));
    }
    if (p.beam.has_holes() && p.beam.holes().cycle() < 2)
        return refuse(fmt::format("beam.holes.cycle is {}; allowed is at least 2", p.beam.holes().cycle()));
    if (p.pmt.uneven_codes() && !(p.bits == 8 && p.is_signed))
        return refuse(fmt::format(
            "uneven_codes belong to the 8-bit signed digitizer of 2017; the board has {} bits, {}", p.bits,
            p.is_signed ? "signed" : "unsigned"));
    const auto within = [&](double level) { return level >= p.lowest_code && level <= p.highest_code; };
    if (!within(p.pmt.baseline_adc()))
        return refuse(fmt::format("baseline_adc is {:g}; allowed is {} to {}", p.pmt.baseline_adc(),
                                  p.lowest_code, p.highest_code));
    if (!within(p.pmt.linear_gate_adc()))
        return refuse(fmt::format("linear_gate_adc is {:g}; allowed is {} to {}", p.pmt.linear_gate_adc(),
                                  p.lowest_code, p.highest_code));
    const std::uint32_t detectors_end = p.pmt.detector_channel() + p.pmt.detector_channels();
    if (p.pmt.veto_channel() >= p.pmt.detector_channel() && p.pmt.veto_channel() < detectors_end)
        return refuse(fmt::format("veto_channel is {}, one of the detector channels {} to {}",
                                  p.pmt.veto_channel(), p.pmt.detector_channel(), detectors_end - 1));
    return {};
}

}  // namespace

proto::Result<Parameters> parameters_of(const config::Board& board) {
    Parameters p;
    p.board = board.id();
    p.clock_domain = board.clock_domain();
    p.frequency_hz = board.sample_rate_mhz() * 1e6;
    p.bits = board.bits();
    p.is_signed = board.is_signed();
    p.gives_marks = board.gives_marks();
    p.lowest_code = p.is_signed ? -(1 << (p.bits - 1)) : 0;
    p.highest_code = p.is_signed ? (1 << (p.bits - 1)) - 1 : (1 << p.bits) - 1;
    p.simulation = board.simulation();
    p.beam = board.simulation().beam();
    p.pmt = board.simulation().pmt();
    // The default channel numbers suit one detector; with more of them the veto channel comes after the last.
    if (!p.pmt.has_veto_channel())
        p.pmt.set_veto_channel(p.pmt.detector_channel() + p.pmt.detector_channels());
    if (!p.pmt.has_veto_baseline_adc()) p.pmt.set_veto_baseline_adc(p.pmt.baseline_adc());
    p.period_ticks = p.frequency_hz / p.beam.repetition_hz();
    p.record_ticks = proto::ticks_from_ns(p.simulation.record_ns(), p.frequency_hz);
    p.mark_position_ticks = proto::ticks_from_ns(p.simulation.mark_position_ns(), p.frequency_hz);
    p.trace_ticks = proto::ticks_from_ns(p.simulation.trace_ns(), p.frequency_hz);
    p.trace_before_ticks = proto::ticks_from_ns(p.simulation.trace_before_ns(), p.frequency_hz);
    if (const auto status = checked(p); !status) return status.error();
    return p;
}

}  // namespace spillgate::hw::simulation
