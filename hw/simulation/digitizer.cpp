#include "hw/simulation/digitizer.hpp"

#include <algorithm>
#include <cmath>

#include "hw/simulation/random.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr std::size_t noise_length = std::size_t{1} << 19;

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

Digitizer::Digitizer(const Parameters& parameters, std::size_t channel, const Input& input)
    : parameters_(parameters),
      channel_(channel),
      input_(input),
      lowest_(parameters.lowest_code),
      highest_(parameters.highest_code) {
    if (input_.code_correction != nullptr) uneven_ = uneven_table(input_.code_correction, lowest_, highest_);
    noise_.resize(noise_length +
                  static_cast<std::size_t>(std::max(parameters.record_ticks, parameters.trace_ticks)));
    Random random{parameters.simulation.seed(), parameters.board, channel,
                  static_cast<std::uint64_t>(Purpose::NOISE_TABLE)};
    const double memory = input_.noise_correlation;
    const double fresh = input_.noise_adc * std::sqrt(1 - memory * memory);
    double value = 0;
    for (float& n : noise_) {
        value = memory * value + fresh * random.normal();
        n = static_cast<float>(value);
    }
}

double Digitizer::baseline_at(std::int64_t tick) const {
    // It wanders over ten minutes, differently in each channel.
    const double turns = std::fmod(
        static_cast<double>(tick) / (600 * parameters_.frequency_hz) + 0.37 * static_cast<double>(channel_),
        1.0);
    return input_.baseline_adc + input_.wander_adc * std::sin(2 * M_PI * turns);
}

void Digitizer::digitize(std::int64_t begin, std::span<const float> signal, Closed closed,
                         std::span<std::uint16_t> out) const {
    const Parameters& p = parameters_;
    const std::size_t size = out.size();
    Random random{p.simulation.seed(), p.board, channel_, static_cast<std::uint64_t>(begin),
                  static_cast<std::uint64_t>(Purpose::NOISE_OFFSET)};
    const float* noise = noise_.data() + random.below(noise_length);
    // Rounding by truncation of a positive number compiles to packed instructions; 2^16 keeps 1/128 ADC.
    constexpr float up = 65536.5f;
    constexpr std::int32_t down = 65536;
    const auto baseline = static_cast<float>(baseline_at(begin));
    const auto low = static_cast<float>(lowest_);
    const auto high = static_cast<float>(highest_);
    const float sign = input_.positive_pulses ? 1.0f : -1.0f;
    const float* pulse = signal.data();
    std::uint16_t* code = out.data();
    for (std::size_t i = 0; i < size; ++i) {
        float v = baseline + noise[i] + sign * pulse[i];
        v = v < low ? low : v;
        v = v > high ? high : v;
        code[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(v + up) - down);
    }
    if (input_.gated_adc && closed.end > closed.begin) {
        const auto from = std::clamp<std::int64_t>(closed.begin - begin, 0, static_cast<std::int64_t>(size));
        const auto to = std::clamp<std::int64_t>(closed.end - begin, 0, static_cast<std::int64_t>(size));
        const auto shut = static_cast<std::int32_t>(std::lround(*input_.gated_adc));
        const auto flat = static_cast<std::uint16_t>(std::clamp(shut, lowest_, highest_));
        std::fill(out.begin() + from, out.begin() + to, flat);
    }
    if (uneven_.empty()) return;
    for (std::uint16_t& c : out)
        c = uneven_[static_cast<std::size_t>(static_cast<std::int16_t>(c) - lowest_)];
}

}  // namespace spillgate::hw::simulation
