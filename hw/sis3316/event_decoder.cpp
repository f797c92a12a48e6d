#include "hw/sis3316/event_decoder.hpp"

#include <algorithm>

#include "hw/sis3316/device_clock.hpp"
#include "proto/sis3316_event.hpp"

namespace spillgate::hw::sis3316 {

namespace {

constexpr std::uint32_t plain_header_words = 3;  // timestamp and lengths: nothing that a trace does not say

std::string_view contradiction(const proto::Sis3316Event& event, const ChannelLayout& layout) {
    if (event.id != layout.id) return "corrupt-channel-id";
    if (event.format_bits != layout.format_bits) return "corrupt-format";
    if (event.raw_words != layout.raw_samples / 2 || event.maw) return "corrupt-length";
    if (event.averaged != (layout.averaged_samples > 0) ||
        event.averaged_words != (layout.averaged_samples / 2 & 0xFFFFu))
        return "corrupt-length";
    return {};
}

// Adds one trace of `samples` samples that begin at `from`; none if there are no samples.
void add_trace(Batch& batch, proto::Trace trace, std::uint32_t samples, const std::uint32_t* from) {
    if (samples == 0) return;
    trace.offset = batch.samples.size();
    trace.count = samples;
    const auto* first = reinterpret_cast<const std::uint16_t*>(from);
    batch.samples.insert(batch.samples.end(), first, first + samples);
    batch.traces.push_back(std::move(trace));
}

}  // namespace

DecodedChannel decode_channel(const ModuleSettings& settings, std::uint32_t board, std::uint32_t channel,
                              std::span<const std::uint32_t> words, const TimeFrame& frame, Batch& batch) {
    const auto& layout = settings.layout[channel];
    const std::size_t length = layout.words();
    DecodedChannel decoded;
    const auto give_up = [&](std::string_view fault, std::size_t at) {
        decoded.fault = fault;
        decoded.words_given_up = words.size() - at;
        return decoded;
    };
    for (std::size_t at = 0; at < words.size(); at += length) {
        const auto rest = words.subspan(at);
        const auto event = proto::decode_sis3316_event(std::as_bytes(rest));
        if (!event)
            return give_up(event.error().kind == proto::ErrorKind::TRUNCATED ? "corrupt-end" : "corrupt-tag",
                           at);
        if (const auto fault = contradiction(*event, layout); !fault.empty()) return give_up(fault, at);
        // A module may cut the event that it was storing when its bank was closed: what was stored is good.
        const bool is_cut = rest.size() < length;
        const auto there =
            static_cast<std::uint32_t>(2 * (std::min(rest.size(), length) - event->header_words));
        const auto raw_there = std::min(there, layout.raw_samples);

        const auto ticks = continued(event->timestamp, frame.near);
        if (ticks < frame.earliest || ticks > frame.latest || ticks < decoded.newest) {
            ++decoded.misdated;
            continue;
        }
        ++decoded.events;
        decoded.oldest = std::min(decoded.oldest, ticks);
        decoded.newest = ticks;
        proto::Trace trace;
        trace.board = board;
        trace.channel = channel;
        trace.first = advanced(frame.zero, ticks - layout.pretrigger);
        trace.encoding = {static_cast<std::uint8_t>(settings.bits), false, 0};
        trace.flags = event->trace_flags;
        if (raw_there < layout.raw_samples) trace.flags |= proto::TRACE_TRUNCATED;
        if (event->header_words > plain_header_words)
            trace.device_header.assign(reinterpret_cast<const char*>(rest.data()),
                                       std::size_t{event->header_words} * 4);
        const auto* raw = rest.data() + event->header_words;
        const auto end = ticks - layout.reach_before() + layout.longest_ticks();
        if (is_cut)
            decoded.cut = CutEvent{ticks - layout.pretrigger + raw_there, end};
        else
            decoded.good_until = std::max(decoded.good_until, end);
        if (!decoded.full_from && at + length >= settings.device.bank_threshold_words())
            decoded.full_from = end;
        if (layout.averaged_samples == 0) {
            add_trace(batch, std::move(trace), raw_there, raw);
            continue;
        }
        proto::Trace averaged = trace;
        add_trace(batch, std::move(trace), raw_there, raw);
        averaged.device_header.clear();
        if (is_cut) averaged.flags |= proto::TRACE_TRUNCATED;
        averaged.stream = wire::AVERAGED;
        averaged.ticks_per_sample = layout.average_ticks;
        averaged.first = advanced(frame.zero, ticks - layout.averaged_pretrigger);
        add_trace(batch, std::move(averaged), there - raw_there, raw + layout.raw_samples / 2);
    }
    return decoded;
}

}  // namespace spillgate::hw::sis3316
