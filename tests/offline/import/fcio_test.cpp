// FCIO files: ordinary and sparse events into traces, their times and everything else that they say.
#include <catch2/catch.hpp>

#include "tests/data/fcio_writer.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;
using tests::Bytes;
using tests::FcioFile;
using tests::FcioTestEvent;

namespace {

constexpr std::int64_t second = 250'000'000;

ImportReport import_bytes(const Bytes& bytes, const TemporaryDirectory& directory,
                          const ImportOptions& options = {}) {
    test::write_file(directory.path() + "/a.fcio", bytes);
    return test::imported(directory.path() + "/a.fcio", directory.path() + "/runs", options);
}

std::string text_of(const Bytes& bytes, std::size_t begin, std::size_t end) {
    return {reinterpret_cast<const char*>(bytes.data()) + begin, end - begin};
}

std::vector<int> ramp(int first, int count) {
    std::vector<int> values;
    for (int i = 0; i < count; ++i)
        values.push_back(first + i);
    return values;
}

}  // namespace

TEST_CASE("an FCIO event has one trace per channel and trigger, each with its FPGA baseline and energy") {
    const TemporaryDirectory directory;
    const FcioFile file{.channels = 2, .triggers = 1, .samples = 5};
    auto bytes = tests::fcio_header(file);
    const auto header_bytes = bytes.size();
    const FcioTestEvent event{.number = 7, .pps = 2, .ticks = 1000, .base = 300};
    tests::put_fcio_event(bytes, file, event);
    const auto report = import_bytes(bytes, directory);
    CHECK(report.format == ImportFormat::FCIO);
    CHECK(report.events == 1);
    CHECK(report.messages.empty());
    const auto run = test::read_run(report);
    REQUIRE(run.records.size() == 1);
    const auto& record = run.records[0];
    CHECK(record.clocks[0].frequency_hz == 250e6);
    REQUIRE(record.traces.size() == 3);
    for (std::uint32_t t = 0; t < 3; ++t) {
        const auto& trace = record.traces[t];
        CHECK(trace.board == 0);
        CHECK(trace.channel == t);
        CHECK(trace.first.ticks == 2 * second + 1000);
        CHECK(trace.ticks_per_sample == 4);
        CHECK(trace.encoding == proto::Encoding{16, false, 0});
        CHECK(test::samples_of(record, trace) == ramp(static_cast<int>(300 + 100 * t), 5));
        Bytes header;
        tests::put_u16(header, static_cast<std::uint16_t>(1000 + t));
        tests::put_u16(header, static_cast<std::uint16_t>(2000 + t));
        CHECK(trace.device_header.substr(0, 4) == text_of(header, 0, 4));
        CHECK((trace.device_header.size() == 4) == (t > 0));
    }
    // The first trace keeps the event's fields as they came: before the traces, and the dead region after.
    constexpr std::size_t dead_region_bytes = 4 + 20;
    const auto traces_at = header_bytes + 4 + 8 + 8 + 44 + 24;
    CHECK(record.traces[0].device_header.substr(4) ==
          text_of(bytes, header_bytes, traces_at) +
              text_of(bytes, bytes.size() - dead_region_bytes, bytes.size()));
    CHECK(run.description.imported_files(0).header() == text_of(bytes, 0, header_bytes));
    CHECK(run.description.imported_files(0).format() == "fcio");
}

TEST_CASE("a sparse FCIO event has the traces of its list, on the cards and inputs of the trace map") {
    const TemporaryDirectory directory;
    const FcioFile file{.channels = 3, .samples = 4, .trace_map = {0x02100000, 0x02100004, 0x02110001}};
    auto bytes = tests::fcio_header(file);
    const auto header_bytes = bytes.size();
    tests::put_fcio_sparse_event(bytes, file, {.ticks = 10, .base = 50, .sparse = {2, 1}});
    const auto whole_event = bytes.size();
    tests::put_fcio_sparse_event(bytes, file, {.ticks = 20, .sparse = {}});
    const auto report = import_bytes(bytes, directory);
    CHECK(report.events == 2);
    const auto run = test::read_run(report);
    const auto& traces = run.records[0].traces;
    REQUIRE(traces.size() == 2);
    CHECK(traces[0].board == 0x211);
    CHECK(traces[0].channel == 1);
    CHECK(traces[1].board == 0x210);
    CHECK(traces[1].channel == 4);
    CHECK(test::samples_of(run.records[0], traces[0]) == ramp(250, 4));
    CHECK(test::samples_of(run.records[0], traces[1]) == ramp(150, 4));
    const auto trace_fields = 2 * (4 + 4 + 2 * 4);
    CHECK(traces[0].device_header.substr(4) == text_of(bytes, header_bytes, whole_event - trace_fields));
    CHECK(traces[1].device_header.size() == 4);
    CHECK(run.description.effective_config().find("flashcam-529") != std::string::npos);
}

