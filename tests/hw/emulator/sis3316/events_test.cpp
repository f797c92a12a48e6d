// Events: what the registers ask for, in the banks and in the ledger.
#include <algorithm>
#include <span>

#include <catch2/catch.hpp>

#include "hw/emulator/detector_feed.hpp"
#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "proto/wire.hpp"
#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using hw::emulator::Fate;
using hw::emulator::LedgerEntry;
using hw::emulator::sis3316::EmulatedSis3316;

namespace {

struct Bench {
    std::unique_ptr<EmulatedSis3316> device;
    std::unique_ptr<PlainClient> client;

    explicit Bench(const config::EmulatedModule& config)
        : device(EmulatedSis3316::create(config, true).value()) {
        device->start().value();
        client = std::make_unique<PlainClient>(device->endpoint());
        client->take_grant();
        for (std::uint32_t group = 0; group < 4; ++group)
            client->write_all({{group_base(group) + 0x0C, 0x01000000},
                               {group_base(group) + 0x14, 0x5A000000u | group << 22}});
        client->write(0x60, 0x500);
    }

    static std::uint32_t group_base(std::uint32_t group) { return 0x1000 * (group + 1); }
    // All 16 channels, by the external trigger: `raw` samples from the begin of a gate of `gate`.
    void record(std::uint32_t raw, std::uint32_t gate) const {
        for (std::uint32_t group = 0; group < 4; ++group)
            client->write_all({{group_base(group) + 0x10, 0x08080808},
                               {group_base(group) + 0x1C, gate - 2},
                               {group_base(group) + 0x20, raw << 16}});
    }
    std::uint32_t stored(unsigned channel) const {
        return client->read(group_base(channel / 4) + 0x110 + 4 * (channel % 4)) & 0xFFFFFF;
    }
    void trigger_and_wait(std::uint32_t words) const {
        const std::uint32_t before = stored(0);
        client->press(0x418);
        REQUIRE(eventually([&] { return stored(0) == before + words; }));
    }
};

std::uint64_t timestamp_of(const std::vector<std::uint32_t>& event) {
    return std::uint64_t{event[0] >> 16} << 32 | event[1];
}

std::uint16_t sample(std::span<const std::uint32_t> raw, std::size_t i) {
    return static_cast<std::uint16_t>(raw[i / 2] >> (16 * (i % 2)));
}

}  // namespace

TEST_CASE("an event has the words that its format asks for, computed from its samples") {
    Bench bench(pattern_module());
    PlainClient& client = *bench.client;
    bench.record(64, 100);
    client.write_all({{0x1028, 20},            // pre-trigger
                      {0x1030, 0x00000D1F},    // channel 0: all, with the MAW buffer; channel 1: peak and MAW
                      {0x1034, 8},             // MAW buffer of 8
                      {0x1040, 2u << 12 | 4},  // P 4, G 2
                      {0x10A0, 9u << 16 | 5},  // accumulator 1: 10 samples from 5
                      {0x10BC, 1u << 16 | 70}});  // accumulator 8: 2 samples from 70, beyond the raw ones
    client.press(0x420);
    client.press(0x41C);
    client.press(0x418);
    const std::uint32_t words_0 = 3 + 7 + 2 + 3 + 2 + 32 + 8;
    REQUIRE(eventually([&] { return bench.stored(1) == 3 + 7 + 3 + 2 + 32; }));
    client.press(0x424);
    const auto event = client.read_bank(0, 0);
    REQUIRE(event.size() == words_0);
    CHECK((event[0] & 0xFFFF) == (0x5A0 << 4 | 0xF));
    CHECK(timestamp_of(event) < std::uint64_t{250'000'000} * 60);
    const std::uint32_t header = event[16];
    CHECK(header == (0xE8000000u | 32));
    const auto raw = std::span(event).subspan(17, 32);
    // The pattern: one code more per sample, whatever the trigger.
    for (std::size_t i = 1; i < 64; ++i)
        REQUIRE(sample(raw, i) == ((sample(raw, 0) + i) & 0x3FFF));
    std::uint32_t sum = 0;
    for (std::size_t i = 5; i < 15; ++i)
        sum += sample(raw, i);
    CHECK((event[3] & 0xFFFFFF) == sum);
    const std::uint32_t at_70 = (sample(raw, 0) + 70u) & 0x3FFF;
    CHECK(event[10] == at_70 + ((at_70 + 1) & 0x3FFF));
    const std::uint32_t start = sample(raw, 0);
    const std::uint32_t index = start + 99 > 0x3FFF ? 0x3FFF - start : 99;  // the pattern wraps
    CHECK(event[2] == (index << 16 | (start + index)));
    // The filter of a ramp: P · (P + G), unless the ramp wraps in it.
    if (start > 100 && start + 200 < 0x3FFF) {
        CHECK(event[11] == 0x08000000 + 24);
        for (std::size_t i = 49; i < 57; ++i)
            CHECK(event[i] == 0x08000000 + 24);
    }
    const auto second = client.read_bank(1, 0);
    CHECK((second[0] & 0xFFFF) == (0x5A1 << 4 | 0xD));
    CHECK(client.read_bank(2, 0).size() == 3 + 32);
}

