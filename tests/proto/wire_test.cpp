#include "proto/wire.hpp"

#include <functional>
#include <limits>

#include <catch2/catch.hpp>

#include "proto/schema/spill.pb.h"
#include "tests/proto/random_record.hpp"

namespace spillgate::proto::testing {
namespace {

Status decode(const Message& message, SpillRecord& record) {
    return decode_spill(bytes_of(message.header), message.payload(), record);
}

// A header as a hostile or newer writer could make it: any content, right checksum.
template <class Header>
std::string seal(const Header& header, std::string_view tag, std::span<const std::byte> samples) {
    std::string bytes = header.SerializeAsString();
    const std::uint32_t crc = crc32c(samples, crc32c(bytes_of(bytes)));
    bytes.append(tag).append(reinterpret_cast<const char*>(&crc), sizeof crc);
    return bytes;
}

ErrorKind spill_error(const std::function<void(wire::SpillHeader&)>& change) {
    const auto message = encode(share(fixed_record(3, 5)));
    wire::SpillHeader header;
    REQUIRE(header.ParseFromString(message.header));
    header.clear_crc32c();
    change(header);
    SpillRecord record;
    const auto status =
        decode_spill(bytes_of(seal(header, "\x7d", message.payload())), message.payload(), record);
    REQUIRE_FALSE(status);
    CHECK_FALSE(status.error().message.empty());
    return status.error().kind;
}

ErrorKind verdict_error(const std::function<void(wire::Verdict&)>& change) {
    wire::Verdict header;
    REQUIRE(header.ParseFromString(encode(fixed_verdict(3, 5)).header));
    header.clear_crc32c();
    change(header);
    const auto verdict = decode_verdict(bytes_of(seal(header, "\xa5\x01", {})));
    REQUIRE_FALSE(verdict.has_value());
    return verdict.error().kind;
}

}  // namespace

TEST_CASE("CRC32C agrees with RFC 3720 and may be continued") {
    CHECK(crc32c(bytes_of(std::string(32, '\0'))) == 0x8a9136aa);
    CHECK(crc32c(bytes_of("123456789")) == 0xe3069283);
    CHECK(crc32c(bytes_of("6789"), crc32c(bytes_of("12345"))) == 0xe3069283);
    CHECK(crc32c({}) == 0);
}

TEST_CASE("SHA-256 agrees with FIPS 180-4") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("every allowed record survives encoding and decoding into a used record", "[property]") {
    Random random(20261122);
    SpillRecord back = fixed_record(1, 2);
    for (int round = 0; round < 1000; ++round) {
        const auto record = share(random_record(random));
        const auto message = encode(record);
        CAPTURE(round);
        REQUIRE(decode(message, back));
        REQUIRE(back == *record);
        REQUIRE(message.sequence == record->sequence);
        REQUIRE(message.slot == record->slot);
    }
}

TEST_CASE("every allowed verdict survives encoding and decoding", "[property]") {
    Random random(20261123);
    for (int round = 0; round < 1000; ++round) {
        const auto verdict = random_verdict(random);
        const auto back = decode_verdict(bytes_of(encode(verdict).header));
        REQUIRE(back.has_value());
        REQUIRE(*back == verdict);
    }
}

TEST_CASE("a flipped bit anywhere in a record or verdict is found", "[property]") {
    const auto message = encode(share(fixed_record(3, 5, 120)));
    std::string header = message.header;
    SpillRecord record;
    for (std::size_t bit = 0; bit < 8 * header.size(); ++bit) {
        header[bit / 8] = static_cast<char>(header[bit / 8] ^ (1 << bit % 8));
        REQUIRE_FALSE(decode_spill(bytes_of(header), message.payload(), record));
        header[bit / 8] = static_cast<char>(header[bit / 8] ^ (1 << bit % 8));
    }
    std::vector<std::byte> samples(message.payload().begin(), message.payload().end());
    for (std::size_t bit = 0; bit < 8 * samples.size(); ++bit) {
        samples[bit / 8] ^= std::byte(1 << bit % 8);
        REQUIRE_FALSE(decode_spill(bytes_of(header), samples, record));
        samples[bit / 8] ^= std::byte(1 << bit % 8);
    }
    REQUIRE(decode_spill(bytes_of(header), samples, record));

    std::string verdict = encode(fixed_verdict(3, 5)).header;
    for (std::size_t bit = 0; bit < 8 * verdict.size(); ++bit) {
        verdict[bit / 8] = static_cast<char>(verdict[bit / 8] ^ (1 << bit % 8));
        REQUIRE_FALSE(decode_verdict(bytes_of(verdict)).has_value());
        verdict[bit / 8] = static_cast<char>(verdict[bit / 8] ^ (1 << bit % 8));
    }
}

TEST_CASE("a truncated record or verdict is refused at every length", "[property]") {
    const auto message = encode(share(fixed_record(3, 5, 120)));
    SpillRecord record;
    for (std::size_t n = 0; n < message.header.size(); ++n)
        REQUIRE_FALSE(
            decode_spill(bytes_of(std::string_view(message.header).substr(0, n)), message.payload(), record));
    for (std::size_t n = 0; n < message.payload().size(); ++n)
        REQUIRE_FALSE(decode_spill(bytes_of(message.header), message.payload().first(n), record));
    const auto verdict = encode(fixed_verdict(3, 5)).header;
    for (std::size_t n = 0; n < verdict.size(); ++n)
        REQUIRE_FALSE(decode_verdict(bytes_of(std::string_view(verdict).substr(0, n))).has_value());
}

TEST_CASE("a record whose checksum is right but whose content is impossible is refused") {
    using H = wire::SpillHeader;
    const auto kind = ErrorKind::CORRUPT;
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_offset(601); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_offset(~0ull); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(1)->set_offset(~0ull - 299); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(1)->set_count(301); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_ticks_per_sample(0); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_bits(0); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_bits(17); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_shift(3); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_shift(0xffffffff); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->set_stream(static_cast<Stream>(9)); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->mutable_first()->set_domain(3); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->mutable_first()->set_ticks(lowest); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_traces(0)->mutable_first()->set_fraction(65536); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_t0()->set_domain(9); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_t0()->set_ticks(max_ticks + 1); }) == kind);
    CHECK(spill_error([](H& h) { h.clear_clocks(); }) == kind);
    for (const double hz : {0.0, -1.0, 0.5, 1e13, std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()})
        CHECK(spill_error([&](H& h) { h.mutable_clocks(1)->set_frequency_hz(hz); }) == kind);
    CHECK(spill_error([&](H& h) {
              h.mutable_clocks(0)->set_frequency_hz(1);
              h.mutable_clocks(1)->set_frequency_hz(1e12);
          }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_clocks(0)->set_t0_uncertainty_ns(-1); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->set_kind(static_cast<WindowKind>(4)); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->set_pretrace_end(-101); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->set_roi_begin(201); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->set_roi_end(max_window_ticks + 1); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->set_pretrace_begin(lowest); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->set_dead_ticks(-1); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(1)->set_dead_ticks(51); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->set_traces(1, 2); }) == kind);
    CHECK(spill_error([](H& h) { h.mutable_windows(0)->add_traces(0); }) == kind);
}

