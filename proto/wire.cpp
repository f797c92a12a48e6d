#include "proto/wire.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <isa-l/crc.h>
#include <openssl/evp.h>

#include "proto/clock_reading.hpp"
#include "proto/schema/spill.pb.h"

namespace spillgate::proto {

static_assert(std::endian::native == std::endian::little,
              "samples travel as this host's own words: a big-endian host would need swapping here");

namespace {

// Tag of `crc32c`, the last field of each header: field number << 3 | wire type 5 (32-bit), as a varint.
constexpr std::string_view spill_crc_tag{"\x7d", 1};
constexpr std::string_view verdict_crc_tag{"\xa5\x01", 2};
static_assert(wire::SpillHeader::kCrc32CFieldNumber == 15 && wire::Verdict::kCrc32CFieldNumber == 20);

void set(wire::ClockDomain& to, const DomainClock& from) {
    to.set_domain(from.domain);
    to.set_frequency_hz(from.frequency_hz);
    set(*to.mutable_t0(), from.t0);
    to.set_t0_uncertainty_ns(from.t0_uncertainty_ns);
}

void set(wire::Trace& to, const Trace& from) {
    to.set_board(from.board);
    to.set_channel(from.channel);
    to.set_stream(from.stream);
    set(*to.mutable_first(), from.first);
    to.set_ticks_per_sample(from.ticks_per_sample);
    to.set_bits(from.encoding.bits);
    to.set_is_signed(from.encoding.is_signed);
    to.set_shift(from.encoding.shift);
    to.set_offset(from.offset);
    to.set_count(from.count);
    to.set_flags(from.flags);
    to.set_device_header(from.device_header);
}

void set(wire::Window& to, const Window& from) {
    to.set_kind(from.kind);
    to.set_pretrace_begin(from.pretrace_begin);
    to.set_pretrace_end(from.pretrace_end);
    to.set_roi_begin(from.roi_begin);
    to.set_roi_end(from.roi_end);
    to.set_strobe(from.strobe);
    to.set_truncated(from.truncated);
    to.set_dead_ticks(from.dead_ticks);
    to.mutable_traces()->Assign(from.traces.begin(), from.traces.end());
}

void set(wire::WindowFact& to, const WindowFact& from) {
    to.set_kind(from.kind);
    to.set_roi_ticks(from.roi_ticks);
    to.set_dead_ticks(from.dead_ticks);
    to.set_truncated(from.truncated);
    to.set_strobe(from.strobe);
}

// What record and verdict have in common.
template <class Header, class Slot>
void set_common(Header& to, const Slot& from) {
    to.Clear();
    to.set_format_major(wire_major);
    to.set_format_minor(wire_minor);
    to.set_run(from.run);
    to.set_slot(from.slot);
    to.set_sequence(from.sequence);
    to.set_daemon(from.daemon);
    if (from.cycle_id) to.set_cycle_id(*from.cycle_id);
    to.set_quality(from.quality);
    set(*to.mutable_t0(), from.t0);
    to.set_utc_ns(from.utc_ns);
}

// The checksum covers the serialized bytes before its own field, so it is appended by hand, always last.
std::string serialize_with_crc(const google::protobuf::MessageLite& header, std::string_view crc_tag,
                               std::span<const std::byte> samples) {
    std::string bytes;
    bytes.reserve(header.ByteSizeLong() + crc_tag.size() + sizeof(std::uint32_t));
    header.AppendToString(&bytes);
    const std::uint32_t crc = crc32c(samples, crc32c(std::as_bytes(std::span(bytes))));
    std::array<char, sizeof crc> word{};
    std::memcpy(word.data(), &crc, sizeof crc);
    bytes.append(crc_tag).append(word.data(), word.size());
    return bytes;
}

}  // namespace

std::string_view name_of(Topic topic) {
    switch (topic) {
        case Topic::SPILL:
            return "spill";
        case Topic::VERDICT:
            return "verdict";
        case Topic::RUN:
            return "run";
        case Topic::STATUS:
            return "status";
    }
    return "unknown";
}

Message encode(SpillPtr record) {
    thread_local wire::SpillHeader header;  // keeps its memory from record to record
    const SpillRecord& from = *record;
    set_common(header, from);
    header.set_utc_state(from.utc_state);
    header.set_window_age_ns(from.window_age_ns);
    for (const auto& clock : from.clocks)
        set(*header.add_clocks(), clock);
    for (const auto& trace : from.traces)
        set(*header.add_traces(), trace);
    for (const auto& window : from.windows)
        set(*header.add_windows(), window);
    for (const auto& counter : from.counters) {
        auto& to = *header.add_counters();
        to.set_name(counter.name);
        to.set_value(counter.value);
    }

    Message message;
    message.topic = Topic::SPILL;
    message.sequence = from.sequence;
    message.slot = from.slot;
    message.record = std::move(record);
    message.header = serialize_with_crc(header, spill_crc_tag, message.payload());
    return message;
}

Message encode(const Verdict& verdict) {
    thread_local wire::Verdict header;
    set_common(header, verdict);
    header.set_disposition(verdict.disposition);
    header.set_charge_state(verdict.charge_state);
    header.set_charge_pc(verdict.charge_pc);
    header.set_flavour(verdict.flavour);
    header.set_facility_veto(verdict.facility_veto);
    header.set_has_record(verdict.has_record);
    header.set_record_sequence(verdict.record_sequence);
    header.set_frequency_hz(verdict.frequency_hz);
    for (const auto& window : verdict.windows)
        set(*header.add_windows(), window);

    Message message;
    message.topic = Topic::VERDICT;
    message.sequence = verdict.sequence;
    message.slot = verdict.slot;
    message.header = serialize_with_crc(header, verdict_crc_tag, {});
    return message;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed) {
    constexpr std::size_t piece = std::size_t{1} << 30;  // ISA-L counts in int
    std::uint32_t state = ~seed;
    while (!bytes.empty()) {
        const auto now = bytes.first(std::min(piece, bytes.size()));
        // ISA-L takes a pointer to non-const, and only reads.
        auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(now.data()));
        state = crc32_iscsi(data, static_cast<int>(now.size()), state);
        bytes = bytes.subspan(now.size());
    }
    return ~state;
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw Failure(error(ErrorKind::IO, "OpenSSL has no SHA-256"));
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(std::size_t{2} * size);
    for (unsigned int i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

}  // namespace spillgate::proto