TEST_CASE("lengths beyond 65534 samples come from the extended register") {
    Bench bench(pattern_module(1));
    bench.record(0, 100);
    bench.client->write(0x1098, 100000);
    bench.client->press(0x420);
    bench.trigger_and_wait(3 + 50000);
    bench.client->press(0x424);
    const auto event = bench.client->read_bank(0, 0);
    CHECK(event[2] == (0xE0000000u | 50000));
    CHECK(bench.client->read_bank(4, 0).size() == 3);
}

TEST_CASE("modules of 16 bits average, and mark it in the event") {
    auto config = pattern_module();
    config.mutable_sis3316()->set_adc_firmware(0x01250007);
    config.mutable_board()->set_bits(16);
    config.mutable_board()->set_sample_rate_mhz(125);
    Bench bench(config);
    bench.record(16, 100);
    bench.client->write(0x102C, 1u << 28 | 8u << 16 | 6);  // six averages of 4, from 8 before the trigger
    bench.client->press(0x420);
    bench.trigger_and_wait(3 + 8 + 1 + 3);
    bench.client->press(0x424);
    const auto event = bench.client->read_bank(0, 0);
    CHECK(event[2] == (0xA0000000u | 8));
    CHECK(event[3] == (0xE0000000u | 3));
    const auto raw = std::span(event).subspan(4, 8);
    const auto averages = std::span(event).subspan(12, 3);
    if (sample(raw, 0) > 100 && sample(raw, 0) < 65000)
        for (std::size_t i = 0; i < 6; ++i)
            CHECK(sample(averages, i) == sample(raw, 0) - 8 + 4 * i + 1);
}

TEST_CASE("the facility's pulse at TI triggers all channels, and a plain client reads what the ledger has") {
    Bench bench(pattern_module(200));
    PlainClient& client = *bench.client;
    bench.record(400, 400);
    client.write(0x5C, 0x10);
    std::vector<std::vector<std::uint32_t>> read(32);
    for (unsigned swap = 0; swap < 4; ++swap) {
        const unsigned bank = swap % 2;
        client.press(bank == 0 ? 0x420 : 0x424);
        REQUIRE(eventually([&] { return bench.stored(15) >= 5 * 203; }));
        if (swap < 2) continue;
        for (unsigned c = 0; c < 16; ++c) {
            auto& all = read[2 * c + 1 - bank];
            const auto words = client.read_bank(c, 1 - bank);
            all.insert(all.end(), words.begin(), words.end());
        }
    }
    // Banks 1 and 2 as they were armed for the second and the third time.
    bench.device->stop().value();
    std::size_t events = 0;
    for (unsigned c = 0; c < 16; ++c)
        for (unsigned bank = 0; bank < 2; ++bank) {
            const auto& words = read[2 * c + bank];
            REQUIRE(words.size() % 203 == 0);
            for (std::size_t at = 0; at < words.size(); at += 203) {
                const std::uint64_t timestamp = std::uint64_t{words[at] >> 16} << 32 | words[at + 1];
                const auto entry = std::ranges::find_if(bench.device->ledger(), [&](const LedgerEntry& e) {
                    return e.channel == c && e.timestamp == timestamp && e.bank == bank;
                });
                REQUIRE(entry != bench.device->ledger().end());
                CHECK(entry->crc32c == proto::crc32c(std::as_bytes(std::span(words).subspan(at, 203))));
                ++events;
            }
        }
    CHECK(events >= std::size_t{2} * 16 * 5);
    // At equal distances, by the pattern's rate, in every channel alike.
    const auto& first = read[0];
    const auto& last = read[30];
    CHECK(first[1] == last[1]);
    CHECK(static_cast<std::uint32_t>(first[203 + 1] - first[1]) == 1'250'000);
}

