#include "hw/emulator/detector_feed.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "hw/pace.hpp"
#include "hw/simulation/detector.hpp"
#include "hw/simulation/random.hpp"
#include "hw/steady_ticks.hpp"

namespace spillgate::hw::emulator {

namespace {

constexpr double edge_ticks = 4;           // rise and fall of the logic pulse
constexpr double pedestal_of_range = 0.1;  // baseline of an input without a detector

// The signals of hw/simulation.
class SimulatedFeed : public DetectorFeed {
  public:
    SimulatedFeed(simulation::Parameters parameters, const FeedOptions& options)
        : DetectorFeed(parameters.frequency_hz),
          parameters_(std::move(parameters)),
          mark_(options.mark),
          beam_(parameters_),
          detector_(parameters_, beam_),
          pedestal_(std::round(parameters_.highest_code * pedestal_of_range)) {}

    bool is_pattern() const override { return false; }
    void move_to(std::int64_t tick) override;
    void samples(std::uint32_t channel, std::int64_t first, std::span<std::uint16_t> out) override;
    void rises(std::uint32_t channel, double threshold_adc, std::vector<std::int64_t>& out) override;

  private:
    simulation::Parameters parameters_;
    std::optional<MarkChannel> mark_;
    simulation::Beam beam_;
    simulation::Detector detector_;
    double pedestal_ = 0;
    std::vector<Mark> marks_;
    std::vector<FacilityPulse> around_;  // of the cycles next to the current one, too

    std::optional<std::size_t> detector_of(std::uint32_t channel) const;
    void append_pulses(const simulation::Cycle& cycle, std::vector<FacilityPulse>& out);
    void pedestal(std::uint32_t channel, std::int64_t first, std::span<std::uint16_t> out) const;
    void add_marks(std::int64_t first, std::span<std::uint16_t> out) const;
};

std::optional<std::size_t> SimulatedFeed::detector_of(std::uint32_t channel) const {
    for (std::size_t i = 0; i < detector_.channels(); ++i)
        if (parameters_.channel_number(i) == channel) return i;
    return std::nullopt;
}

void SimulatedFeed::append_pulses(const simulation::Cycle& cycle, std::vector<FacilityPulse>& out) {
    beam_.marks(cycle, marks_);
    for (const Mark& mark : marks_)
        out.push_back({mark.time.ticks, mark.time.fraction / 65536.0, mark.kind, mark.cycle_id});
}

void SimulatedFeed::move_to(std::int64_t tick) {
    if (end_ > begin_ && tick < end_) return;
    std::uint64_t number = beam_.first_cycle_after(tick);
    if (number > 0 && beam_.cycle(number).begin > tick) --number;
    detector_.move_to(number, nullptr);
    begin_ = detector_.cycle().begin;
    end_ = detector_.cycle().end;
    pulses_.clear();
    append_pulses(detector_.cycle(), pulses_);
    if (!mark_) return;
    around_.clear();
    if (number > 0) append_pulses(beam_.cycle(number - 1), around_);
    around_.insert(around_.end(), pulses_.begin(), pulses_.end());
    append_pulses(beam_.cycle(number + 1), around_);
    std::erase_if(around_, [](const FacilityPulse& p) { return p.kind != Mark::Kind::EXTRACT; });
}

void SimulatedFeed::pedestal(std::uint32_t channel, std::int64_t first, std::span<std::uint16_t> out) const {
    // One code of noise: the last bit of a hash of the tick, so that stretches that overlap agree.
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint64_t x = static_cast<std::uint64_t>(first) + i + (std::uint64_t{channel} << 56);
        x *= 0x9E3779B97F4A7C15u;
        out[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(pedestal_) +
                                            static_cast<std::int32_t>(x >> 63));
    }
}

void SimulatedFeed::add_marks(std::int64_t first, std::span<std::uint16_t> out) const {
    const double width = parameters_.ticks(mark_->pulse_ns);
    const auto size = static_cast<std::int64_t>(out.size());
    for (const FacilityPulse& pulse : around_) {
        const std::int64_t lead = pulse.tick - first;
        const std::int64_t from = std::max<std::int64_t>(0, lead - 3);
        const std::int64_t to = std::min(size, lead + static_cast<std::int64_t>(width) + 5);
        for (std::int64_t i = from; i < to; ++i) {
            const double after = static_cast<double>(i - lead) - pulse.fraction;
            const double up = std::clamp(after / edge_ticks + 0.5, 0.0, 1.0);
            const double down = std::clamp((after - width) / edge_ticks + 0.5, 0.0, 1.0);
            auto& code = out[static_cast<std::size_t>(i)];
            const double sum = static_cast<std::int16_t>(code) + std::round(mark_->pulse_adc * (up - down));
            code = static_cast<std::uint16_t>(
                static_cast<std::int32_t>(std::min<double>(sum, parameters_.highest_code)));
        }
    }
}

void SimulatedFeed::samples(std::uint32_t channel, std::int64_t first, std::span<std::uint16_t> out) {
    const bool carries_marks = mark_ && mark_->channel == channel;
    const auto detector = carries_marks ? std::nullopt : detector_of(channel);
    if (!detector) {
        pedestal(channel, first, out);
        if (carries_marks) add_marks(first, out);
        return;
    }
    const std::size_t longest = detector_.longest_stretch();
    for (std::size_t done = 0; done < out.size(); done += longest)
        detector_.samples(*detector, first + static_cast<std::int64_t>(done),
                          out.subspan(done, std::min(longest, out.size() - done)));
}

void SimulatedFeed::rises(std::uint32_t channel, double threshold_adc, std::vector<std::int64_t>& out) {
    if (mark_ && mark_->channel == channel) {
        for (const FacilityPulse& pulse : pulses_)
            if (pulse.kind == Mark::Kind::EXTRACT && threshold_adc <= mark_->pulse_adc)
                out.push_back(pulse.tick);
        return;
    }
    const auto detector = detector_of(channel);
    if (!detector) return;
    const std::int64_t margin = end_ - begin_;
    const std::size_t before = out.size();
    detector_.rises(*detector, begin_ - margin, end_ + margin, static_cast<float>(threshold_adc), out);
    const auto outside = [this](std::int64_t tick) { return tick < begin_ || tick >= end_; };
    out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), outside),
              out.end());
}

