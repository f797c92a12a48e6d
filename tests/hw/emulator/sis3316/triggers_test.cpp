// Internal triggers: what the filter finds in the simulated signal.
#include <algorithm>
#include <span>

#include <catch2/catch.hpp>

#include "hw/emulator/detector_feed.hpp"
#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using hw::emulator::DetectorFeed;
using hw::emulator::sis3316::EmulatedSis3316;

namespace {

// A quiet PMT with large light pulses, going down, the facility's pulse on channel 5.
config::EmulatedModule pmt_module() {
    config::EmulatedModule module;
    module.set_name("digitizer");
    module.mutable_sis3316()->set_paced(false);
    module.mutable_sis3316()->set_mark_channel(5);
    auto& board = *module.mutable_board();
    board.set_id(0);
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    auto& simulation = *board.mutable_simulation();
    simulation.mutable_beam()->set_jitter_ns(1000);
    auto& pmt = *simulation.mutable_pmt();
    pmt.set_baseline_adc(14000);
    pmt.set_veto_baseline_adc(14000);
    pmt.set_spe_charge_adc(100);
    pmt.set_dark_rate_hz(0);
    pmt.set_steady_rate_hz(0);
    pmt.set_cherenkov_rate_hz(2000);
    pmt.set_cherenkov_mean_pe(200);
    pmt.set_large_rate_hz(0);
    pmt.set_muon_rate_hz(0);
    pmt.set_linear_gate_fraction(0);
    return module;
}

std::uint16_t sample(std::span<const std::uint32_t> raw, std::size_t i) {
    return static_cast<std::uint16_t>(raw[i / 2] >> (16 * (i % 2)));
}

}  // namespace

TEST_CASE("a channel triggers itself where the filter of its inverted signal passes the threshold") {
    auto device = EmulatedSis3316::create(pmt_module()).value();
    device->start().value();
    PlainClient client(device->endpoint());
    client.take_grant();
    constexpr std::uint32_t peaking = 4;
    constexpr std::uint32_t gap = 2;
    constexpr std::uint32_t threshold = peaking * 200;
    client.write_all({{0x100C, 0x01000000},
                      {0x1010, 0x05},  // inverted, internal trigger
                      {0x101C, 198},   // gate of 200 samples
                      {0x1020, 200u << 16},
                      {0x1028, 0x8000 | 60},  // … from 60 + P + G before the trigger
                      {0x1030, 0x04},         // fast MAW
                      {0x1040, gap << 12 | peaking},
                      {0x1044, 0x88000000 + threshold}});
    client.press(0x420);
    constexpr std::uint32_t words = 3 + 3 + 100;
    REQUIRE(eventually([&] { return (client.read(0x1110) & 0xFFFFFF) >= 20 * words; }));
    client.press(0x424);
    const auto bank = client.read_bank(0, 0);
    REQUIRE(bank.size() % words == 0);
    for (std::size_t at = 0; at < bank.size(); at += words) {
        const auto event = std::span(bank).subspan(at, words);
        CHECK(event[2] > 0x08000000 + threshold - 100);  // noise is drawn anew for the record
        CHECK(event[3] < 0x08000000 + threshold + 100);
        CHECK(event[4] > 0x08000000 + threshold - 100);
        CHECK(event[2] >= event[4]);
        const auto raw = event.subspan(6);
        // Baseline before, the pulse where the trigger says.
        CHECK(sample(raw, 40) > 13950);
        std::uint16_t lowest = 0xFFFF;
        for (std::size_t i = 55; i < 80; ++i)
            lowest = std::min(lowest, sample(raw, i));
        CHECK(lowest < 13800);
    }
    client.write(0x80, 0xB0000000);
    const auto counters = client.fifo(0, 24);
    CHECK(counters[0] >= bank.size() / words);
    CHECK(client.read(0xC0) >= counters[0]);
}

