#include "offline/import/sis3316_event.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace spillgate::offline {

using proto::sis3316_timestamp_wrap;

proto::Result<proto::Sis3316Event> read_sis3316_event(const InputBytes& file, std::uint64_t offset) {
    std::array<std::byte, proto::sis3316_longest_header_words * 4> bytes{};
    const auto left = file.size() - std::min(offset, file.size());
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size()));
    if (auto status = file.read(offset, std::span(bytes).first(there)); !status) return status.error();
    auto event = proto::decode_sis3316_event(std::span(bytes).first(there));
    if (event) return event;
    if (event.error().kind == proto::ErrorKind::TRUNCATED)
        return proto::error(
            proto::ErrorKind::TRUNCATED,
            fmt::format("{}: ends {} bytes into the event at byte {}", file.path(), there, offset));
    return proto::error(event.error().kind,
                        fmt::format("{}: event at byte {}: {}", file.path(), offset, event.error().message));
}

Sis3316Clock::Reading Sis3316Clock::read(std::uint64_t timestamp, Recording& recording) {
    auto ticks = static_cast<std::int64_t>(timestamp) + wraps_ * sis3316_timestamp_wrap;
    if (seen_ && ticks < last_ticks_) {
        // 48 bits last 13 days at 250 MHz: a step back is a wrap only if it brings the event within a 16th of
        // that; otherwise the counter was cleared, and nothing connects the two times.
        if (ticks + sis3316_timestamp_wrap - last_ticks_ < sis3316_timestamp_wrap / 16) {
            ++wraps_;
            ticks += sis3316_timestamp_wrap;
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
