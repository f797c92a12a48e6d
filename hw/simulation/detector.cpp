#include "hw/simulation/detector.hpp"

#include <algorithm>
#include <cmath>

#include "hw/simulation/hpge/hpge_detector.hpp"
#include "hw/simulation/pmt/pmt_detector.hpp"
#include "hw/simulation/random.hpp"
#include "hw/simulation/truth_list.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr double most_cycles_back = 64;  // an afterglow longer than this is cut

DetectorKind kind_of(const Parameters& parameters, const Beam& beam) {
    if (parameters.is_hpge()) return hpge::hpge_detector(parameters, beam);
    return pmt::pmt_detector(parameters, beam);
}

Closed linear_gate_of(const Parameters& p, const Cycle& cycle) {
    Random random{p.simulation.seed(), p.board, cycle.number,
                  static_cast<std::uint64_t>(Purpose::LINEAR_GATE)};
    if (!random.chance(p.linear_gate_fraction)) return {};
    const std::int64_t begin = cycle.mark_tick - p.mark_position_ticks;
    const std::int64_t end = begin + p.record_ticks;
    const auto turn = begin + static_cast<std::int64_t>((0.05 + 0.9 * random.uniform()) *
                                                        static_cast<double>(p.record_ticks));
    return random.chance(0.5) ? Closed{begin - p.record_ticks, turn} : Closed{turn, end + p.record_ticks};
}

}  // namespace

Detector::Detector(const Parameters& parameters, const Beam& beam)
    : parameters_(parameters), beam_(beam), kind_(kind_of(parameters, beam)) {
    std::int64_t reach = 0;
    for (const Channel& channel : kind_.channels)
        reach = std::max(reach, channel.signal->reach());
    const double cycles = std::ceil(static_cast<double>(reach) / parameters.period_ticks);
    back_ = static_cast<std::size_t>(std::min(cycles, most_cycles_back));
}

void Detector::draw(std::uint64_t number, CycleDeposits& deposits) const {
    deposits.cycle = beam_.cycle(number);
    deposits.channels.resize(channels());
    for (auto& channel : deposits.channels)
        channel.clear();
    deposits.shared.clear();
    kind_.generator->draw(deposits);
}

void Detector::move_to(std::uint64_t number, TruthList* truth) {
    const std::uint64_t first = number > back_ ? number - back_ : 0;
    const std::uint64_t last = number + 1;
    // Keep what is still wanted, reuse the memory of what is not.
    CycleDeposits spare;
    while (!cycles_.empty() &&
           (cycles_.front().cycle.number < first || cycles_.front().cycle.number > last)) {
        spare = std::move(cycles_.front());
        cycles_.pop_front();
    }
    std::uint64_t next = cycles_.empty() ? first : cycles_.back().cycle.number + 1;
    for (; next <= last; ++next) {
        draw(next, spare);
        if (truth) truth->cycle(spare, parameters_);
        cycles_.push_back(std::move(spare));
        spare = {};
    }
    for (Channel& channel : kind_.channels)
        channel.signal->forget();
    closed_ = linear_gate_of(parameters_, cycle());
    if (truth && closed_.end > closed_.begin) truth->event(cycle().mark_tick, number, "linear-gate");
}

const Cycle& Detector::cycle() const {
    return cycles_[cycles_.size() - 2].cycle;
}

void Detector::rises(std::size_t channel, std::int64_t begin, std::int64_t end, float threshold,
                     std::vector<std::int64_t>& out) {
    kind_.channels[channel].signal->rises(cycles_, begin, end, threshold, out);
}

std::size_t Detector::longest_stretch() const {
    return static_cast<std::size_t>(std::max(parameters_.record_ticks, parameters_.trace_ticks));
}

void Detector::samples(std::size_t channel, std::int64_t first, std::span<std::uint16_t> out) {
    Channel& from = kind_.channels[channel];
    analog_.resize(out.size());
    from.signal->analog(cycles_, first, analog_);
    from.digitizer.digitize(first, analog_, closed_, out);
}

void Detector::trace(std::size_t channel, std::int64_t first, std::uint32_t count, Batch& batch) {
    DeviceTrace trace;
    trace.board = parameters_.board;
    trace.channel = parameters_.channel_number(channel);
    trace.first = {parameters_.clock_domain, 0, first, 0};
    trace.encoding = {static_cast<std::uint8_t>(parameters_.bits), parameters_.is_signed, 0};
    trace.offset = batch.samples.size();
    trace.count = count;
    batch.samples.resize(batch.samples.size() + count);
    samples(channel, first, std::span(batch.samples).last(count));
    batch.traces.push_back(std::move(trace));
}

}  // namespace spillgate::hw::simulation