TEST_CASE("FCIO times count seconds of PPS, whatever the camera's oscillator makes of one") {
    const TemporaryDirectory directory;
    const FcioFile file;
    auto bytes = tests::fcio_header(file);
    tests::put_fcio_event(bytes, file, {.pps = 1, .ticks = 0});
    tests::put_fcio_event(bytes, file, {.pps = 1, .ticks = 125'000'500, .max_ticks = 250'000'999});
    tests::put_fcio_event(bytes, file, {.pps = 2, .ticks = 77, .max_ticks = 5});
    const auto report = import_bytes(bytes, directory);
    const auto run = test::read_run(report);
    std::vector<std::int64_t> ticks;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces)
            if (trace.channel == 0) ticks.push_back(trace.first.ticks);
    CHECK(ticks == std::vector<std::int64_t>{second, second + second / 2, 2 * second + 77});
    CHECK(report.messages.size() == 2);
}

TEST_CASE("slots of an FCIO file are labelled with UTC, by the host's clock or by GPS") {
    for (const bool gps : {false, true}) {
        const TemporaryDirectory directory;
        const FcioFile file{.gps = gps};
        auto bytes = tests::fcio_header(file);
        tests::put_fcio_event(bytes, file, {.pps = 3, .ticks = 50'000'000});  // 200 ms: a slice begins
        const auto run = test::read_run(import_bytes(bytes, directory));
        CHECK(run.records[0].utc_ns == (gps ? 1'537'868'610'200'000'000 : 1'537'868'609'420'822'000));
    }
}

TEST_CASE("the clock of an FCIO file that starts again begins an epoch, a little disorder does not") {
    const TemporaryDirectory directory;
    const FcioFile file;
    auto bytes = tests::fcio_header(file);
    tests::put_fcio_event(bytes, file, {.pps = 10, .ticks = 1000});
    tests::put_fcio_event(bytes, file, {.pps = 10, .ticks = 900});
    tests::put_fcio_event(bytes, file, {.pps = 0, .ticks = 5});
    const auto run = test::read_run(import_bytes(bytes, directory));
    REQUIRE(run.records.size() == 2);
    CHECK(run.records[0].traces.size() == 4);
    CHECK(run.records[0].traces[0].first.ticks == 10 * second + 900);
    CHECK(run.records[1].t0.epoch == 1);
    CHECK(run.verdicts[1].has(proto::SlotQuality::CLOCK_SUSPECT));
}

TEST_CASE("12-bit FADCs sample with each tick of 4 ns, another period can be given if ticks divide it") {
    const FcioFile file{.bits = 12};
    auto bytes = tests::fcio_header(file);
    tests::put_fcio_event(bytes, file, {.ticks = 1000});
    const TemporaryDirectory directory;
    auto run = test::read_run(import_bytes(bytes, directory));
    CHECK(run.records[0].traces[0].ticks_per_sample == 1);
    CHECK(run.records[0].traces[0].encoding.bits == 12);
    ImportOptions options;
    options.fcio.sample_ns = 8;
    options.fcio.pretrigger_samples = 10;
    run = test::read_run(import_bytes(bytes, directory, options));
    CHECK(run.records[0].traces[0].ticks_per_sample == 2);
    CHECK(run.records[0].traces[0].first.ticks == 980);
    options.fcio.sample_ns = 10;
    const auto refused =
        import_files(std::nullopt, {directory.path() + "/a.fcio"}, directory.path() + "/runs", options);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::CONFIG);
}

TEST_CASE("FCIO records without traces are counted by their tag and said") {
    const TemporaryDirectory directory;
    const FcioFile file;
    auto bytes = tests::fcio_header(file);
    tests::put_fcio_record(bytes, -4, {Bytes(4), Bytes(40)});
    tests::put_fcio_event(bytes, file, {});
    tests::put_fcio_record(bytes, -4, {Bytes(4), Bytes(40)});
    tests::put_fcio_record(bytes, -5, {});
    const auto report = import_bytes(bytes, directory);
    CHECK(report.events == 1);
    CHECK(report.dropped_bytes == 0);
    REQUIRE(report.messages.size() == 2);
    CHECK_THAT(report.messages[0], Catch::Contains("1 record(s) with tag -5"));
    CHECK_THAT(report.messages[1], Catch::Contains("2 record(s) with tag -4"));
}
