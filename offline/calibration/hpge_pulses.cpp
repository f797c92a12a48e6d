#include "offline/calibration/hpge_pulses.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "offline/reconstruction/hpge/onset.hpp"
#include "offline/reconstruction/hpge/pole_zero.hpp"
#include "offline/reconstruction/hpge/pulse.hpp"

namespace spillgate::offline {

namespace {

constexpr std::size_t shortest_tail = 64;
constexpr std::size_t longest_tail = 65536;  // its prefix sums stay exact

// Mean of v = x − baseline and of its running sum V over samples [begin, end); V from `first` on.
struct TailHalf {
    double v = 0, running = 0;
    TailHalf(const hpge::TraceSums& trace, std::size_t first, std::size_t begin, std::size_t end) {
        const auto n = static_cast<double>(end - begin);
        std::uint64_t sums = 0;
        for (auto i = begin; i < end; ++i)
            sums += trace.sums[i] - trace.sums[first];
        const double before = 0.5 * static_cast<double>((begin - first) + (end - 1 - first));
        v = static_cast<double>(trace.sums[end] - trace.sums[begin]) / n - trace.baseline.mean;
        running = static_cast<double>(sums) / n - before * trace.baseline.mean;
    }
};

// p = v + λ·V is flat over the tail if both halves have the same mean.
double tail_lambda(const hpge::TraceSums& trace, std::size_t begin) {
    const auto end = std::min(trace.samples(), begin + longest_tail);
    if (end < begin + shortest_tail) return std::numeric_limits<double>::quiet_NaN();
    const auto middle = begin + (end - begin) / 2;
    const TailHalf early(trace, begin, begin, middle);
    const TailHalf late(trace, begin, middle, end);
    return (early.v - late.v) / (late.running - early.running);
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

}  // namespace

std::vector<HpgePulse> on_level_baseline(const std::vector<HpgePulse>& pulses) {
    std::vector<double> values;
    values.reserve(pulses.size());
    for (const auto& pulse : pulses)
        values.push_back(pulse.baseline_slope);
    const double middle = median(values);
    for (auto& value : values)
        value = std::abs(value - middle);
    const double tolerance = 4 * 1.4826 * median(values);
    std::vector<HpgePulse> level;
    std::ranges::copy_if(pulses, std::back_inserter(level), [&](const HpgePulse& pulse) {
        return std::abs(pulse.baseline_slope - middle) <= tolerance;
    });
    return level;
}

proto::Result<HpgePulses> HpgePulses::make(const config::Config& config, const std::string& chain) {
    for (const auto& candidate : config.chain()) {
        if (candidate.name() != chain || !candidate.has_hpge()) continue;
        HpgePulses out;
        out.chain_ = candidate.hpge();
        std::ranges::copy_if(config.channel(), std::back_inserter(out.channels_),
                             [&](const auto& channel) { return channel.chain() == chain; });
        if (out.channels_.empty())
            return proto::error(proto::ErrorKind::CONFIG,
                                fmt::format("no channel uses the chain '{}'", chain));
        for (const auto& channel : out.channels_)
            out.by_channel_[channel.name()];
        return out;
    }
    return proto::error(proto::ErrorKind::CONFIG, fmt::format("the config has no HPGe chain '{}'", chain));
}

void HpgePulses::add(const proto::SpillRecord& record) {
    for (const auto& channel : channels_)
        for (const auto& trace : record.traces)
            if (trace.board == channel.board() && trace.channel == channel.channel() &&
                trace.stream == wire::RAW)
                add_trace(record, trace, by_channel_[channel.name()]);
}

void HpgePulses::add_trace(const proto::SpillRecord& record, const proto::Trace& trace,
                           HpgeChannelPulses& out) {
    const double period = proto::sample_period_ns(record, trace);
    if (out.sample_period_ns == 0) out.sample_period_ns = period;
    if (out.sample_period_ns != period) {
        ++out.other_period;
        return;
    }
    const hpge::Lengths lengths(chain_, period);
    const hpge::RisingScale scale(trace.encoding, chain_.positive_pulses());
    const bool whole = (trace.flags & (proto::TRACE_REDUCED | proto::TRACE_PILE_UP)) == 0;
    ++out.rejected;
    if (!whole || !lengths.fit(trace.count)) return;
    sum_trace(record.samples_of(trace), scale.words, lengths.baseline, sums_);
    if (overflows(chain_, trace, scale, sums_.extremes)) return;
    const auto search = hpge::find_onset(sums_.sums, lengths.step, chain_.t0_threshold_adc(),
                                         static_cast<std::int64_t>(lengths.before_t0()),
                                         static_cast<std::int64_t>(trace.count));
    if (!search.onset) return;
    const double lambda = hpge::decay_fraction(period / chain_.decay_ns());
    const double threshold = chain_.pile_up_threshold_adc();
    const auto with = hpge::measure_pulse(sums_, lengths, lambda, threshold, *search.onset);
    const auto without = hpge::measure_pulse(sums_, lengths, 0, threshold, *search.onset);
    if (!with || with->pile_up || with->energy < chain_.energy_threshold_adc()) return;
    --out.rejected;
    // By the flat top's end all charge is collected.
    out.pulses.push_back({without->energy, (with->energy - without->energy) / lambda,
                          tail_lambda(sums_, search.onset->crossing + lengths.flat), sums_.baseline.slope});
}

}  // namespace spillgate::offline
