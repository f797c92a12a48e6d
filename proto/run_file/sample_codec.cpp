#include "proto/run_file/sample_codec.hpp"

#include <cstdint>
#include <cstring>

#include <fmt/format.h>
#include <zstd.h>

namespace spillgate::proto {

namespace {

constexpr int zstd_level = 1;  // negative levels leave literals unpacked: half the ratio

// Words → low bytes of the zigzagged differences, then their high bytes. Modulo 2^16, so every word is
// allowed.
void shuffle(const std::uint16_t* words, std::size_t count, std::byte* out) {
    std::byte* low = out;
    std::byte* high = out + count;
    std::uint16_t previous = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto difference = static_cast<std::uint16_t>(words[i] - previous);
        previous = words[i];
        const auto sign = static_cast<std::uint16_t>(0u - (difference >> 15));
        const auto zigzag = static_cast<std::uint16_t>((difference << 1) ^ sign);
        low[i] = static_cast<std::byte>(zigzag & 0xff);
        high[i] = static_cast<std::byte>(zigzag >> 8);
    }
}

void unshuffle(const std::byte* in, std::size_t count, std::uint16_t* words) {
    const std::byte* low = in;
    const std::byte* high = in + count;
    std::uint16_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto zigzag = static_cast<std::uint16_t>(std::to_integer<unsigned>(low[i]) |
                                                       std::to_integer<unsigned>(high[i]) << 8);
        const auto sign = static_cast<std::uint16_t>(0u - (zigzag & 1u));
        value = static_cast<std::uint16_t>(value + ((zigzag >> 1) ^ sign));
        words[i] = value;
    }
}

}  // namespace

struct SampleEncoder::State {
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{ZSTD_createCCtx(), ZSTD_freeCCtx};
    std::vector<std::uint16_t> words;  // only for samples at an odd address
    std::vector<std::byte> shuffled;
    std::vector<std::byte> stored;
};

SampleEncoder::SampleEncoder() : state_(std::make_unique<State>()) {}
SampleEncoder::~SampleEncoder() = default;

std::span<const std::byte> SampleEncoder::encode(std::span<const std::byte> words) {
    if (words.empty() || words.size() % sizeof(std::uint16_t) != 0) return {};
    auto& s = *state_;
    const std::size_t count = words.size() / sizeof(std::uint16_t);
    s.words.resize(count);
    std::memcpy(s.words.data(), words.data(), words.size());
    s.shuffled.resize(words.size());
    shuffle(s.words.data(), count, s.shuffled.data());
    s.stored.resize(ZSTD_compressBound(words.size()));
    const std::size_t size = ZSTD_compressCCtx(s.zstd.get(), s.stored.data(), s.stored.size(),
                                               s.shuffled.data(), s.shuffled.size(), zstd_level);
    if (ZSTD_isError(size) != 0 || size >= words.size()) return {};
    return std::span(s.stored).first(size);
}

struct SampleDecoder::State {
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> zstd{ZSTD_createDCtx(), ZSTD_freeDCtx};
    std::vector<std::byte> shuffled;
    std::vector<std::uint16_t> words;
};

SampleDecoder::SampleDecoder() : state_(std::make_unique<State>()) {}
SampleDecoder::~SampleDecoder() = default;

Result<std::span<const std::byte>> SampleDecoder::decode(std::span<const std::byte> stored,
                                                         std::size_t raw_bytes) {
    auto& s = *state_;
    if (raw_bytes % sizeof(std::uint16_t) != 0)
        return error(ErrorKind::CORRUPT, fmt::format("{} bytes of samples are not whole words", raw_bytes));
    // The frame must state the same length as the block: nothing is allocated for one that lies.
    if (ZSTD_getFrameContentSize(stored.data(), stored.size()) != raw_bytes)
        return error(ErrorKind::CORRUPT, fmt::format("compressed samples are not {} bytes", raw_bytes));
    s.shuffled.resize(raw_bytes);
    const std::size_t size =
        ZSTD_decompressDCtx(s.zstd.get(), s.shuffled.data(), s.shuffled.size(), stored.data(), stored.size());
    if (ZSTD_isError(size) != 0)
        return error(ErrorKind::CORRUPT, fmt::format("compressed samples: {}", ZSTD_getErrorName(size)));
    if (size != raw_bytes)
        return error(ErrorKind::CORRUPT, fmt::format("samples decode to {} bytes, not {}", size, raw_bytes));
    s.words.resize(raw_bytes / sizeof(std::uint16_t));
    unshuffle(s.shuffled.data(), s.words.size(), s.words.data());
    return std::as_bytes(std::span(s.words));
}

}  // namespace spillgate::proto
