#include "hw/simulation/pulse_train.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace spillgate::hw::simulation {

Pulse pulse_at(const Deposit& deposit, double ticks_after, double charge) {
    const double when = deposit.fraction + ticks_after;
    const double whole = std::floor(when);
    const float fraction = std::min(static_cast<float>(when - whole), 0.999999f);
    return {deposit.tick + static_cast<std::int64_t>(whole), fraction, static_cast<float>(charge)};
}

PulseTrain::PulseTrain(std::unique_ptr<PulseSource> source, PulseShape shape, std::size_t channel,
                       bool sees_shared)
    : source_(std::move(source)), shape_(std::move(shape)), channel_(channel), sees_shared_(sees_shared) {}

void PulseTrain::collect(const History& history, std::int64_t begin, std::int64_t end,
                         std::vector<Pulse>& out) const {
    const auto add = [&](const std::vector<Deposit>& deposits) {
        for (const Deposit& deposit : deposits)
            if (deposit.tick < end && deposit.tick + source_->reach(deposit.kind) >= begin)
                source_->pulses(deposit, begin, end, out);
    };
    for (const CycleDeposits& deposits : history) {
        add(deposits.channels[channel_]);
        if (sees_shared_) add(deposits.shared);
    }
}

std::span<const Pulse> PulseTrain::pulses_of(const History& history, std::int64_t begin, std::int64_t end) {
    if (gathered_valid_) {
        const auto earlier = [](const Pulse& pulse, std::int64_t tick) { return pulse.tick < tick; };
        const auto first = std::lower_bound(gathered_.begin(), gathered_.end(), begin, earlier);
        return {first, std::lower_bound(first, gathered_.end(), end, earlier)};
    }
    pulses_.clear();
    collect(history, begin, end, pulses_);
    return pulses_;
}

void PulseTrain::sum(std::span<const Pulse> pulses, std::int64_t begin, std::span<float> out) const {
    std::fill(out.begin(), out.end(), 0.0f);
    const auto size = static_cast<std::int64_t>(out.size());
    for (const Pulse& pulse : pulses) {
        const std::int64_t first = pulse.tick - begin;
        const auto from = std::max<std::int64_t>(0, -first);
        const auto to = std::min<std::int64_t>(shape_.length(), size - first);
        const auto samples = shape_.at(pulse.fraction);
        for (std::int64_t i = from; i < to; ++i)
            out[static_cast<std::size_t>(first + i)] += pulse.charge * samples[static_cast<std::size_t>(i)];
    }
}

void PulseTrain::analog(const History& history, std::int64_t begin, std::span<float> out) {
    const auto end = begin + static_cast<std::int64_t>(out.size());
    sum(pulses_of(history, begin - shape_.length(), end), begin, out);
}

void PulseTrain::rises(const History& history, std::int64_t begin, std::int64_t end, float threshold,
                       std::vector<std::int64_t>& out) {
    gathered_.clear();
    collect(history, begin - shape_.length(), end, gathered_);
    std::sort(gathered_.begin(), gathered_.end(), [](const Pulse& a, const Pulse& b) {
        return a.tick != b.tick ? a.tick < b.tick : a.fraction < b.fraction;
    });
    gathered_valid_ = true;
    const std::span<const Pulse> pulses = gathered_;
    for (std::size_t i = 0; i < pulses.size();) {
        // A group: pulses that overlap, each beginning before the one before it has ended.
        std::size_t last = i + 1;
        while (last < pulses.size() && pulses[last].tick < pulses[last - 1].tick + shape_.length())
            ++last;
        const auto group = pulses.subspan(i, last - i);
        const std::int64_t first = group.front().tick;
        group_.resize(static_cast<std::size_t>(group.back().tick + shape_.length() - first));
        sum(group, first, group_);
        append_rises(group_, first, threshold, out);
        i = last;
    }
}

}  // namespace spillgate::hw::simulation
