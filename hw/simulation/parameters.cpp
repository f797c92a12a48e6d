#include "hw/simulation/parameters.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "proto/time.hpp"
#include "proto/wire.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr unsigned fewest_hpge_bits = 10;     // a charge preamplifier's range needs them
constexpr double longest_decay_cycles = 3.5;  // its tail must end within the cycles that are remembered

proto::Error refusal(const Parameters& p, const std::string& why) {
    return proto::error(proto::ErrorKind::CONFIG, fmt::format("board {}, simulation: {}", p.board, why));
}

// Of a level in codes.
proto::Status checked_level(const Parameters& p, const char* name, double level) {
    if (level >= p.lowest_code && level <= p.highest_code) return {};
    return refusal(
        p, fmt::format("{} is {:g}; allowed is {} to {}", name, level, p.lowest_code, p.highest_code));
}

proto::Status checked_pmt(const Parameters& p) {
    const auto& pmt = p.pmt;
    if (pmt.uneven_codes() && !(p.bits == 8 && p.is_signed))
        return refusal(p, fmt::format("uneven_codes belong to the 8-bit signed digitizer of 2017; the board "
                                      "has {} bits, {}",
                                      p.bits, p.is_signed ? "signed" : "unsigned"));
    if (pmt.shared_light() && pmt.detector_channels() < 2)
        return refusal(p, "shared_light is set with one detector channel; allowed are at least 2");
    if (auto status = checked_level(p, "baseline_adc", pmt.baseline_adc()); !status) return status;
    if (auto status = checked_level(p, "veto_baseline_adc", pmt.veto_baseline_adc()); !status) return status;
    return checked_level(p, "linear_gate_adc", pmt.linear_gate_adc());
}

proto::Status checked_hpge(const Parameters& p) {
    const auto& hpge = p.hpge;
    if (p.bits < fewest_hpge_bits)
        return refusal(p, fmt::format("hpge is set on a board of {} bits; allowed are {} to 16", p.bits,
                                      fewest_hpge_bits));
    if (hpge.rise_min_ns() > hpge.rise_max_ns())
        return refusal(p, fmt::format("hpge.rise_min_ns is {:g}; allowed is at most rise_max_ns, {:g}",
                                      hpge.rise_min_ns(), hpge.rise_max_ns()));
    if (hpge.rise_max_ns() > hpge.decay_ns())
        return refusal(p, fmt::format("hpge.rise_max_ns is {:g}; allowed is at most decay_ns, {:g}",
                                      hpge.rise_max_ns(), hpge.decay_ns()));
    const double longest_ns = 1e9 / p.beam.repetition_hz() * longest_decay_cycles;
    if (hpge.decay_ns() > longest_ns)
        return refusal(p, fmt::format("hpge.decay_ns is {:g}; allowed is at most {} cycles, {:g}",
                                      hpge.decay_ns(), longest_decay_cycles, longest_ns));
    if (auto status = checked_level(p, "hpge.baseline_adc", hpge.baseline_adc()); !status) return status;
    return checked_level(p, "hpge.veto_baseline_adc", hpge.veto_baseline_adc());
}

proto::Status checked(const Parameters& p) {
    const auto refuse = [&](const std::string& why) { return refusal(p, why); };
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
    // Ten σ above the mean; what is beyond cannot be recorded.
    const double highest_pc =
        p.beam.charge_uc() * 1e6 * p.simulation.acceleration() * (1 + 10 * p.beam.charge_spread());
    if (highest_pc > static_cast<double>(proto::max_charge_pc))
        return refuse(fmt::format("acceleration {:g} makes pulses of {:g} μC; allowed is at most {:g}",
                                  p.simulation.acceleration(),
                                  p.beam.charge_uc() * p.simulation.acceleration(),
                                  static_cast<double>(proto::max_charge_pc) * 1e-6));
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
    const std::uint32_t detectors_end = p.detector_channel + p.detector_channels;
    if (p.veto_channel >= p.detector_channel && p.veto_channel < detectors_end)
        return refuse(fmt::format("veto_channel is {}, one of the detector channels {} to {}", p.veto_channel,
                                  p.detector_channel, detectors_end - 1));
    return p.is_hpge() ? checked_hpge(p) : checked_pmt(p);
}

template <typename Detector>
void take_channels(Detector& detector, Parameters& p) {
    p.detector_channel = detector.detector_channel();
    p.detector_channels = detector.detector_channels();
    p.veto_channel =
        detector.has_veto_channel() ? detector.veto_channel() : p.detector_channel + p.detector_channels;
    if (!detector.has_veto_baseline_adc()) detector.set_veto_baseline_adc(detector.baseline_adc());
}

}  // namespace

proto::Result<Parameters> parameters_of(const config::Board& board) {
    Parameters p;
    p.board = board.id();
    p.clock_domain = board.clock_domain();
    p.nominal_hz = board.sample_rate_mhz() * 1e6;
    p.frequency_hz = p.nominal_hz * (1 + board.simulation().clock_error_ppm() * 1e-6);
    p.bits = board.bits();
    p.is_signed = board.is_signed();
    p.gives_marks = board.gives_marks();
    p.lowest_code = p.is_signed ? -(1 << (p.bits - 1)) : 0;
    p.highest_code = p.is_signed ? (1 << (p.bits - 1)) - 1 : (1 << p.bits) - 1;
    p.simulation = board.simulation();
    p.beam = board.simulation().beam();
    p.pmt = board.simulation().pmt();
    p.hpge = board.simulation().hpge();
    if (p.is_hpge()) {
        take_channels(p.hpge, p);
    } else {
        take_channels(p.pmt, p);
        p.linear_gate_fraction = p.pmt.linear_gate_fraction();
    }
    const auto& table = p.is_hpge() ? p.hpge.cevns_table() : p.pmt.cevns_table();
    if (!table.empty()) {
        auto signal = SignalTable::read(table);
        if (!signal)
            return proto::error(signal.error().kind, fmt::format("board {}, simulation, cevns_table: {}",
                                                                 p.board, signal.error().message));
        p.signal = std::make_shared<const SignalTable>(std::move(*signal));
    }
    p.period_ticks = p.frequency_hz / p.beam.repetition_hz();
    p.record_ticks = proto::ticks_from_ns(p.simulation.record_ns(), p.frequency_hz);
    p.mark_position_ticks = proto::ticks_from_ns(p.simulation.mark_position_ns(), p.frequency_hz);
    p.trace_ticks = proto::ticks_from_ns(p.simulation.trace_ns(), p.frequency_hz);
    p.trace_before_ticks = proto::ticks_from_ns(p.simulation.trace_before_ns(), p.frequency_hz);
    p.dead_ticks = proto::ticks_from_ns(p.simulation.dead_after_trace_ns(), p.frequency_hz);
    if (const auto status = checked(p); !status) return status.error();
    return p;
}

}  // namespace spillgate::hw::simulation