TEST_CASE("the facility's pulse on its channel triggers it, at half height at the mark") {
    auto device = EmulatedSis3316::create(pmt_module()).value();
    device->start().value();
    PlainClient client(device->endpoint());
    client.take_grant();
    client.write_all({{0x200C, 0x01000000},
                      {0x2010, 0x0400},
                      {0x201C, 98},
                      {0x2020, 100u << 16},
                      {0x2028, 40},
                      {0x2050, 0u << 12 | 2},
                      {0x2054, 0x88000000 + 2 * 1000}});
    client.press(0x420);
    REQUIRE(eventually([&] { return (client.read(0x2114) & 0xFFFFFF) >= 3 * 53; }));
    client.press(0x424);
    const auto bank = client.read_bank(5, 0);
    REQUIRE(bank.size() % 53 == 0);
    const auto raw = std::span(bank).subspan(3, 50);
    CHECK(sample(raw, 20) < 1700);
    CHECK(sample(raw, 60) > 5000);
    CHECK(sample(raw, 60) < 6000);  // 10 % of the range and 4000
    // At the SNS's distance, to its jitter.
    const auto distance = static_cast<std::int32_t>(bank[54] - bank[1]);
    CHECK(std::abs(distance - 4'166'667) < 20 * 250);
}

TEST_CASE("without the ADCs' output enable there are zeros, and nothing triggers") {
    auto device = EmulatedSis3316::create(pmt_module()).value();
    device->start().value();
    PlainClient client(device->endpoint());
    client.take_grant();
    client.write_all({{0x1010, 0x08}, {0x101C, 98}, {0x1020, 100u << 16}, {0x60, 0x100}});
    client.press(0x420);
    client.press(0x418);
    REQUIRE(eventually([&] { return (client.read(0x1110) & 0xFFFFFF) == 53; }));
    client.press(0x424);
    CHECK(client.read_bank(0, 0)[10] == 0);
}

TEST_CASE("a clock that is off takes the same facility's pulses at other ticks") {
    config::Board board;
    board.set_id(0);
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    board.mutable_simulation()->mutable_beam()->set_jitter_ns(0);
    const auto exact = DetectorFeed::create(board, {}).value();
    const auto fast = DetectorFeed::create(board, {1e-4, std::nullopt, std::nullopt}).value();
    CHECK(fast->frequency_hz() == Approx(250.025e6));
    exact->move_to(250'000'000'000);
    fast->move_to(250'025'000'000);
    REQUIRE(exact->pulses().size() == 1);
    REQUIRE(fast->pulses().size() == 1);
    CHECK(exact->pulses()[0].cycle_id == fast->pulses()[0].cycle_id);
    CHECK(static_cast<double>(fast->pulses()[0].tick) ==
          Approx(static_cast<double>(exact->pulses()[0].tick) * 1.0001).epsilon(1e-11));
    // Stretches of a cycle are the same whoever asks; the cycle only moves on.
    const std::int64_t begin = exact->cycle_begin();
    exact->move_to(0);
    CHECK(exact->cycle_begin() == begin);
    exact->move_to(exact->cycle_end());
    CHECK(exact->cycle_begin() > begin);
}

TEST_CASE("a pattern's samples say channel and tick, whatever the trigger") {
    config::Board board;
    board.set_id(0);
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    hw::emulator::FeedOptions options;
    options.pattern.emplace().set_trigger_hz(1000);
    const auto feed = DetectorFeed::create(board, options).value();
    feed->move_to(1'000'000'100);
    REQUIRE(feed->pulses().size() == 1);
    CHECK(feed->pulses()[0].tick == 1'000'000'000);
    CHECK(feed->pulses()[0].cycle_id == 4000u);
    std::vector<std::uint16_t> codes(40'000);
    feed->samples(3, 1'000'000'000 - 100, codes);
    for (std::size_t i = 0; i < codes.size(); ++i)
        REQUIRE(codes[i] == hw::emulator::pattern_code(3, 999'999'900 + static_cast<std::int64_t>(i), 14));
    std::vector<std::int64_t> rises;
    feed->rises(3, 10, rises);
    CHECK(rises == std::vector<std::int64_t>{1'000'000'000});
}
