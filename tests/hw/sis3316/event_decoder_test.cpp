#include "hw/sis3316/event_decoder.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/text_format.h>

using namespace spillgate;
using namespace spillgate::hw::sis3316;

namespace {

constexpr std::uint32_t raw_samples = 100;

ModuleSettings settings_with(const std::string& input, std::uint32_t bits = 14) {
    config::Board board;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(
        "id: 1 sample_rate_mhz: 125 sis3316 { address: '10.0.0.1' input { channel: 6 record_ns: 800 "
        "pretrigger_ns: 80 " +
            input + " } }",
        &board));
    board.set_bits(bits);
    return settings_from(board).value();
}

// One event of channel 6 of board 1, as the manual has it; sample i is i + `base`.
std::vector<std::uint32_t> event_at(std::uint64_t timestamp, std::uint32_t base = 0, std::uint32_t format = 0,
                                    std::uint32_t averaged = 0) {
    std::vector<std::uint32_t> words{static_cast<std::uint32_t>(timestamp >> 32 << 16) | 0x16u << 4 | format,
                                     static_cast<std::uint32_t>(timestamp)};
    if ((format & 1u) != 0)
        for (std::uint32_t i = 0; i < 7; ++i)
            words.push_back(i == 1 ? 0x80000000u : i);
    words.push_back((averaged > 0 ? 0xA0000000u : 0xE0000000u) | 1u << 26 | raw_samples / 2);
    if (averaged > 0) words.push_back(0xE0000000u | averaged / 2);
    for (std::uint32_t i = 0; i < raw_samples + averaged; i += 2)
        words.push_back((base + i) | (base + i + 1) << 16);
    return words;
}

std::vector<std::uint32_t> joined(const std::vector<std::vector<std::uint32_t>>& events) {
    std::vector<std::uint32_t> all;
    for (const auto& event : events)
        all.insert(all.end(), event.begin(), event.end());
    return all;
}

constexpr TimeFrame all_times{{7, 2, 0, 0}, 1000, 0, 1'000'000};

}  // namespace

TEST_CASE("events become traces whose first sample lies the pretrigger delay before the timestamp") {
    const auto settings = settings_with("");
    hw::Batch batch;
    const auto decoded =
        decode_channel(settings, 1, 6, joined({event_at(5000, 3), event_at(7000, 9)}), all_times, batch);
    CHECK(decoded.events == 2);
    CHECK(decoded.fault.empty());
    CHECK(decoded.oldest == 5000);
    CHECK(decoded.newest == 7000);
    REQUIRE(batch.traces.size() == 2);
    const auto& trace = batch.traces[1];
    CHECK(trace.first == proto::ClockTime{7, 2, 7000 - 10, 0});
    CHECK(trace.channel == 6);
    CHECK(trace.count == raw_samples);
    CHECK(trace.encoding == proto::Encoding{14, false, 0});
    CHECK(trace.flags == proto::TRACE_PILE_UP);
    CHECK(trace.device_header.empty());
    CHECK(batch.samples[trace.offset] == 9);
    CHECK(batch.samples[trace.offset + 99] == 108);
}

TEST_CASE("peak and accumulators stay with the trace as they came, overflow becomes a flag") {
    const auto settings = settings_with("keeps_maximum: true");
    hw::Batch batch;
    CHECK(decode_channel(settings, 1, 6, event_at(5000, 0, 1), all_times, batch).events == 1);
    CHECK(batch.traces[0].device_header.size() == 40);
    CHECK((batch.traces[0].flags & proto::TRACE_OVERFLOW) != 0);
}

TEST_CASE("averaged samples are a trace of their own") {
    const auto settings = settings_with("averaging { samples: 8 record_ns: 1280 pretrigger_ns: 160 }", 16);
    hw::Batch batch;
    CHECK(decode_channel(settings, 1, 6, event_at(5000, 0, 0, 20), all_times, batch).events == 1);
    REQUIRE(batch.traces.size() == 2);
    CHECK(batch.traces[1].stream == wire::AVERAGED);
    CHECK(batch.traces[1].ticks_per_sample == 8);
    CHECK(batch.traces[1].count == 20);
    CHECK(batch.traces[1].first.ticks == 5000 - 20);
    CHECK(batch.samples[batch.traces[1].offset] == 100);
}

