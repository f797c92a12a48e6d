#include "hw/simulation/digitizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hw/simulation/random.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr std::size_t noise_length = std::size_t{1} << 19;
constexpr double noise_memory = 0.3;  // correlation of neighbouring samples: the input's bandwidth

std::int32_t floor_div(std::int32_t a, std::int32_t b) {
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// The uneven codes that the correction maps back: of two that it maps to the same value, the one farther from
// 0, so that the ends of the range stay the ends.
std::vector<std::uint16_t> uneven_table(std::int32_t (*corrected)(std::int32_t), std::int32_t& lowest,
                                        std::int32_t& highest) {
    lowest = corrected(-128);
    highest = corrected(127);
    std::vector<std::uint16_t> table(static_cast<std::size_t>(highest - lowest + 1));
    const auto put = [&](std::int32_t raw) {
        table[static_cast<std::size_t>(corrected(raw) - lowest)] = static_cast<std::uint16_t>(raw);
    };
    for (std::int32_t raw = 0; raw <= 127; ++raw)
        put(raw);
    for (std::int32_t raw = -1; raw >= -128; --raw)
        put(raw);
    return table;
}

}  // namespace

std::int32_t corrected_csi_code(std::int32_t raw) {
    return raw - floor_div(raw + 5, 11);
}

std::int32_t corrected_muon_code(std::int32_t raw) {
    const std::int32_t sign = raw > 0 ? 1 : raw < 0 ? -1 : 0;
    return raw + sign * floor_div(4 - std::abs(raw), 11);
}

Digitizer::Digitizer(const Parameters& parameters, std::size_t channel, bool veto)
    : parameters_(parameters),
      channel_(channel),
      veto_(veto),
      shape_(parameters.ticks(veto ? parameters.pmt.veto_width_ns() : parameters.pmt.spe_width_ns())),
      sign_(parameters.pmt.positive_pulses() ? 1.0f : -1.0f),
      lowest_(parameters.lowest_code),
      highest_(parameters.highest_code) {
    if (parameters.pmt.uneven_codes())
        uneven_ = uneven_table(veto ? corrected_muon_code : corrected_csi_code, lowest_, highest_);
    noise_.resize(noise_length +
                  static_cast<std::size_t>(std::max(parameters.record_ticks, parameters.trace_ticks)));
    Random random{parameters.simulation.seed(), parameters.board, channel,
                  static_cast<std::uint64_t>(Purpose::NOISE_TABLE)};
    const double fresh = parameters.pmt.noise_adc() * std::sqrt(1 - noise_memory * noise_memory);
    double value = 0;
    for (float& n : noise_) {
        value = noise_memory * value + fresh * random.normal();
        n = static_cast<float>(value);
    }
}

void Digitizer::analog(std::int64_t begin, std::span<const Pulse> pulses, std::span<float> out) const {
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

void Digitizer::digitize(std::int64_t begin, std::span<const Pulse> pulses, Closed closed,
                         std::span<std::uint16_t> out) {
    const Parameters& p = parameters_;
    const std::size_t size = out.size();
    analog_.resize(size);
    analog(begin, pulses, analog_);

    Random random{p.simulation.seed(), p.board, channel_, static_cast<std::uint64_t>(begin),
                  static_cast<std::uint64_t>(Purpose::NOISE_OFFSET)};
    const float* noise = noise_.data() + random.below(noise_length);
    // The baseline wanders over ten minutes, differently in each channel.
    const double turns = std::fmod(
        static_cast<double>(begin) / (600 * p.frequency_hz) + 0.37 * static_cast<double>(channel_), 1.0);
    const double level = (veto_ ? p.pmt.veto_baseline_adc() : p.pmt.baseline_adc()) +
                         p.pmt.baseline_wander_adc() * std::sin(2 * M_PI * turns);
    // Rounding by truncation of a positive number compiles to packed instructions; 2^16 keeps 1/128 ADC.
    constexpr float up = 65536.5f;
    constexpr std::int32_t down = 65536;
    const auto baseline = static_cast<float>(level);
    const auto low = static_cast<float>(lowest_);
    const auto high = static_cast<float>(highest_);
    const float sign = sign_;
    const float* pulse = analog_.data();
    std::uint16_t* code = out.data();
    for (std::size_t i = 0; i < size; ++i) {
        float v = baseline + noise[i] + sign * pulse[i];
        v = v < low ? low : v;
        v = v > high ? high : v;
        code[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(v + up) - down);
    }
    if (!veto_ && closed.end > closed.begin) {
        const auto from = std::clamp<std::int64_t>(closed.begin - begin, 0, static_cast<std::int64_t>(size));
        const auto to = std::clamp<std::int64_t>(closed.end - begin, 0, static_cast<std::int64_t>(size));
        const auto shut = static_cast<std::int32_t>(std::lround(p.pmt.linear_gate_adc()));
        const auto flat = static_cast<std::uint16_t>(std::clamp(shut, lowest_, highest_));
        std::fill(out.begin() + from, out.begin() + to, flat);
    }
    if (uneven_.empty()) return;
    for (std::uint16_t& c : out)
        c = uneven_[static_cast<std::size_t>(static_cast<std::int16_t>(c) - lowest_)];
}

}  // namespace spillgate::hw::simulation
