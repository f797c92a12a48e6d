#include "offline/import/fcio_clock.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

constexpr std::size_t time_offsets_field = 2;
constexpr std::size_t timestamp_field = 3;
// Events of one clock come in order, but for what the cards need to build them.
constexpr std::int64_t longest_disorder = FcioClock::ticks_per_second;

// The first N numbers of a field; nothing if it has fewer.
template <std::size_t N>
proto::Result<std::array<std::int64_t, N>> numbers(const InputBytes& file, const FcioRecord& record,
                                                   std::size_t field) {
    std::array<std::byte, 4 * N> bytes{};
    std::array<std::int64_t, N> values{};
    if (field >= record.fields.size() || record.fields[field].bytes < bytes.size())
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("{}: event at byte {}: field {} has no {} numbers", file.path(),
                                        record.begin, field, N));
    if (auto status = file.read(record.fields[field].offset, bytes); !status) return status.error();
    for (std::size_t i = 0; i < N; ++i)
        values[i] = static_cast<std::int32_t>(little_u32(bytes.data() + 4 * i));
    return values;
}

// UTC at PPS 0: with GPS in whole seconds, else as the readout's computer saw it.
std::int64_t utc_ns(const std::array<std::int64_t, 3>& offsets, bool gps) {
    return gps ? offsets[2] * 1'000'000'000 : offsets[0] * 1'000'000'000 + offsets[1] * 1000;
}

}  // namespace

FcioClock::FcioClock(const Recording& before) {
    if (before.events.empty()) return;
    epoch_ = before.events.back().epoch;
    last_ticks_ = before.events.back().ticks;
}

proto::Result<FcioClock::Reading> FcioClock::read(const InputBytes& file, const FcioRecord& event, bool gps,
                                                  Recording& recording) {
    const auto offsets = numbers<3>(file, event, time_offsets_field);
    if (!offsets) return offsets.error();
    const auto stamp = numbers<4>(file, event, timestamp_field);  // event number, PPS, ticks, last tick
    if (!stamp) return stamp.error();
    const auto [number, pps, in_second, last_tick] = *stamp;
    if (pps < 0 || in_second < 0)
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("{}: event at byte {}: a time of {} PPS and {} ticks", file.path(),
                                        event.begin, pps, in_second));
    const auto ticks = pps * ticks_per_second + nominal_ticks(in_second, last_tick + 1);
    if (last_ticks_ && ticks < *last_ticks_ - longest_disorder) {
        ++epoch_;
        ++recording.times_backwards;
    }
    last_ticks_ = ticks;
    // Of the epoch's first event; later ones say the same to a few microseconds.
    if (recording.utc_at_zero_ns.size() <= epoch_) {
        recording.utc_at_zero_ns.resize(epoch_ + 1);
        recording.utc_at_zero_ns[epoch_] = utc_ns(*offsets, gps);
    }
    return Reading{epoch_, ticks};
}

// A second between two PPS has `in_second` ticks of the camera's own oscillator; PPS is the better clock.
std::int64_t FcioClock::nominal_ticks(std::int64_t ticks, std::int64_t in_second) {
    if (in_second == ticks_per_second) return ticks;
    if (std::abs(in_second - ticks_per_second) > ticks_per_second / 100) {
        ++doubted_;
        return ticks;
    }
    ++scaled_;
    return (ticks * ticks_per_second + in_second / 2) / in_second;
}

}  // namespace spillgate::offline