TEST_CASE("more repeated messages than allowed are refused before they are built") {
    using H = wire::SpillHeader;
    const auto too_many = [](std::size_t most, auto add) {
        return spill_error([&](H& h) {
            for (std::size_t i = 0; i <= most; ++i)
                add(h);
        });
    };
    CHECK(too_many(max_traces, [](H& h) { h.add_traces(); }) == ErrorKind::CORRUPT);
    CHECK(too_many(max_windows, [](H& h) { h.add_windows(); }) == ErrorKind::CORRUPT);
    CHECK(too_many(max_clocks, [](H& h) { h.add_clocks(); }) == ErrorKind::CORRUPT);
    CHECK(too_many(max_counters, [](H& h) { h.add_counters(); }) == ErrorKind::CORRUPT);
    const auto crowded = verdict_error([](wire::Verdict& v) {
        for (std::size_t i = 0; i <= max_windows; ++i)
            v.add_windows();
    });
    CHECK(crowded == ErrorKind::CORRUPT);
}

TEST_CASE("a verdict whose checksum is right but whose content is impossible is refused") {
    using V = wire::Verdict;
    const auto kind = ErrorKind::CORRUPT;
    CHECK(verdict_error([](V& v) { v.set_disposition(wire::INVALID); }) == kind);
    CHECK(verdict_error([](V& v) { v.set_disposition(static_cast<Disposition>(9)); }) == kind);
    CHECK(verdict_error([](V& v) { v.set_charge_state(static_cast<ChargeState>(4)); }) == kind);
    CHECK(verdict_error([](V& v) { v.set_charge_pc(max_charge_pc + 1); }) == kind);
    CHECK(verdict_error([](V& v) { v.set_frequency_hz(0); }) == kind);
    CHECK(verdict_error([](V& v) { v.mutable_t0()->set_ticks(-max_ticks - 1); }) == kind);
    CHECK(verdict_error([](V& v) { v.mutable_windows(0)->set_roi_ticks(-1); }) == kind);
    CHECK(verdict_error([](V& v) { v.mutable_windows(0)->set_dead_ticks(201); }) == kind);
    CHECK(verdict_error([](V& v) { v.mutable_windows(0)->set_kind(static_cast<WindowKind>(-1)); }) == kind);
}

TEST_CASE("an unknown major version is refused, an unknown minor version and new fields are ignored") {
    CHECK(spill_error([](auto& h) { h.set_format_major(2); }) == ErrorKind::UNSUPPORTED);
    CHECK(spill_error([](auto& h) { h.set_format_major(0); }) == ErrorKind::UNSUPPORTED);
    CHECK(verdict_error([](auto& v) { v.set_format_major(2); }) == ErrorKind::UNSUPPORTED);

    const auto message = encode(share(fixed_record(3, 5)));
    wire::SpillHeader header;
    REQUIRE(header.ParseFromString(message.header));
    header.clear_crc32c();
    header.set_format_minor(99);
    header.GetReflection()->MutableUnknownFields(&header)->AddLengthDelimited(900, "from the future");
    header.GetReflection()->MutableUnknownFields(header.mutable_traces(0))->AddVarint(31, 1);
    SpillRecord record;
    REQUIRE(decode_spill(bytes_of(seal(header, "\x7d", message.payload())), message.payload(), record));
    CHECK(record == *message.record);
}

TEST_CASE("samples that are not whole words, or that lie at an odd address, are handled") {
    const auto message = encode(share(fixed_record(3, 5)));
    std::vector<std::byte> shifted(message.payload().size() + 1);
    std::copy(message.payload().begin(), message.payload().end(), shifted.begin() + 1);
    SpillRecord record;
    CHECK(decode_spill(bytes_of(message.header), std::span(shifted).subspan(1), record));
    CHECK(record == *message.record);
    CHECK_FALSE(decode_spill(bytes_of(message.header), shifted, record));
}

}  // namespace spillgate::proto::testing
