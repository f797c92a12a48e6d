#include "hw/sis3316/survey.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "hw/sis3316/bank_reader.hpp"
#include "hw/sis3316/event_decoder.hpp"

namespace spillgate::hw::sis3316 {

namespace {

struct Sums {
    std::uint64_t events = 0;
    double samples = 0;
    double sum = 0;
    double squares = 0;
};

void add_samples(const Batch& batch, std::array<Sums, channels>& sums) {
    for (const auto& trace : batch.traces) {
        auto& channel = sums[trace.channel];
        ++channel.events;
        for (std::uint64_t i = trace.offset; i < trace.offset + trace.count; ++i) {
            const double code = batch.samples[i];
            channel.samples += 1;
            channel.sum += code;
            channel.squares += code * code;
        }
    }
}

}  // namespace

proto::Result<std::vector<RegisterValue>> dump(Module& module) {
    std::vector<RegisterValue> all;
    std::vector<std::uint32_t> addresses;
    for (const auto address : named_registers()) {
        if (address >= link_register::END) {
            addresses.push_back(address);
            continue;
        }
        const auto value = module.link().read_link(address);
        if (!value) return value.error();
        all.push_back({address, *value});
    }
    std::vector<std::uint32_t> values(addresses.size());
    if (auto got = module.read(addresses, values); !got) return got.error();
    for (std::size_t i = 0; i < addresses.size(); ++i)
        all.push_back({addresses[i], values[i]});
    return all;
}

config::Board for_noise(const config::Board& board) {
    auto quiet = board;
    quiet.clear_mark();
    auto& device = *quiet.mutable_sis3316();
    device.set_random_trigger_hz(0);
    for (auto& input : *device.mutable_input()) {
        input.set_external_trigger(true);
        input.set_self_trigger(false);
        input.clear_averaging();
    }
    return quiet;
}

proto::Result<std::vector<ChannelNoise>> measure_noise(Module& module, const ModuleSettings& settings,
                                                       std::uint32_t board, unsigned triggers) {
    if (auto done = module.write(vme_register::NIM_INPUT, 0); !done) return done.error();
    BankReader reader(module, settings);
    if (auto armed = reader.arm(); !armed) return armed.error();
    std::array<Sums, channels> sums{};
    // Few enough at a time for any bank.
    constexpr unsigned at_a_time = 16;
    const auto record = std::chrono::nanoseconds(static_cast<std::int64_t>(
        static_cast<double>(settings.longest_ticks()) * 1e9 / settings.frequency_hz));
    for (unsigned done = 0; done < triggers;) {
        for (unsigned i = 0; i < at_a_time && done < triggers; ++i, ++done) {
            if (auto fired = module.act_once(key::TRIGGER); !fired) return fired.error();
            const auto over = std::chrono::steady_clock::now() + 2 * record + std::chrono::microseconds(100);
            if (auto paused = module.link().pause_until(over); !paused) return paused.error();
        }
        const auto bank = reader.swap(false);
        if (!bank) return bank.error();
        Batch batch;
        const auto read =
            reader.read(*bank, [&](std::uint32_t channel, std::span<const std::uint32_t> words) {
                TimeFrame any;
                any.latest = INT64_MAX;
                any.earliest = INT64_MIN;
                decode_channel(settings, board, channel, words, any, batch);
            });
        if (!read) return read.error();
        add_samples(batch, sums);
    }
    if (auto disarmed = reader.disarm(); !disarmed) return disarmed.error();
    std::vector<ChannelNoise> noise;
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        if (!settings.layout[channel].enabled) continue;
        const auto& s = sums[channel];
        ChannelNoise found{channel, s.events, 0, 0};
        if (s.samples > 0) {
            found.baseline_adc = s.sum / s.samples;
            found.rms_adc =
                std::sqrt(std::max(0.0, s.squares / s.samples - found.baseline_adc * found.baseline_adc));
        }
        noise.push_back(found);
    }
    return noise;
}

}  // namespace spillgate::hw::sis3316
