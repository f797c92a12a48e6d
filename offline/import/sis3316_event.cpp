#include "offline/import/sis3316_event.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

constexpr std::int64_t timestamp_wrap = std::int64_t{1} << 48;
constexpr std::size_t longest_header_words = 3 + 7 + 2 + 3 + 2 + 1;

// Up to and including the word of the raw length.
std::uint32_t words_by_format(std::uint32_t format_bits) {
    std::uint32_t words = 3;
    if ((format_bits & 1u) != 0) words += 7;
    if ((format_bits & 2u) != 0) words += 2;
    if ((format_bits & 4u) != 0) words += 3;
    if ((format_bits & 8u) != 0) words += 2;
    return words;
}

}  // namespace

proto::Result<Sis3316Event> read_sis3316_event(const InputBytes& file, std::uint64_t offset) {
    std::array<std::byte, longest_header_words * 4> bytes{};
    const auto left = file.size() - std::min(offset, file.size());
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size()));
    if (auto status = file.read(offset, std::span(bytes).first(there)); !status) return status.error();
    const auto word = [&](std::size_t index) { return little_u32(bytes.data() + 4 * index); };

    Sis3316Event event;
    event.format_bits = word(0) & 0xFu;
    event.id = word(0) >> 4 & 0xFFFu;
    event.timestamp = std::uint64_t{word(0) >> 16} << 32 | word(1);
    const auto lengths = words_by_format(event.format_bits) - 1;
    const auto tag = word(lengths) >> 28;
    event.averaged = tag == 0xA;
    event.header_words = lengths + (event.averaged ? 2 : 1);
    if (there < 4 || there < std::size_t{event.header_words} * 4)
        return proto::error(
            proto::ErrorKind::TRUNCATED,
            fmt::format("{}: ends {} bytes into the event at byte {}", file.path(), there, offset));
    if (tag != 0xE && tag != 0xA)
        return proto::error(
            proto::ErrorKind::CORRUPT,
            fmt::format("{}: event at byte {}: tag {:#x}; allowed: 0xe, 0xa", file.path(), offset, tag));
    event.raw_words = word(lengths) & 0x3FFFFFFu;
    if (event.averaged) event.averaged_words = word(lengths + 1) & 0xFFFFu;
    event.maw = (word(lengths) >> 27 & 1u) != 0;
    if ((word(lengths) >> 26 & 1u) != 0) event.trace_flags |= proto::TRACE_PILE_UP;
    // The information byte stands beside the first accumulator.
    if ((event.format_bits & 1u) != 0 && (word(3) >> 31 & 1u) != 0)
        event.trace_flags |= proto::TRACE_OVERFLOW;
    return event;
}

Sis3316Clock::Reading Sis3316Clock::read(std::uint64_t timestamp, Recording& recording) {
    auto ticks = static_cast<std::int64_t>(timestamp) + wraps_ * timestamp_wrap;
    if (seen_ && ticks < last_ticks_) {
        // 48 bits last 13 days at 250 MHz: a step back is a wrap only if it brings the event within a 16th of
        // that; otherwise the counter was cleared, and nothing connects the two times.
        if (ticks + timestamp_wrap - last_ticks_ < timestamp_wrap / 16) {
            ++wraps_;
            ticks += timestamp_wrap;
            ++recording.times_wrapped;
        } else {
            wraps_ = 0;
            ticks = static_cast<std::int64_t>(timestamp);
            ++epoch_;
            ++recording.times_backwards;
        }
    }
    seen_ = true;
    last_ticks_ = ticks;
    return {epoch_, ticks};
}

}  // namespace spillgate::offline