// Trigger k at k / rate, its cycle around it.
class PatternFeed : public DetectorFeed {
  public:
    PatternFeed(double frequency_hz, double trigger_hz, double jitter_ns, unsigned bits)
        : DetectorFeed(frequency_hz),
          period_(frequency_hz / trigger_hz),
          jitter_(std::min(jitter_ns * 1e-9 * frequency_hz, period_ / 4)),
          codes_(std::size_t{2} << bits) {
        for (std::size_t i = 0; i < codes_.size(); ++i)
            codes_[i] = static_cast<std::uint16_t>(i & (codes_.size() / 2 - 1));
    }

    bool is_pattern() const override { return true; }
    void move_to(std::int64_t tick) override;
    void samples(std::uint32_t channel, std::int64_t first, std::span<std::uint16_t> out) override;
    void rises(std::uint32_t, double, std::vector<std::int64_t>& out) override {
        out.push_back(pulses_.front().tick);
    }

  private:
    double period_ = 0;                 // ticks
    double jitter_ = 0;                 // ticks
    std::vector<std::uint16_t> codes_;  // one cycle of the pattern, twice

    // Of a trigger against its place; the same for every module.
    double off(std::uint64_t trigger) const {
        std::mt19937_64 random(trigger);
        return jitter_ * std::uniform_real_distribution<double>(-1, 1)(random);
    }

    std::int64_t boundary(std::uint64_t trigger) const {
        return std::llround((static_cast<double>(trigger) - 0.5) * period_);
    }
};

void PatternFeed::move_to(std::int64_t tick) {
    if (end_ > begin_ && tick < end_) return;
    auto trigger = static_cast<std::uint64_t>(std::max(0.0, static_cast<double>(tick) / period_ - 1));
    while (boundary(trigger + 1) <= tick)
        ++trigger;
    begin_ = boundary(trigger);
    end_ = boundary(trigger + 1);
    const std::int64_t at = std::llround(static_cast<double>(trigger) * period_ + off(trigger));
    pulses_.assign(1, {at, 0, Mark::Kind::EXTRACT, trigger});
}

void PatternFeed::samples(std::uint32_t channel, std::int64_t first, std::span<std::uint16_t> out) {
    const std::size_t cycle = codes_.size() / 2;
    const auto start = (std::size_t{pattern_code(channel, first, 16)}) & (cycle - 1);
    for (std::size_t done = 0; done < out.size(); done += cycle)
        std::copy_n(codes_.begin() + static_cast<std::ptrdiff_t>(start), std::min(cycle, out.size() - done),
                    out.begin() + static_cast<std::ptrdiff_t>(done));
}

}  // namespace

std::int64_t DetectorFeed::ticks_of(double ns) const {
    return std::llround(ns * 1e-9 * frequency_hz_);
}

std::int64_t DetectorFeed::tick_now() const {
    return tick_at(steady_ns(), frequency_hz_);
}

std::int64_t DetectorFeed::moment_ns(std::int64_t tick) const {
    return hw::moment_ns(tick, frequency_hz_);
}

proto::Result<std::unique_ptr<DetectorFeed>> DetectorFeed::create(const config::Board& board,
                                                                  const FeedOptions& options) {
    // The device's clock, not the board's nominal one, takes the samples.
    config::Board true_board = board;
    true_board.set_sample_rate_mhz(board.sample_rate_mhz() * (1 + options.frequency_error));
    const double frequency_hz = true_board.sample_rate_mhz() * 1e6;
    if (board.is_signed())
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("board {}: is_signed is true; emulated digitizers give unsigned codes", board.id()));
    if (options.pattern)
        return std::unique_ptr<DetectorFeed>(std::make_unique<PatternFeed>(
            frequency_hz, options.pattern->trigger_hz(), options.pattern->jitter_ns(), board.bits()));
    if (!board.has_simulation())
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("board {}: it has no simulation; an emulated digitizer needs one, or a pattern",
                        board.id()));
    auto parameters = simulation::parameters_of(true_board);
    if (!parameters) return parameters.error();
    return std::unique_ptr<DetectorFeed>(std::make_unique<SimulatedFeed>(std::move(*parameters), options));
}

}  // namespace spillgate::hw::emulator