TEST_CASE("timestamps go on across the wrap of 48 bits") {
    auto config = pattern_module(1000);
    config.mutable_sis3316()->set_timestamp_preset((std::uint64_t{1} << 48) - 1);
    Bench bench(config);
    bench.record(8, 8);
    bench.client->write(0x5C, 0x10);
    bench.device->preset_timestamp((std::uint64_t{1} << 48) - 10'000'000).value();
    bench.client->press(0x420);
    REQUIRE(eventually([&] { return bench.stored(0) >= 100 * 7; }));
    bench.client->press(0x424);
    const auto words = bench.client->read_bank(0, 0);
    std::uint64_t before = std::uint64_t{words[0] >> 16} << 32 | words[1];
    unsigned wraps = 0;
    for (std::size_t at = 7; at < words.size(); at += 7) {
        const std::uint64_t now = std::uint64_t{words[at] >> 16} << 32 | words[at + 1];
        CHECK(((now - before) & 0xFFFFFFFFFFFF) == 250'000);
        if (now < before) ++wraps;
        before = now;
    }
    CHECK(wraps == 1);
}

TEST_CASE("the clear key clears the timestamp only where it is enabled, and clocks step on request") {
    Bench bench(pattern_module());
    bench.record(8, 8);
    bench.client->press(0x420);
    bench.device->preset_timestamp(std::uint64_t{1} << 40).value();
    bench.client->write(0x60, 0x100);
    bench.client->press(0x41C);
    bench.trigger_and_wait(7);
    bench.client->write(0x60, 0x500);
    bench.client->press(0x41C);
    bench.trigger_and_wait(7);
    bench.device->step_clock(std::int64_t{1} << 41).value();
    bench.trigger_and_wait(7);
    bench.client->press(0x424);
    const auto words = bench.client->read_bank(0, 0);
    REQUIRE(words.size() == 21);
    CHECK((words[0] >> 24) == 1);  // 2^40
    CHECK((words[7] >> 24) == 0);
    CHECK((words[14] >> 24) == 2);
}

TEST_CASE("a pulse at UI clears the timestamp, or is latched") {
    auto config = pattern_module(200);
    config.mutable_sis3316()->set_mark_at_user_input(true);
    Bench bench(config);
    PlainClient& client = *bench.client;
    CHECK((client.read(0x60) >> 23 & 1) == 0);
    client.write(0x5C, 1u << 13);
    REQUIRE(eventually([&] { return (client.read(0x60) >> 23 & 1) == 1; }));
    const auto latch = [&] {
        const auto words = client.read_all({0x1130, 0x1134});
        return std::uint64_t{words[0]} << 32 | words[1];
    };
    const std::uint64_t first = latch();
    REQUIRE(eventually([&] { return latch() != first; }));
    CHECK((latch() - first) % 1'250'000 == 0);
    client.write(0x5C, 1u << 8);
    client.press(0x430);
    CHECK((client.read(0x60) >> 23 & 1) == 0);
    bench.record(8, 8);
    bench.device->preset_timestamp(std::uint64_t{1} << 40).value();
    client.press(0x420);
    REQUIRE(eventually([&] {
        bench.trigger_and_wait(7);
        client.press(0x424);
        const auto words = client.read_bank(0, 0);
        client.press(0x420);
        return std::uint64_t{words[0] >> 16} << 32 < std::uint64_t{1} << 40;
    }));
}

TEST_CASE("the threshold raises its flags, and stops the storing where that is asked") {
    Bench bench(pattern_module());
    PlainClient& client = *bench.client;
    bench.record(8, 8);
    client.write_all({{0x1018, 13}, {0x2018, 0x80000000 | 13}});  // two events of 7 words, less one
    client.press(0x420);
    bench.trigger_and_wait(7);
    CHECK((client.read(0x60) & 0xAA080000) == 0);
    bench.trigger_and_wait(7);
    CHECK(eventually([&] { return (client.read(0x60) & 0xAA080000) == 0x0A080000; }));
    bench.trigger_and_wait(7);
    CHECK(bench.stored(0) == 21);
    CHECK(eventually([&] { return bench.stored(12) == 21; }));
    CHECK(bench.stored(4) == 14);
    client.press(0x424);
    CHECK((client.read(0x60) & 0xAA080000) == 0);
    CHECK(client.read_bank(4, 0).size() == 14);
    bench.device->stop().value();
    const auto stopped =
        std::ranges::count(bench.device->ledger(), Fate::STOPPED_AT_THRESHOLD, &LedgerEntry::fate);
    CHECK(stopped == 4);
}

TEST_CASE("a bank that is full loses events, and the ledger names them") {
    auto config = pattern_module();
    config.mutable_sis3316()->set_bank_words(1024);
    Bench bench(config);
    bench.record(794, 794);  // 400 words
    bench.client->press(0x420);
    bench.trigger_and_wait(400);
    bench.trigger_and_wait(400);
    bench.client->press(0x418);
    const auto lost = [&](const char* name) {
        for (const auto& statistic : bench.device->statistics())
            if (statistic.name == name) return statistic.value;
        return std::uint64_t{0};
    };
    CHECK(eventually([&] { return lost("events-lost-bank-full") == 16; }));
    bench.client->press(0x424);
    CHECK(bench.client->read_bank(9, 0).size() == 800);
    bench.trigger_and_wait(400);  // there is room again
    bench.device->fill_memory().value();
    bench.client->press(0x418);
    CHECK(eventually([&] { return lost("events-lost-bank-full") == 32; }));
    // The module's own count has them as dead time.
    bench.client->write(0x80, 0xB0000000);
    const auto counters = bench.client->fifo(0, 24);
    CHECK(counters == std::vector<std::uint32_t>{0, 3, 2, 0, 0, 0, 0, 3, 2, 0, 0, 0,  //
                                                 0, 3, 2, 0, 0, 0, 0, 3, 2, 0, 0, 0});
    bench.device->stop().value();
    CHECK(std::ranges::count(bench.device->ledger(), Fate::BANK_FULL, &LedgerEntry::fate) == 32);
}

TEST_CASE("an event in progress at a swap goes whole into the bank in which it began") {
    Bench bench(pattern_module(1));
    PlainClient& client = *bench.client;
    // 20 ms long, so that the swap, in the same datagram as the trigger, falls into it.
    bench.record(0, 100);
    client.write_all({{0x1010, 0x08}, {0x1098, 5'000'000}});
    client.press(0x420);
    client.write_all({{0x418, 0}, {0x424, 0}});
    const auto first = client.read_bank(0, 0);
    CHECK(first.size() == 2'500'003);
    client.press(0x420);
    CHECK(client.read_bank(0, 1).empty());
}

TEST_CASE("an event that a swap truncates has fewer words than it says") {
    auto config = pattern_module(1);
    config.mutable_faults()->set_truncate_at_swap(true);
    Bench bench(config);
    bench.record(0, 100);
    bench.client->write_all({{0x1010, 0x08}, {0x1098, 5'000'000}});
    std::vector<std::uint32_t> words;
    // Should the machine be too busy for a swap within 20 ms, once more.
    REQUIRE(eventually([&] {
        bench.client->press(0x420);
        bench.client->press(0x418);
        bench.client->press(0x424);
        words = bench.client->read_bank(0, 0);
        return words.size() > 3 && words.size() < 2'500'003;
    }));
    CHECK((words[2] & 0x3FFFFFF) == 2'500'000);
    bench.device->stop().value();
    const auto entry = std::ranges::find_if(bench.device->ledger(), [&](const LedgerEntry& e) {
        return e.channel == 0 && e.timestamp == timestamp_of(words);
    });
    REQUIRE(entry != bench.device->ledger().end());
    CHECK(entry->fate == Fate::TRUNCATED);
    CHECK(entry->words == words.size());
    CHECK(entry->crc32c == proto::crc32c(std::as_bytes(std::span(words))));
}

TEST_CASE("triggers within an event are dead time, within the pile-up window they flag it") {
    Bench bench(pattern_module(20'000));  // every 12 500 samples
    bench.record(0, 30'000);
    bench.client->write_all({{0x1010, 0x08}, {0x2010, 0x08}, {0x3010, 0}, {0x4010, 0}, {0x1024, 20'000}});
    bench.client->write(0x5C, 0x10);
    bench.client->press(0x420);
    REQUIRE(eventually([&] { return bench.stored(0) > 0 && bench.stored(4) > 0; }));
    bench.client->press(0x424);
    CHECK((bench.client->read_bank(0, 0)[2] >> 26 & 1) == 1);
    CHECK((bench.client->read_bank(4, 0)[2] >> 26 & 1) == 0);
    bench.client->write_all({{0x1090, 1}, {0x80, 0xB0000000}});  // as of the swap
    const auto counters = bench.client->fifo(0, 24);
    CHECK(counters[1] >= 1);
    CHECK(counters[2] >= 2 * counters[1]);
    CHECK(counters[3] == counters[1]);
}
