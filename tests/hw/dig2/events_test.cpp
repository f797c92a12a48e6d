#include <random>

#include <catch2/catch.hpp>

#include "hw/dig2/psd_event.hpp"
#include "hw/dig2/scope_event.hpp"
#include "hw/dig2/special_event.hpp"
#include "tests/hw/dig2/module_bytes.hpp"

namespace spillgate::hw::dig2 {

using testing::bytes_of;
using testing::psd_words;
using testing::scope_words;

TEST_CASE("a scope event gives its header and each channel's samples", "[dig2]") {
    auto words = scope_words(0xABCDEF012345, 0x123456, 0b101);
    words[0] |= std::uint64_t{1} << 56;                                // board fail
    words[1] |= std::uint64_t{0x1FFF} << 51 | std::uint64_t{5} << 48;  // flags, overlapped
    const auto bytes = bytes_of(words);
    ScopeEvent event;
    REQUIRE(parse_scope(Words(bytes), event) == Fault::NONE);
    CHECK(event.board_fail);
    CHECK(event.trigger_id == 0x123456);
    CHECK(event.flags == 0x1FFF);
    CHECK(event.samples_overlapped == 5);
    CHECK(event.stamp == 0xABCDEF012345);
    CHECK(event.channels == 0b101);
    REQUIRE(event.samples == 4);
    std::vector<std::uint16_t> samples(8);
    unpack(event, samples);
    CHECK(samples == std::vector<std::uint16_t>{0, 1, 2, 3, 32, 33, 34, 35});
}

TEST_CASE("channels of a scope event share the words in turn", "[dig2]") {
    const auto bytes = bytes_of({std::uint64_t{1} << 60 | 7, 9, 0b11, 0x0003000200010000, 0x0013001200110010,
                                 0x0007000600050004, 0x0017001600150014});
    ScopeEvent event;
    REQUIRE(parse_scope(Words(bytes), event) == Fault::NONE);
    REQUIRE(event.samples == 8);
    std::vector<std::uint16_t> samples(16);
    unpack(event, samples);
    for (std::uint16_t s = 0; s < 8; ++s) {
        CHECK(samples[s] == s);
        CHECK(samples[8u + s] == 0x10 + s);
    }
}

TEST_CASE("scope events of a wrong length are named", "[dig2]") {
    ScopeEvent event;
    CHECK(parse_scope(Words(bytes_of({1, 2})), event) == Fault::SCOPE_HEADER_SHORT);
    CHECK(parse_scope(Words(bytes_of({1, 2, 0b11, 4})), event) == Fault::SCOPE_UNEVEN);
    CHECK(parse_scope(Words(bytes_of({1, 2, 0, 4})), event) == Fault::SCOPE_UNEVEN);
    const auto empty = bytes_of({1, 2, 0});
    CHECK(parse_scope(Words(empty), event) == Fault::NONE);
    CHECK(event.samples == 0);
}

TEST_CASE("a DPP-PSD hit gives energies, flags and samples", "[dig2]") {
    auto words = psd_words(0x123456789ABC, 7, 0x42, 1000, 300);
    words[2] |= std::uint64_t{0x3FF} << 16 | std::uint64_t{0b00010001} << 42 | std::uint64_t{0xABC} << 50;
    words[4] |= std::uint64_t{1} << 63;  // truncated
    const auto bytes = bytes_of(words);
    auto aggregate = parse_aggregate(Words(bytes));
    CHECK(aggregate.counter == 0x42);
    CHECK_FALSE(aggregate.board_fail);
    Hit hit;
    REQUIRE(take_hit(aggregate.hits, hit) == Fault::NONE);
    CHECK(aggregate.hits.empty());
    CHECK(hit.channel == 7);
    CHECK_FALSE(hit.special);
    CHECK(hit.stamp == 0x123456789ABC);
    CHECK(hit.energy == 1000);
    CHECK(hit.energy_short == 300);
    CHECK(hit.fine_stamp == 0x3FF);
    CHECK(hit.flags_high == 0b00010001);
    CHECK(hit.flags_low == 0xABC);
    CHECK(hit.truncated);
    REQUIRE(hit.samples == 4);
    std::vector<std::uint16_t> samples(4);
    unpack(hit, samples);
    CHECK(samples == std::vector<std::uint16_t>{1, 2, 3, 4});
}

TEST_CASE("a DPP-PSD waveform may have 16 bits, a factor, and fewer samples per tick", "[dig2]") {
    auto words = psd_words(5, 0, 0, 0, 0);
    words[3] |= 5;                       // ADC input of 16 bits
    words[3] |= std::uint64_t{2} << 44;  // every fourth
    words[5] = 0x8004800380028001;
    auto bytes = bytes_of(words);
    Words rest = Words(bytes).from(1);
    Hit hit;
    REQUIRE(take_hit(rest, hit) == Fault::NONE);
    CHECK(hit.ticks_per_sample == 4);
    REQUIRE(hit.samples == 8);
    std::vector<std::uint16_t> samples(8);
    unpack(hit, samples);
    CHECK(samples[0] == 0x8001);
    CHECK(samples[3] == 0x8004);

    words = psd_words(5, 0, 0, 0, 0);
    words[3] |= std::uint64_t{1} << 4;  // times four
    bytes = bytes_of(words);
    rest = Words(bytes).from(1);
    REQUIRE(take_hit(rest, hit) == Fault::NONE);
    samples.resize(4);
    unpack(hit, samples);
    CHECK(samples == std::vector<std::uint16_t>{4, 8, 12, 16});
}

TEST_CASE("statistics of a DPP-PSD channel are no hit", "[dig2]") {
    const auto bytes =
        bytes_of({std::uint64_t{3} << 56 | std::uint64_t{1} << 55 | 99, 0, std::uint64_t{1} << 60 | 1234,
                  std::uint64_t{1} << 63 | std::uint64_t{2} << 60 | std::uint64_t{50} << 24 | 48});
    Words rest(bytes);
    Hit hit;
    REQUIRE(take_hit(rest, hit) == Fault::NONE);
    CHECK(hit.special);
    CHECK(hit.channel == 3);
    CHECK(hit.dead_stamps == 1234u);
    REQUIRE(hit.counters.has_value());
    CHECK(hit.counters->triggers == 50);
    CHECK(hit.counters->saved == 48);
}

TEST_CASE("DPP-PSD hits that cannot be used are named", "[dig2]") {
    const auto fault_of = [](const std::vector<std::uint64_t>& words) {
        const auto bytes = bytes_of(words);
        Words rest(bytes);
        Hit hit;
        return take_hit(rest, hit);
    };
    auto whole = psd_words(1, 0, 0, 0, 0);
    whole.erase(whole.begin());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        CHECK(fault_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}) ==
              Fault::HIT_SHORT);
    }
    auto words = whole;
    words[3] = 4095;
    CHECK(fault_of(words) == Fault::HIT_SHORT);
    words = whole;
    words[2] = std::uint64_t{1} << 63 | std::uint64_t{7} << 60;
    CHECK(fault_of(words) == Fault::HIT_EXTRA_UNKNOWN);
    words = whole;
    words[2] |= 2;  // CFD
    CHECK(fault_of(words) == Fault::HIT_PROBE_UNEXPECTED);
    words = whole;
    words[2] |= std::uint64_t{3} << 4;  // times 16
    CHECK(fault_of(words) == Fault::HIT_PROBE_UNEXPECTED);
    CHECK(fault_of({std::uint64_t{1} << 63}) == Fault::HIT_REDUCED);
    CHECK(fault_of({0, std::uint64_t{1} << 63}) == Fault::HIT_WITHOUT_WAVEFORM);
}

