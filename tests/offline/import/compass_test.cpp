// CoMPASS files: every combination of fields, with and without file header.
#include "offline/import/compass.hpp"

#include <cstring>

#include <catch2/catch.hpp>

#include "tests/data/caen_writer.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;
using tests::Bytes;
using tests::CompassTestEvent;

namespace {

proto::Result<ImportReport> try_import(const Bytes& bytes, const TemporaryDirectory& directory,
                                       const ImportOptions& options = {},
                                       std::optional<ImportFormat> format = std::nullopt) {
    const auto path = directory.path() + "/a.BIN";
    test::write_file(path, bytes);
    return import_files(format, {path}, directory.path() + "/runs", options);
}

ImportReport import_bytes(const Bytes& bytes, const TemporaryDirectory& directory,
                          const ImportOptions& options = {}) {
    auto report = try_import(bytes, directory, options);
    if (!report) FAIL(report.error().message);
    return *report;
}

std::vector<CompassTestEvent> some_events(std::uint16_t header) {
    std::vector<CompassTestEvent> events;
    for (std::uint16_t i = 0; i < 6; ++i)
        events.push_back({.board = 1,
                          .channel = static_cast<std::uint16_t>(i % 2),
                          .time_ps = 1'000'000'007 * std::uint64_t{i},
                          .energy = static_cast<std::uint16_t>(700 + 13 * i),
                          .energy_short = static_cast<std::uint16_t>(90 + i),
                          .calibrated_energy = 661.7 + i,
                          .flags = i == 3 ? 0x8400u : 0x4000u,
                          .samples = (header & 8u) != 0 ? 10u : 0u,
                          .base = static_cast<std::uint16_t>(50 * i)});
    return events;
}

// The run of these events, as they stand in a file, must say all that they say.
void check_run(const test::Run& run, const std::vector<CompassTestEvent>& events, const Bytes& file,
               std::size_t file_header, std::size_t event_header) {
    auto at = file_header;
    std::size_t found = 0;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces) {
            REQUIRE(found < events.size());
            const auto& event = events[found++];
            CHECK(trace.board == event.board);
            CHECK(trace.channel == event.channel);
            CHECK(trace.first.ticks == static_cast<std::int64_t>(event.time_ps));
            CHECK(trace.ticks_per_sample == 2000);
            CHECK(trace.flags == (event.flags == 0x8400 ? proto::TRACE_OVERFLOW | proto::TRACE_PILE_UP : 0u));
            REQUIRE(trace.count == event.samples);
            for (std::uint32_t i = 0; i < trace.count; ++i)
                CHECK(record.samples_of(trace)[i] == event.base + i);
            REQUIRE(trace.device_header.size() == event_header);
            CHECK(std::memcmp(trace.device_header.data(), file.data() + at, event_header) == 0);
            at += event_header + 2 * std::size_t{event.samples};
        }
    CHECK(found == events.size());
}

}  // namespace

TEST_CASE("CoMPASS files of all combinations of fields keep every event's fields and samples") {
    for (std::uint16_t fields = 0; fields < 16; ++fields) {
        const auto header = static_cast<std::uint16_t>(0xCAE0 + fields);
        const std::size_t event_header =
            16 + (fields & 1) * 2 + (fields >> 1 & 1) * 8 + (fields >> 2 & 1) * 2 + (fields >> 3 & 1) * 5;
        const auto events = some_events(header);
        for (const bool with_header : {true, false})
            for (const bool code : {true, false}) {
                if (!code && (with_header || (fields & 8) == 0)) continue;
                INFO("fields " << fields << (with_header ? " with" : " without") << " file header, "
                               << (code ? "with" : "without") << " waveform code");
                const TemporaryDirectory directory;
                Bytes bytes;
                if (with_header) tests::put_u16(bytes, header);
                for (const auto& event : events)
                    tests::put_compass_event(bytes, header, event, code);
                const auto report = import_bytes(bytes, directory);
                CHECK(report.format == ImportFormat::COMPASS);
                CHECK(report.events == events.size());
                CHECK(report.dropped_bytes == 0);
                CHECK(report.messages.empty() == with_header);
                const auto run = test::read_run(report);
                check_run(run, events, bytes, with_header ? 2 : 0, event_header - (code ? 0 : 1));
                CHECK(run.description.imported_files(0).header().size() == (with_header ? 2 : 0));
            }
    }
}

TEST_CASE("without file header one event is not enough to know the fields, but saying them is") {
    const TemporaryDirectory directory;
    Bytes bytes;
    tests::put_compass_event(bytes, 0xCAED, some_events(0xCAED)[0]);
    bytes.resize(bytes.size() + 3);
    const auto unknown = try_import(bytes, directory, {}, ImportFormat::COMPASS);
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().kind == proto::ErrorKind::UNSUPPORTED);
    CHECK_THAT(unknown.error().message, Catch::Contains("0xCAE0 plus"));
    ImportOptions options;
    options.compass.header = 0xCAED;
    const auto report = try_import(bytes, directory, options, ImportFormat::COMPASS);
    REQUIRE(report.has_value());
    CHECK(report->events == 1);
    CHECK(report->dropped_bytes == 3);
    options.compass.header = 0x1234;
    const auto wrong = try_import(bytes, directory, options, ImportFormat::COMPASS);
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().kind == proto::ErrorKind::CONFIG);
}

TEST_CASE("a CoMPASS clock that starts again begins an epoch of its channel, a little disorder does not") {
    const TemporaryDirectory directory;
    Bytes bytes;
    tests::put_u16(bytes, 0xCAE8);
    for (const std::uint64_t time : {5'000'000'000'000ull, 4'999'999'000'000ull, 7ull})
        tests::put_compass_event(bytes, 0xCAE8, {.time_ps = time});
    const auto run = test::read_run(import_bytes(bytes, directory));
    REQUIRE(run.records.size() == 3);
    CHECK(run.records[0].traces[0].first.ticks == 4'999'999'000'000);
    CHECK(run.records[1].traces[0].first.ticks == 5'000'000'000'000);
    CHECK(run.records[2].t0.epoch == 1);
    CHECK(run.records[2].traces[0].first.ticks == 7);
}

TEST_CASE("CoMPASS samples have 14 bits until one shows that they do not, or as many as are said") {
    const TemporaryDirectory directory;
    Bytes bytes;
    tests::put_u16(bytes, 0xCAE8);
    tests::put_compass_event(bytes, 0xCAE8, {.channel = 0, .base = 16'376});  // up to 16383
    tests::put_compass_event(bytes, 0xCAE8, {.channel = 1, .base = 16'377});
    auto report = import_bytes(bytes, directory);
    auto run = test::read_run(report);
    CHECK(run.records[0].traces[0].encoding.bits == 14);
    CHECK(run.records[0].traces[1].encoding.bits == 16);
    REQUIRE(report.messages.size() == 1);
    CHECK_THAT(report.messages[0], Catch::Contains("channel 1 of board 0") && Catch::Contains("14 bits"));
    ImportOptions options;
    options.compass.bits = 16;
    options.compass.sample_ns = 8;
    options.compass.pretrigger_samples = 3;
    report = import_bytes(bytes, directory, options);
    run = test::read_run(report);
    CHECK(report.messages.empty());
    CHECK(run.records[0].traces[0].encoding.bits == 16);
    CHECK(run.records[0].traces[0].ticks_per_sample == 8000);
    CHECK(run.records[0].traces[0].first.ticks == -24'000);
}
