// RTDL packets of an ADARA stream: the layout byte by byte, any cut of the stream, and bytes that cannot be.
#include "hw/beam/adara/adara_packets.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "hw/beam/adara/adara_feed.hpp"

namespace spillgate::hw::beam::adara {
namespace {

using Found = Decoder::Found;
using Bytes = std::vector<std::byte>;

void add_word(Bytes& bytes, std::uint32_t value) {
    for (int b = 0; b < 4; ++b)
        bytes.push_back(static_cast<std::byte>(value >> (8 * b) & 0xff));
}

// 2 330 000 units of 10 pC, target 1, cycle 599, no veto, at 2026-01-01 00:00:00.25 UTC.
Bytes written_by_hand(std::uint32_t pulse = 0x01238d90, std::uint32_t state = 0x00000257) {
    Bytes bytes;
    for (const std::uint32_t word : {120u, 0x00000101u, 1767225600u - 631152000u, 250000000u, pulse, state,
                                     7u, 0x80000001u, 0x040e6b68u})
        add_word(bytes, word);
    for (std::uint32_t i = 0; i < 25; ++i)
        add_word(bytes, i << 24);
    return bytes;
}

void add(Bytes& to, const Bytes& from) {
    to.insert(to.end(), from.begin(), from.end());
}

struct Decoded {
    std::vector<Rtdl> packets;
    int other = 0;
    int corrupt = 0;
    bool lost = false;
};

// The stream in pieces of the given sizes, the last repeated.
Decoded decode(std::span<const std::byte> stream, std::size_t piece) {
    Decoder decoder;
    Decoded decoded;
    while (!stream.empty() && !decoded.lost) {
        auto bytes = stream.first(std::min(piece, stream.size()));
        stream = stream.subspan(bytes.size());
        Rtdl rtdl;
        for (Found found = decoder.next(bytes, rtdl); found != Found::NOTHING;
             found = decoder.next(bytes, rtdl)) {
            if (found == Found::RTDL) decoded.packets.push_back(rtdl);
            decoded.other += found == Found::OTHER;
            decoded.corrupt += found == Found::CORRUPT_RTDL;
            decoded.lost = found == Found::LOST;
            if (decoded.lost) break;
        }
    }
    return decoded;
}

}  // namespace

TEST_CASE("an RTDL packet is read as the public sources lay it out") {
    const auto decoded = decode(written_by_hand(), 1000);
    REQUIRE(decoded.packets.size() == 1);
    const auto& rtdl = decoded.packets[0];
    CHECK(rtdl.pulse_utc_ns == 1767225600'250000000);
    CHECK(rtdl.charge == 2330000);
    CHECK(rtdl.flavour == 1);
    CHECK(rtdl.cycle == 599);
    CHECK(rtdl.veto == 0);
    CHECK(!rtdl.bad_veto);
    CHECK(!rtdl.bad_cycle);

    const auto other = decode(written_by_hand(0xfaffffff, 0xc03ffc00), 1000).packets.at(0);
    CHECK(other.charge == 0xffffff);
    CHECK(other.flavour == 2);
    CHECK(other.veto == 0xfff);
    CHECK(other.cycle == 0);
    CHECK(other.bad_veto);
    CHECK(other.bad_cycle);
}

TEST_CASE("any cut of a stream gives the same packets, others are skipped", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    Bytes stream;
    std::vector<Rtdl> sent;
    int others = 0;
    for (int i = 0; i < 200; ++i) {
        if (random() % 3 == 0) {
            const auto words = static_cast<std::uint32_t>(random() % 60);
            for (const std::uint32_t word : {4 * words, 0x00400901u, 1u, 2u})
                add_word(stream, word);
            for (std::uint32_t w = 0; w < words; ++w)
                add_word(stream, static_cast<std::uint32_t>(random()));
            ++others;
        }
        Rtdl rtdl;
        rtdl.pulse_utc_ns = 1767225600'000000000 + i * 16'666'667L;
        rtdl.charge = static_cast<std::uint32_t>(random() & largest_charge);
        rtdl.flavour = static_cast<std::uint32_t>(random() & 7);
        rtdl.veto = static_cast<std::uint32_t>(random() & 0xfff);
        rtdl.cycle = static_cast<std::uint32_t>(random() % supercycle);
        rtdl.bad_veto = random() % 2 == 0;
        rtdl.bad_cycle = random() % 2 == 0;
        const auto packet = encode(rtdl);
        stream.insert(stream.end(), packet.begin(), packet.end());
        sent.push_back(rtdl);
    }
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{136}, stream.size()}) {
        const auto decoded = decode(stream, piece);
        CHECK(decoded.packets == sent);
        CHECK(decoded.other == others);
        CHECK(decoded.corrupt == 0);
        CHECK(!decoded.lost);
    }
}

TEST_CASE("a packet that cannot be an RTDL packet is skipped whole, and the next one is read") {
    Bytes stream = written_by_hand();
    stream[0] = std::byte{116};  // too short for its version
    stream.resize(16 + 116);
    auto no_period = written_by_hand();
    no_period[16 + 19] = std::byte{5};
    add(stream, no_period);
    auto no_time = written_by_hand();
    no_time[15] = std::byte{0xff};
    add(stream, no_time);
    auto newer = written_by_hand();
    newer[0] = std::byte{128};
    newer[4] = std::byte{2};
    add_word(newer, 1);
    add_word(newer, 2);
    add(stream, newer);
    add(stream, written_by_hand());
    const auto decoded = decode(stream, 50);
    CHECK(decoded.corrupt == 3);
    CHECK(decoded.packets.size() == 2);
    CHECK(!decoded.lost);
}

TEST_CASE("a length that cannot be ends the stream, and any bytes are decoded without harm") {
    Bytes stream;
    for (const std::uint32_t word : {longest_payload + 4, 0x00000101u, 1u, 2u})
        add_word(stream, word);
    CHECK(decode(stream, 4).lost);
    stream[0] = std::byte{121};
    stream[3] = std::byte{0};
    CHECK(decode(stream, 4).lost);

    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 300; ++round) {
        Bytes noise(random() % 2000);
        for (auto& byte : noise)
            byte = static_cast<std::byte>(random() % 3 == 0 ? random() & 0xff : 0);
        const auto decoded = decode(noise, 1 + random() % 300);
        CHECK(decoded.packets.size() <= noise.size() / (header_bytes + rtdl_bytes));
    }
}

TEST_CASE("charge that comes with the next pulse is believed only if that is one period away") {
    PulseReports after(16'666'667, true);
    Rtdl rtdl;
    const auto at = [&](double period) {
        rtdl.pulse_utc_ns = 1'000'000'000 + static_cast<std::int64_t>(period * 16'666'667);
        return after.next(rtdl, 5);
    };
    CHECK(at(0).uncorrected);  // what came before is not known
    CHECK(!at(1).uncorrected);
    CHECK(!at(2.1).uncorrected);
    CHECK(at(4).uncorrected);  // a packet is missing
    CHECK(at(4).uncorrected);  // twice
    CHECK(!at(5).uncorrected);
    rtdl.bad_veto = true;
    CHECK(at(6).uncorrected);

    PulseReports same(16'666'667, false);
    rtdl = {};
    rtdl.charge = 2'330'000;
    rtdl.veto = 4;
    const auto report = same.next(rtdl, 5);
    CHECK(!report.uncorrected);
    CHECK(report.charge_pc == 23'300'000);
    CHECK(report.facility_veto);
    CHECK(report.arrival_ns == 5);
    CHECK(!report.cycle_id);
}

}  // namespace spillgate::hw::beam::adara