TEST_CASE("start, stop and time events are told apart", "[dig2]") {
    SpecialEvent event;
    const auto start =
        bytes_of({std::uint64_t{3} << 60 | std::uint64_t{3} << 32 | 4, std::uint64_t{2} << 56 | 1024,
                  std::uint64_t{1} << 56 | 0x80000001, std::uint64_t{1} << 56 | 0x1});
    REQUIRE(parse_special(Words(start), event) == Fault::NONE);
    CHECK(event.kind == SpecialEvent::Kind::START);
    CHECK(event.record_samples == 1024);
    CHECK(event.channels == 0x180000001);
    const auto stop = bytes_of({std::uint64_t{3} << 60 | std::uint64_t{2} << 56 | std::uint64_t{2} << 32 | 3,
                                777, std::uint64_t{1} << 56 | 88});
    REQUIRE(parse_special(Words(stop), event) == Fault::NONE);
    CHECK(event.kind == SpecialEvent::Kind::STOP);
    CHECK(event.stamp == 777u);
    CHECK(event.dead_stamps == 88);
    const auto time = bytes_of({std::uint64_t{4} << 60 | 2, 4242});
    REQUIRE(parse_special(Words(time), event) == Fault::NONE);
    CHECK(event.kind == SpecialEvent::Kind::TIME);
    CHECK(event.stamp == 4242u);
    const auto other = bytes_of({std::uint64_t{3} << 60 | std::uint64_t{9} << 56 | 1});
    REQUIRE(parse_special(Words(other), event) == Fault::NONE);
    CHECK(event.kind == SpecialEvent::Kind::OTHER);
    for (const auto& bytes : {start, stop, time}) {
        const Words whole(bytes);
        CHECK(parse_special(whole.first(whole.size() - 1), event) == Fault::SPECIAL_SHORT);
    }
    const auto boastful = bytes_of({std::uint64_t{3} << 60 | std::uint64_t{255} << 32 | 1});
    CHECK(parse_special(Words(boastful), event) == Fault::SPECIAL_SHORT);
}

TEST_CASE("decoders stay inside random words", "[dig2][property]") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 5000; ++i) {
        std::vector<std::uint64_t> words(random() % 40);
        for (auto& word : words)
            word = random() & random();
        const auto bytes = bytes_of(words);
        ScopeEvent scope;
        if (parse_scope(Words(bytes), scope) == Fault::NONE && scope.channels != 0) {
            std::vector<std::uint16_t> samples(std::size_t{scope.samples} *
                                               static_cast<unsigned>(__builtin_popcountll(scope.channels)));
            unpack(scope, samples);
            CHECK(samples.size() <= 4 * words.size());
        }
        SpecialEvent special;
        parse_special(Words(bytes), special);
        Words rest(bytes);
        while (!rest.empty()) {
            Hit hit;
            const std::size_t before = rest.size();
            const Fault fault = take_hit(rest, hit);
            REQUIRE(rest.size() < before);
            if (!can_go_on_after(fault)) break;
            std::vector<std::uint16_t> samples(hit.samples);
            unpack(hit, samples);
            CHECK(samples.size() <= 4 * words.size());
        }
    }
}

}  // namespace spillgate::hw::dig2
