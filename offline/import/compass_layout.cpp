#include "offline/import/compass_layout.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t max_boards = 256;
constexpr std::uint32_t max_channels = 64;
constexpr std::uint32_t max_samples = 1u << 27;
constexpr std::uint32_t known_flags = 0x00FFFFFF;
constexpr std::uint32_t probed_events = 64;

enum HeaderBit : std::uint32_t { ENERGY = 1, CALIBRATED = 2, SHORT = 4, WAVEFORMS = 8 };

std::uint64_t little_u64(const std::byte* at) {
    return std::uint64_t{little_u32(at + 4)} << 32 | little_u32(at);
}

CompassEvent event_from(const std::byte* at, const CompassLayout& layout) {
    CompassEvent event;
    event.board = little_u16(at);
    event.channel = little_u16(at + 2);
    event.time_ps = little_u64(at + 4);
    const auto* flags = at + 12 + layout.energy_bytes;
    event.flags = little_u32(flags);
    if (layout.waveforms) event.samples = little_u32(flags + 4 + (layout.waveform_code ? 1 : 0));
    return event;
}

bool is_possible(const CompassEvent& event) {
    return event.board < max_boards && event.channel < max_channels &&
           event.time_ps <= static_cast<std::uint64_t>(proto::max_ticks) && event.samples <= max_samples;
}

// Whether the file's first events fit together when read so: every one possible, with known flags, samples
// where there are waveforms, and times that go on in each channel.
bool fits(const InputBytes& file, const CompassLayout& layout, std::uint32_t least_events) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> last_times;
    std::uint64_t offset = 0;
    for (std::uint32_t events = 0; events < probed_events; ++events) {
        if (offset == file.size()) return events >= least_events;
        const auto event = read_compass_event(file, layout, offset);
        if (!event) return event.error().kind == proto::ErrorKind::TRUNCATED && events >= least_events;
        if ((event->flags & ~known_flags) != 0 || (layout.waveforms && event->samples == 0)) return false;
        auto& last = last_times[{event->board, event->channel}];
        if (event->time_ps < last) return false;
        last = event->time_ps;
        const auto bytes = layout.event_header_bytes() + 2 * std::uint64_t{event->samples};
        if (!file.holds(offset, bytes)) return events >= least_events;
        offset += bytes;
    }
    return true;
}

std::vector<CompassLayout> fitting_layouts(const InputBytes& file, std::uint32_t least_events) {
    std::vector<CompassLayout> found;
    for (const std::uint32_t energy_bytes : {0u, 2u, 4u, 8u, 10u, 12u})
        for (const auto& [waveforms, code] : {std::pair{false, false}, {true, false}, {true, true}}) {
            const CompassLayout layout{0, energy_bytes, waveforms, code};
            if (fits(file, layout, least_events)) found.push_back(layout);
        }
    return found;
}

}  // namespace

bool is_compass_header(std::uint32_t word) {
    return (word & 0xFFF0u) == compass_magic;
}

CompassLayout compass_layout_of(std::uint32_t header) {
    CompassLayout layout;
    if ((header & ENERGY) != 0) layout.energy_bytes += 2;
    if ((header & CALIBRATED) != 0) layout.energy_bytes += 8;
    if ((header & SHORT) != 0) layout.energy_bytes += 2;
    layout.waveforms = layout.waveform_code = (header & WAVEFORMS) != 0;
    return layout;
}

proto::Result<CompassEvent> read_compass_event(const InputBytes& file, const CompassLayout& layout,
                                               std::uint64_t offset) {
    std::array<std::byte, compass_longest_event_header> bytes{};
    const auto header = std::span(bytes).first(layout.event_header_bytes());
    if (auto status = file.read(offset, header); !status) return status.error();
    const auto event = event_from(bytes.data(), layout);
    if (!is_possible(event))
        return proto::error(
            proto::ErrorKind::CORRUPT,
            fmt::format(
                "{}: event at byte {}: board {}, channel {}, {} ps, {} samples; allowed: boards below "
                "{}, channels below {}, at most {} ps and {} samples",
                file.path(), offset, event.board, event.channel, event.time_ps, event.samples, max_boards,
                max_channels, proto::max_ticks, max_samples));
    return event;
}

proto::Result<CompassLayout> find_compass_layout(const InputBytes& file, std::optional<std::uint32_t> header,
                                                 std::uint32_t least_events) {
    std::array<std::byte, 2> first{};
    if (auto status = file.read(0, first); !status) return status.error();
    const std::uint32_t word = little_u16(first.data());
    if (is_compass_header(word)) {
        auto layout = compass_layout_of(word);
        layout.file_header_bytes = 2;
        return layout;
    }
    if (header) return compass_layout_of(*header);
    // What several events agree on comes before what a single one allows.
    auto found = fitting_layouts(file, std::max(least_events, 2u));
    if (found.empty() && least_events < 2) found = fitting_layouts(file, least_events);
    if (found.size() == 1) return found.front();
    return proto::error(
        proto::ErrorKind::UNSUPPORTED,
        fmt::format(
            "{}: has no CoMPASS header, and {} arrangement(s) of fields fit its first events; say what "
            "the header would say (0xCAE0 plus 1 energy, 2 calibrated energy, 4 short energy, 8 "
            "waveforms)",
            file.path(), found.size()));
}

}  // namespace spillgate::offline