TEST_CASE("behind an event that contradicts the settings the rest of the bank is given up, not searched") {
    const auto settings = settings_with("");
    const auto good = event_at(5000);
    struct Case {
        std::size_t word;
        std::uint32_t value;
        const char* fault;
    };
    for (const auto& [word, value, fault] :
         {Case{2, 0x30000032, "corrupt-tag"}, Case{2, 0xE0000033, "corrupt-length"},
          Case{2, 0xEFFFFFFF, "corrupt-length"}, Case{2, 0xE8000032, "corrupt-length"},
          Case{2, 0xA0000032, "corrupt-length"}, Case{0, 0x00000170, "corrupt-channel-id"},
          Case{0, 0x00000161, "corrupt-tag"}}) {
        auto bad = good;
        bad[word] = value;
        hw::Batch batch;
        const auto decoded =
            decode_channel(settings, 1, 6, joined({good, bad, event_at(9000)}), all_times, batch);
        CHECK(decoded.fault == fault);
        CHECK(decoded.events == 1);
        CHECK(decoded.words_given_up == 2 * good.size());
        CHECK(batch.traces.size() == 1);
        CHECK(decoded.good_until == 5000 - 10 + 100);
    }
}

TEST_CASE("a bank that ends inside an event yields what there is of it, at every length") {
    const auto settings = settings_with("");
    const auto two = joined({event_at(5000), event_at(7000)});
    const auto one = two.size() / 2;
    constexpr std::size_t header_words = 3;
    for (std::size_t length = one + 1; length < two.size(); ++length) {
        hw::Batch batch;
        const auto decoded = decode_channel(settings, 1, 6, std::span(two).first(length), all_times, batch);
        CHECK(decoded.good_until == 5000 - 10 + 100);
        if (length < one + header_words) {  // not even its lengths
            CHECK(decoded.fault == "corrupt-end");
            CHECK(decoded.events == 1);
            CHECK(batch.traces.size() == 1);
            continue;
        }
        const auto samples = 2 * (length - one - header_words);
        CHECK(decoded.fault.empty());
        CHECK(decoded.events == 2);
        REQUIRE(decoded.cut.has_value());
        CHECK(decoded.cut->from == 7000 - 10 + static_cast<std::int64_t>(samples));
        CHECK(decoded.cut->until == 7000 - 10 + 100);
        CHECK((batch.traces.front().flags & proto::TRACE_TRUNCATED) == 0);
        REQUIRE(batch.traces.size() == (samples > 0 ? 2 : 1));
        if (samples == 0) continue;
        const auto& cut = batch.traces.back();
        CHECK((cut.flags & proto::TRACE_TRUNCATED) != 0);
        CHECK(cut.first.ticks == 7000 - 10);
        CHECK(cut.count == samples);
        CHECK(batch.samples.size() == 100 + samples);
    }
}

TEST_CASE("a cut event that contradicts the settings is given up as a whole one is") {
    const auto settings = settings_with("");
    auto bad = event_at(7000);
    bad[2] = 0xE0000033;
    bad.resize(bad.size() - 10);
    hw::Batch batch;
    const auto decoded = decode_channel(settings, 1, 6, joined({event_at(5000), bad}), all_times, batch);
    CHECK(decoded.fault == "corrupt-length");
    CHECK_FALSE(decoded.cut.has_value());
    CHECK(batch.traces.size() == 1);
}

TEST_CASE("timestamps that cannot be of the bank are dropped and counted, the events around them kept") {
    const auto settings = settings_with("");
    hw::Batch batch;
    const auto decoded = decode_channel(
        settings, 1, 6, joined({event_at(5000), event_at(2'000'000), event_at(4000), event_at(6000)}),
        all_times, batch);
    CHECK(decoded.misdated == 2);  // beyond the swap; before the event before
    CHECK(decoded.events == 2);
    CHECK(decoded.fault.empty());
}

TEST_CASE("a bank across the wrap of the 48 bits has times in order") {
    const auto settings = settings_with("");
    const std::int64_t wrap = std::int64_t{1} << 48;
    const TimeFrame frame{{0, 0, 0, 0}, wrap, wrap - 100000, wrap + 100000};
    hw::Batch batch;
    const auto decoded = decode_channel(
        settings, 1, 6, joined({event_at(static_cast<std::uint64_t>(wrap) - 5000), event_at(300)}), frame,
        batch);
    CHECK(decoded.events == 2);
    CHECK(batch.traces[1].first.ticks == wrap + 290);
}
