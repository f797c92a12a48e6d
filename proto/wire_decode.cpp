// Bytes → record and verdict. The bytes may come from anybody: checksum first, then the number of repeated
// messages (before protobuf allocates them), then every value that later code uses without looking.
#include <array>
#include <cmath>
#include <cstring>
#include <initializer_list>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

#include "proto/schema/spill.pb.h"
#include "proto/wire.hpp"

namespace spillgate::proto {

namespace {

using google::protobuf::internal::WireFormatLite;

template <class... Args>
Error corrupt(fmt::format_string<Args...> format, Args&&... args) {
    return error(ErrorKind::CORRUPT, fmt::format(format, std::forward<Args>(args)...));
}

// Splits the checksum off the end of `header` and compares it.
Status check_crc(std::span<const std::byte>& header, std::span<const std::byte> samples,
                 std::string_view crc_tag, std::string_view what) {
    const std::size_t tail = crc_tag.size() + sizeof(std::uint32_t);
    if (header.size() < tail)
        return error(ErrorKind::TRUNCATED, fmt::format("{} of {} bytes is too short", what, header.size()));
    const auto body = header.first(header.size() - tail);
    const auto* end = header.data() + body.size();
    if (std::memcmp(end, crc_tag.data(), crc_tag.size()) != 0)
        return corrupt("{} does not end with its checksum", what);
    std::uint32_t stated = 0;
    std::memcpy(&stated, end + crc_tag.size(), sizeof stated);
    const std::uint32_t found = crc32c(samples, crc32c(body));
    if (found != stated) return corrupt("{}: checksum {:08x}, stated {:08x}", what, found, stated);
    header = body;
    return {};
}

struct FieldLimit {
    int field;
    std::size_t most;
    std::string_view name;
};

// Counts repeated submessages without building them: two bytes of header could ask for a hundred of memory.
Status check_counts(std::span<const std::byte> header, std::initializer_list<FieldLimit> limits,
                    std::string_view what) {
    std::array<std::size_t, 32> count{};
    google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(header.data()),
                                              static_cast<int>(header.size()));
    while (const std::uint32_t tag = in.ReadTag()) {
        const auto field = static_cast<std::size_t>(WireFormatLite::GetTagFieldNumber(tag));
        if (field < count.size()) ++count[field];
        if (!WireFormatLite::SkipField(&in, tag)) return corrupt("{} is not a protobuf message", what);
    }
    for (const auto& limit : limits)
        if (count[static_cast<std::size_t>(limit.field)] > limit.most)
            return corrupt("{} has {} {}; at most {} are allowed", what,
                           count[static_cast<std::size_t>(limit.field)], limit.name, limit.most);
    return {};
}

template <class Header>
Status parse(std::span<const std::byte> bytes, Header& header, std::string_view what) {
    const google::protobuf::LogSilencer quiet;  // what is wrong is said once, in the result
    if (!header.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return corrupt("{} is not a protobuf message", what);
    if (header.format_major() != wire_major)
        return error(ErrorKind::UNSUPPORTED,
                     fmt::format("{} of format {}.{}; this program knows {}.x", what, header.format_major(),
                                 header.format_minor(), wire_major));
    return {};
}

bool outside(std::int64_t value, std::int64_t magnitude) {
    return value > magnitude || value < -magnitude;
}

bool frequency_allowed(double hz) {
    return std::isfinite(hz) && hz >= min_frequency_hz && hz <= max_frequency_hz;
}

Status get(const wire::ClockReading& from, ClockTime& to, std::string_view what) {
    if (outside(from.ticks(), max_ticks)) return corrupt("{}: {} ticks are impossible", what, from.ticks());
    if (from.fraction() > 0xffff) return corrupt("{}: fraction {} is not below 65536", what, from.fraction());
    to = {from.domain(), from.epoch(), from.ticks(), static_cast<std::uint16_t>(from.fraction())};
    return {};
}

Status get(const wire::ClockDomain& from, DomainClock& to) {
    if (!frequency_allowed(from.frequency_hz()))
        return corrupt("clock domain {}: impossible frequency {} Hz", from.domain(), from.frequency_hz());
    if (!(from.t0_uncertainty_ns() >= 0) || std::isinf(from.t0_uncertainty_ns()))
        return corrupt("clock domain {}: impossible uncertainty {} ns", from.domain(),
                       from.t0_uncertainty_ns());
    to.domain = from.domain();
    to.frequency_hz = from.frequency_hz();
    to.t0_uncertainty_ns = from.t0_uncertainty_ns();
    return get(from.t0(), to.t0, "t0 of a clock domain");
}

Status get(const wire::Trace& from, Trace& to, std::size_t index, const SpillRecord& record) {
    const std::size_t samples = record.samples.size();
    if (from.offset() > samples || from.count() > samples - from.offset())
        return corrupt("trace {}: samples {} + {} lie outside the {} of the record", index, from.offset(),
                       from.count(), samples);
    if (from.ticks_per_sample() < 1 ||
        std::uint64_t{from.ticks_per_sample()} * from.count() > std::uint64_t{max_window_ticks})
        return corrupt("trace {}: impossible period of {} ticks for {} samples", index,
                       from.ticks_per_sample(), from.count());
    if (from.bits() < 1 || from.bits() > 16 || from.shift() > 15 || from.bits() + from.shift() > 16)
        return corrupt("trace {}: {} bits shifted by {} do not fit 16", index, from.bits(), from.shift());
    if (!wire::Stream_IsValid(from.stream()))
        return corrupt("trace {}: unknown stream {}", index, static_cast<int>(from.stream()));
    if (record.clock_of(from.first().domain()) == nullptr)
        return corrupt("trace {}: its clock domain {} is not in the record", index, from.first().domain());
    to.board = from.board();
    to.channel = from.channel();
    to.stream = from.stream();
    to.ticks_per_sample = from.ticks_per_sample();
    to.encoding = {static_cast<std::uint8_t>(from.bits()), from.is_signed(),
                   static_cast<std::uint8_t>(from.shift())};
    to.offset = from.offset();
    to.count = from.count();
    to.flags = from.flags();
    to.device_header = from.device_header();
    return get(from.first(), to.first, "first sample of a trace");
}

Status get(const wire::Window& from, Window& to, std::size_t index, std::size_t traces) {
    if (!wire::WindowKind_IsValid(from.kind()))
        return corrupt("window {}: unknown kind {}", index, static_cast<int>(from.kind()));
    for (const std::int64_t bound :
         {from.pretrace_begin(), from.pretrace_end(), from.roi_begin(), from.roi_end()})
        if (outside(bound, max_window_ticks))
            return corrupt("window {}: bound {} is impossible", index, bound);
    if (from.pretrace_begin() > from.pretrace_end() || from.roi_begin() > from.roi_end())
        return corrupt("window {}: bounds [{}, {}) [{}, {}) are not in order", index, from.pretrace_begin(),
                       from.pretrace_end(), from.roi_begin(), from.roi_end());
    if (from.dead_ticks() < 0 || from.dead_ticks() > from.roi_end() - from.roi_begin())
        return corrupt("window {}: dead time of {} ticks in a roi of {}", index, from.dead_ticks(),
                       from.roi_end() - from.roi_begin());
    if (static_cast<std::size_t>(from.traces_size()) > traces)
        return corrupt("window {}: {} trace indices for {} traces", index, from.traces_size(), traces);
    for (const std::uint32_t trace : from.traces())
        if (trace >= traces) return corrupt("window {}: trace index {} of {}", index, trace, traces);
    to.kind = from.kind();
    to.pretrace_begin = from.pretrace_begin();
    to.pretrace_end = from.pretrace_end();
    to.roi_begin = from.roi_begin();
    to.roi_end = from.roi_end();
    to.strobe = from.strobe();
    to.truncated = from.truncated();
    to.dead_ticks = from.dead_ticks();
    to.traces.assign(from.traces().begin(), from.traces().end());
    return {};
}

Status get(const wire::WindowFact& from, WindowFact& to) {
    if (!wire::WindowKind_IsValid(from.kind()))
        return corrupt("verdict: unknown window kind {}", static_cast<int>(from.kind()));
    if (from.roi_ticks() < 0 || from.roi_ticks() > 2 * max_window_ticks || from.dead_ticks() < 0 ||
        from.dead_ticks() > from.roi_ticks())
        return corrupt("verdict: impossible window of {} ticks, {} of them dead", from.roi_ticks(),
                       from.dead_ticks());
    to = {from.kind(), from.roi_ticks(), from.dead_ticks(), from.truncated(), from.strobe()};
    return {};
}

template <class Header, class Slot>
Status get_common(const Header& from, Slot& to) {
    to.run = from.run();
    to.slot = from.slot();
    to.sequence = from.sequence();
    to.daemon = from.daemon();
    to.cycle_id.reset();
    if (from.has_cycle_id()) to.cycle_id = from.cycle_id();
    to.quality = from.quality();
    to.utc_ns = from.utc_ns();
    return get(from.t0(), to.t0, "t0");
}

// A window bound becomes a sample position through the ratio of two frequencies (sample_position): the
// product must stay far inside 64 bits.
Status check_domain_ratios(const SpillRecord& record) {
    const auto* reference = record.clock_of(record.t0.domain);
    if (reference == nullptr)
        return corrupt("the clock domain {} of t0 is not in the record", record.t0.domain);
    for (const auto& clock : record.clocks)
        if (static_cast<double>(max_window_ticks) * (clock.frequency_hz / reference->frequency_hz) >
            static_cast<double>(max_ticks))
            return corrupt("clock domain {}: {} Hz against {} Hz is impossible", clock.domain,
                           clock.frequency_hz, reference->frequency_hz);
    return {};
}

template <class From, class To, class Get>
Status get_all(const From& from, To& to, Get get_one) {
    to.resize(static_cast<std::size_t>(from.size()));
    for (std::size_t i = 0; i < to.size(); ++i)
        if (auto status = get_one(from[static_cast<int>(i)], to[i], i); !status) return status;
    return {};
}

// All but the samples, which are there.
Status fill(const wire::SpillHeader& header, SpillRecord& record) {
    if (auto status = get_common(header, record); !status) return status;
    record.utc_state = header.utc_state();
    if (header.window_age_ns() < 0) return corrupt("window age {} ns is negative", header.window_age_ns());
    record.window_age_ns = header.window_age_ns();
    if (auto status = get_all(header.clocks(), record.clocks,
                              [](const auto& from, auto& to, std::size_t) { return get(from, to); });
        !status)
        return status;
    if (auto status = check_domain_ratios(record); !status) return status;
    if (auto status =
            get_all(header.traces(), record.traces,
                    [&](const auto& from, auto& to, std::size_t i) { return get(from, to, i, record); });
        !status)
        return status;
    if (auto status = get_all(header.windows(), record.windows,
                              [&](const auto& from, auto& to, std::size_t i) {
                                  return get(from, to, i, record.traces.size());
                              });
        !status)
        return status;
    return get_all(header.counters(), record.counters, [](const auto& from, auto& to, std::size_t) -> Status {
        to.name = from.name();
        to.value = from.value();
        return {};
    });
}

// The header of these samples, checked as a message; valid on this thread until the next call.
Result<const wire::SpillHeader*> spill_header(std::span<const std::byte> header,
                                              std::span<const std::byte> samples) {
    if (header.size() > max_header_bytes || samples.size() > max_payload_bytes)
        return corrupt("Spill record of {} + {} bytes; at most {} + {} are allowed", header.size(),
                       samples.size(), max_header_bytes, max_payload_bytes);
    if (samples.size() % sizeof(std::uint16_t) != 0)
        return corrupt("Spill record: {} bytes of samples are not whole words", samples.size());
    constexpr std::string_view what = "Spill record";
    if (auto status = check_crc(header, samples, "\x7d", what); !status) return status.error();
    if (auto status = check_counts(header,
                                   {{wire::SpillHeader::kClocksFieldNumber, max_clocks, "clock domains"},
                                    {wire::SpillHeader::kTracesFieldNumber, max_traces, "traces"},
                                    {wire::SpillHeader::kWindowsFieldNumber, max_windows, "windows"},
                                    {wire::SpillHeader::kCountersFieldNumber, max_counters, "counters"}},
                                   what);
        !status)
        return status.error();
    thread_local wire::SpillHeader message;  // keeps its memory from record to record
    if (auto status = parse(header, message, what); !status) return status.error();
    return &message;
}

}  // namespace

Status decode_spill(std::span<const std::byte> header, std::span<const std::byte> samples,
                    SpillRecord& record) {
    const auto message = spill_header(header, samples);
    if (!message) return message.error();
    record.samples.resize(samples.size() / sizeof(std::uint16_t));
    if (!samples.empty()) std::memcpy(record.samples.data(), samples.data(), samples.size());
    return fill(**message, record);
}

Status decode_spill(std::span<const std::byte> header, SpillRecord& record) {
    const auto message = spill_header(header, std::as_bytes(std::span(record.samples)));
    if (!message) return message.error();
    return fill(**message, record);
}

Result<Verdict> decode_verdict(std::span<const std::byte> header) {
    constexpr std::string_view what = "verdict";
    if (header.size() > max_header_bytes)
        return corrupt("verdict of {} bytes; at most {} are allowed", header.size(), max_header_bytes);
    if (auto status = check_crc(header, {}, "\xa5\x01", what); !status) return status.error();
    if (auto status =
            check_counts(header, {{wire::Verdict::kWindowsFieldNumber, max_windows, "windows"}}, what);
        !status)
        return status.error();
    thread_local wire::Verdict message;
    if (auto status = parse(header, message, what); !status) return status.error();

    Verdict verdict;
    if (auto status = get_common(message, verdict); !status) return status.error();
    if (!wire::Disposition_IsValid(message.disposition()) || message.disposition() == wire::INVALID)
        return corrupt("verdict: disposition {} is not one", static_cast<int>(message.disposition()));
    if (!wire::ChargeState_IsValid(message.charge_state()))
        return corrupt("verdict: charge state {} is not one", static_cast<int>(message.charge_state()));
    if (outside(message.charge_pc(), max_charge_pc))
        return corrupt("verdict: charge of {} pC is impossible", message.charge_pc());
    if (!frequency_allowed(message.frequency_hz()))
        return corrupt("verdict: impossible frequency {} Hz", message.frequency_hz());
    verdict.disposition = message.disposition();
    verdict.charge_state = message.charge_state();
    verdict.charge_pc = message.charge_pc();
    verdict.flavour = message.flavour();
    verdict.facility_veto = message.facility_veto();
    verdict.has_record = message.has_record();
    verdict.record_sequence = message.record_sequence();
    verdict.frequency_hz = message.frequency_hz();
    if (auto status = get_all(message.windows(), verdict.windows,
                              [](const auto& from, auto& to, std::size_t) { return get(from, to); });
        !status)
        return status.error();
    return verdict;
}

}  // namespace spillgate::proto
