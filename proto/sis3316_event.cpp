#include "proto/sis3316_event.hpp"

#include <fmt/format.h>

#include "proto/spill_record.hpp"

namespace spillgate::proto {

namespace {

constexpr std::uint32_t raw_tag = 0xE;
constexpr std::uint32_t averaged_tag = 0xA;

}  // namespace

std::uint32_t sis3316_words_by_format(std::uint32_t format_bits) {
    std::uint32_t words = 3;
    if ((format_bits & 1u) != 0) words += 7;
    if ((format_bits & 2u) != 0) words += 2;
    if ((format_bits & 4u) != 0) words += 3;
    if ((format_bits & 8u) != 0) words += 2;
    return words;
}

Result<Sis3316Event> decode_sis3316_event(std::span<const std::byte> bytes) {
    const auto there = [&](std::size_t words) { return bytes.size() >= words * 4; };
    const auto truncated = [&] {
        return error(ErrorKind::TRUNCATED, fmt::format("{} bytes of an event's header", bytes.size()));
    };
    const auto word = [&](std::size_t index) {
        std::uint32_t value = 0;
        for (std::size_t i = 4; i-- > 0;)
            value = value << 8 | std::to_integer<std::uint32_t>(bytes[4 * index + i]);
        return value;
    };
    if (!there(2)) return truncated();

    Sis3316Event event;
    event.format_bits = word(0) & 0xFu;
    event.id = word(0) >> 4 & 0xFFFu;
    event.timestamp = std::uint64_t{word(0) >> 16} << 32 | word(1);
    const auto lengths = sis3316_words_by_format(event.format_bits) - 1;
    if (!there(lengths + 1)) return truncated();
    const auto tag = word(lengths) >> 28;
    if (tag != raw_tag && tag != averaged_tag)
        return error(ErrorKind::CORRUPT, fmt::format("tag {:#x}; allowed: 0xe, 0xa", tag));
    event.averaged = tag == averaged_tag;
    event.header_words = lengths + (event.averaged ? 2 : 1);
    if (!there(event.header_words)) return truncated();
    event.raw_words = word(lengths) & 0x3FFFFFFu;
    if (event.averaged) event.averaged_words = word(lengths + 1) & 0xFFFFu;
    event.maw = (word(lengths) >> 27 & 1u) != 0;
    if ((word(lengths) >> 26 & 1u) != 0) event.trace_flags |= TRACE_PILE_UP;
    // The information byte stands beside the first accumulator.
    if ((event.format_bits & 1u) != 0 && (word(3) >> 31 & 1u) != 0) event.trace_flags |= TRACE_OVERFLOW;
    return event;
}

}  // namespace spillgate::proto
