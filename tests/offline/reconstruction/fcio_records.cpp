#include "tests/offline/reconstruction/fcio_records.hpp"

#include <cstring>
#include <fstream>
#include <iterator>
#include <span>

#include <catch2/catch.hpp>

namespace spillgate::offline::test {

namespace {

constexpr std::size_t header_bytes = 68;  // magic and protocol name
constexpr std::int32_t event_tag = -3;
constexpr double frequency_hz = 250e6;
constexpr std::uint32_t ticks_per_sample = 4;

std::int32_t word_at(std::span<const char> bytes, std::size_t at) {
    std::int32_t word = 0;
    std::memcpy(&word, bytes.subspan(at, 4).data(), 4);
    return word;
}

// Fields of an event: 2 time offsets (s, μs of the run's start), 3 time stamp (event, PPS, ticks), 4 trace
// after two words.
proto::SpillRecord record_of(const std::vector<std::span<const char>>& fields) {
    REQUIRE(fields.size() > 4);
    proto::SpillRecord record;
    const auto pps = word_at(fields[3], 4);
    record.slot = static_cast<std::uint64_t>(word_at(fields[3], 0));
    record.t0.ticks = pps * std::int64_t{250'000'000} + word_at(fields[3], 8);
    record.clocks = {{0, frequency_hz, record.t0, 0}};
    record.utc_ns = word_at(fields[2], 0) * std::int64_t{1'000'000'000} +
                    word_at(fields[2], 4) * std::int64_t{1000} + record.t0.ticks * 4;
    const auto samples = fields[4].subspan(4);
    record.samples.resize(samples.size() / 2);
    std::memcpy(record.samples.data(), samples.data(), samples.size());
    proto::Trace trace;
    trace.first = record.t0;
    trace.ticks_per_sample = ticks_per_sample;
    trace.count = static_cast<std::uint32_t>(record.samples.size());
    record.traces = {trace};
    proto::Window window;
    window.kind = wire::FREE;
    window.roi_end = std::int64_t{trace.count} * ticks_per_sample;
    window.traces = {0};
    record.windows = {window};
    return record;
}

}  // namespace

std::vector<proto::SpillRecord> fcio_records(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::vector<proto::SpillRecord> records;
    std::int32_t tag = 0;
    std::vector<std::span<const char>> fields;
    const auto finish = [&] {
        if (tag == event_tag) records.push_back(record_of(fields));
        fields.clear();
    };
    for (std::size_t at = header_bytes; at + 4 <= bytes.size();) {
        const auto word = word_at(bytes, at);
        at += 4;
        if (word < 0) {
            finish();
            tag = word;
        } else {
            REQUIRE(at + static_cast<std::size_t>(word) <= bytes.size());
            fields.push_back(std::span(bytes).subspan(at, static_cast<std::size_t>(word)));
            at += static_cast<std::size_t>(word);
        }
    }
    finish();
    return records;
}

}  // namespace spillgate::offline::test
