#include "offline/import/llama_header.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/import/llama.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t file_header_bytes = 16;
constexpr std::uint32_t channel_config_bytes = 88;
constexpr std::uint32_t max_channels = 4096;
constexpr std::uint32_t max_average_mode = 7;
// Fits the 26-bit raw length of an event; a whole event stays far below the bound of a record.
constexpr std::uint32_t max_event_words = 1u << 26;

proto::Error corrupt(const InputBytes& file, const std::string& what) {
    return proto::error(proto::ErrorKind::CORRUPT, fmt::format("{}: {}", file.path(), what));
}

LlamaChannel channel_from(const std::byte* at) {
    LlamaChannel c;
    c.fadc = little_u32(at);
    c.channel = little_u32(at + 4);
    c.frequency_mhz = little_f64(at + 16);
    c.format_bits = little_u32(at + 32);
    c.start_index = little_u32(at + 36);
    c.pretrigger = little_u32(at + 40);
    c.average_pretrigger = little_u32(at + 44);
    c.average_mode = little_u32(at + 48);
    c.raw_samples = little_u32(at + 52);
    c.averaged_samples = little_u32(at + 56);
    c.maw_length = little_u32(at + 60);
    c.event_length = little_u32(at + 64);
    c.header_length = little_u32(at + 68);
    return c;
}

proto::Status check_channel(const InputBytes& file, const LlamaChannel& c) {
    const auto refuse = [&](const std::string& what) -> proto::Status {
        return corrupt(file, fmt::format("config of channel {} of module {}: {}", c.channel, c.fadc, what));
    };
    if (c.channel > 15 || c.fadc > 255) return refuse("allowed are channels 0–15 of modules 0–255");
    if (!(c.frequency_mhz >= 0.001) || !(c.frequency_mhz <= 10000))
        return refuse(fmt::format("sampling frequency {} MHz; allowed: 0.001 to 10000", c.frequency_mhz));
    if ((c.format_bits & ~0xFu) != 0)
        return refuse(fmt::format("format bits {:#x}; allowed: 4", c.format_bits));
    if (c.average_mode > max_average_mode)
        return refuse(fmt::format("averaging mode {}; allowed: 0 to {}", c.average_mode, max_average_mode));
    if (c.raw_samples > 2 * max_event_words || c.averaged_samples > 2 * max_event_words ||
        c.maw_length > max_event_words || c.raw_samples % 2 != 0 || c.averaged_samples % 2 != 0)
        return refuse(fmt::format("{} raw, {} averaged and {} MAW samples; allowed: even numbers, at most {}",
                                  c.raw_samples, c.averaged_samples, c.maw_length, max_event_words));
    const std::uint64_t words =
        std::uint64_t{c.header_length} + c.raw_samples / 2 + c.averaged_samples / 2 + c.maw_length;
    if (c.header_length < 3 || words != c.event_length || words > max_event_words)
        return refuse(fmt::format(
            "an event of {} words; its header of {}, {} raw, {} averaged and {} MAW samples "
            "make {}",
            c.event_length, c.header_length, c.raw_samples, c.averaged_samples, c.maw_length, words));
    return {};
}

}  // namespace

proto::Result<LlamaHeader> read_llama_header(const InputBytes& file) {
    std::array<std::byte, file_header_bytes> fixed{};
    if (auto status = file.read(0, fixed); !status) return status.error();
    if (little_u32(fixed.data()) != llama_magic)
        return corrupt(file, fmt::format("begins with {:#010x}; a LLaMA file begins with {:#010x}",
                                         little_u32(fixed.data()), llama_magic));
    LlamaHeader header;
    header.version = {little_u16(fixed.data() + 8), little_u16(fixed.data() + 6),
                      little_u16(fixed.data() + 4)};
    const std::uint32_t config_bytes = little_u16(fixed.data() + 10);
    const std::uint32_t channels = little_u32(fixed.data() + 12);
    if (header.version[0] != 2)
        return proto::error(proto::ErrorKind::UNSUPPORTED,
                            fmt::format("{}: LLaMA format {}.{}.{}; known: 2", file.path(), header.version[0],
                                        header.version[1], header.version[2]));
    if (config_bytes < channel_config_bytes || channels == 0 || channels > max_channels)
        return corrupt(
            file, fmt::format("{} channel configs of {} bytes; allowed: 1 to {}, at least {} bytes", channels,
                              config_bytes, max_channels, channel_config_bytes));
    header.bytes = file_header_bytes + channels * config_bytes;
    if (!file.holds(0, header.bytes))
        return proto::error(proto::ErrorKind::TRUNCATED,
                            fmt::format("{}: has {} bytes; its header alone says {}", file.path(),
                                        file.size(), header.bytes));
    std::vector<std::byte> configs(header.bytes - file_header_bytes);
    if (auto status = file.read(file_header_bytes, configs); !status) return status.error();
    for (std::uint32_t i = 0; i < channels; ++i) {
        const auto channel = channel_from(configs.data() + std::size_t{i} * config_bytes);
        if (auto status = check_channel(file, channel); !status) return status.error();
        if (std::ranges::any_of(header.channels, [&](const auto& c) { return c.id() == channel.id(); }))
            return corrupt(file, fmt::format("channel {} of module {} is configured twice", channel.channel,
                                             channel.fadc));
        if (i > 0 && channel.frequency_mhz != header.channels[0].frequency_mhz)
            return proto::error(proto::ErrorKind::UNSUPPORTED,
                                fmt::format("{}: channels at {} and at {} MHz in one file", file.path(),
                                            header.channels[0].frequency_mhz, channel.frequency_mhz));
        header.channels.push_back(channel);
    }
    return header;
}

}  // namespace spillgate::offline
