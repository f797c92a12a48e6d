#include "hw/simulation/detector.hpp"

#include <algorithm>
#include <cmath>

#include "hw/simulation/random.hpp"
#include "hw/simulation/truth_list.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr double most_cycles_back = 64;  // an afterglow longer than this is cut

std::vector<Digitizer> make_digitizers(const Parameters& parameters) {
    std::vector<Digitizer> digitizers;
    const std::size_t detectors = parameters.pmt.detector_channels();
    digitizers.reserve(detectors + 1);
    for (std::size_t i = 0; i < detectors; ++i)
        digitizers.emplace_back(parameters, i, false);
    digitizers.emplace_back(parameters, detectors, true);
    return digitizers;
}

Closed linear_gate_of(const Parameters& p, const Cycle& cycle) {
    Random random{p.simulation.seed(), p.board, cycle.number,
                  static_cast<std::uint64_t>(Purpose::LINEAR_GATE)};
    if (!random.chance(p.pmt.linear_gate_fraction())) return {};
    const std::int64_t begin = cycle.mark_tick - p.mark_position_ticks;
    const std::int64_t end = begin + p.record_ticks;
    const auto turn = begin + static_cast<std::int64_t>((0.05 + 0.9 * random.uniform()) *
                                                        static_cast<double>(p.record_ticks));
    return random.chance(0.5) ? Closed{begin - p.record_ticks, turn} : Closed{turn, end + p.record_ticks};
}

}  // namespace

Detector::Detector(const Parameters& parameters, const Beam& beam)
    : parameters_(parameters),
      generator_(parameters, beam),
      digitizers_(make_digitizers(parameters)),
      light_(parameters, 1 / digitizers_.back().shape().peak()),
      gathered_(digitizers_.size()) {
    const double reach = static_cast<double>(light_.longest_reach()) / parameters.period_ticks;
    back_ = static_cast<std::size_t>(std::min(std::ceil(reach), most_cycles_back));
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
        generator_.generate(next, spare);
        if (truth) truth->cycle(spare, parameters_);
        cycles_.push_back(std::move(spare));
        spare = {};
    }
    for (Gathered& gathered : gathered_)
        gathered.valid = false;
    closed_ = linear_gate_of(parameters_, cycle());
    if (truth && closed_.end > closed_.begin) truth->event(cycle().mark_tick, number, "linear-gate");
}

const Cycle& Detector::cycle() const {
    return cycles_[cycles_.size() - 2].cycle;
}

std::uint32_t Detector::channel_number(std::size_t channel) const {
    return channel == generator_.veto_index()
               ? parameters_.pmt.veto_channel()
               : parameters_.pmt.detector_channel() + static_cast<std::uint32_t>(channel);
}

void Detector::collect(std::size_t channel, std::int64_t begin, std::int64_t end,
                       std::vector<Pulse>& out) const {
    for (const CycleDeposits& deposits : cycles_)
        for (const Deposit& deposit : deposits.channels[channel])
            if (deposit.tick < end && deposit.tick + light_.reach(deposit.kind) >= begin)
                light_.pulses(deposit, begin, end, out);
}

std::span<const Pulse> Detector::gather(std::size_t channel) {
    Gathered& gathered = gathered_[channel];
    if (!gathered.valid) {
        gathered.pulses.clear();
        const std::int64_t longest = std::max(parameters_.record_ticks, parameters_.trace_ticks);
        const int length = digitizers_[channel].shape().length();
        collect(channel, cycle().begin - longest - length, cycle().end + longest, gathered.pulses);
        std::sort(gathered.pulses.begin(), gathered.pulses.end(), [](const Pulse& a, const Pulse& b) {
            return a.tick != b.tick ? a.tick < b.tick : a.fraction < b.fraction;
        });
        gathered.valid = true;
    }
    return gathered.pulses;
}

std::span<const Pulse> Detector::pulses_of(std::size_t channel, std::int64_t begin, std::int64_t end) {
    if (gathered_[channel].valid) {
        const auto earlier = [](const Pulse& pulse, std::int64_t tick) { return pulse.tick < tick; };
        const auto& all = gathered_[channel].pulses;
        const auto first = std::lower_bound(all.begin(), all.end(), begin, earlier);
        return {first, std::lower_bound(first, all.end(), end, earlier)};
    }
    pulses_.clear();
    collect(channel, begin, end, pulses_);
    return pulses_;
}

void Detector::trace(std::size_t channel, std::int64_t first, std::uint32_t count, Batch& batch) {
    Digitizer& digitizer = digitizers_[channel];
    const auto pulses = pulses_of(channel, first - digitizer.shape().length(), first + count);
    DeviceTrace trace;
    trace.board = parameters_.board;
    trace.channel = channel_number(channel);
    trace.first = {parameters_.clock_domain, 0, first, 0};
    trace.encoding = {static_cast<std::uint8_t>(parameters_.bits), parameters_.is_signed, 0};
    trace.offset = batch.samples.size();
    trace.count = count;
    batch.samples.resize(batch.samples.size() + count);
    digitizer.digitize(first, pulses, closed_, std::span(batch.samples).last(count));
    batch.traces.push_back(std::move(trace));
}

}  // namespace spillgate::hw::simulation
