// Real recordings against what independent readers found in them.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/offline/import/foreign_files.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;

namespace {

const ImportedStream& stream(const ImportReport& report, std::uint32_t channel, bool averaged) {
    const auto found = std::ranges::find_if(
        report.streams, [&](const auto& s) { return s.channel == channel && s.averaged == averaged; });
    REQUIRE(found != report.streams.end());
    return *found;
}

}  // namespace

TEST_CASE("the LLaMA pulser recording is imported with every event, sample sum and time") {
    const auto path = test::shared_waveform("20241218-150158-pulser.bin");
    if (path.empty()) return;
    const TemporaryDirectory directory;
    const auto report = test::imported(path, directory.path());
    CHECK(report.format == ImportFormat::LLAMA);
    CHECK(report.events == 74);
    CHECK(report.dropped_bytes == 0);
    CHECK(stream(report, 0, false).waveforms == 37);
    CHECK(stream(report, 4, false).waveforms == 37);
    CHECK(stream(report, 0, false).sample_sum == 2'566'696'400);
    CHECK(stream(report, 4, false).sample_sum == 2'343'025'116);
    CHECK(stream(report, 0, true).samples == 37 * 10000);
    CHECK(stream(report, 4, true).samples == 37 * 500);

    const auto run = test::read_run(report);
    std::vector<proto::Trace> ch0;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces)
            if (trace.channel == 0 && trace.stream == wire::RAW) ch0.push_back(trace);
    // The timestamp is the trigger's, 1000 samples after the first raw one (pretrigger 2000, start index
    // 1000).
    REQUIRE(ch0.size() == 37);
    CHECK(ch0[0].first.ticks == 757530);
    CHECK(ch0[1].first.ticks == 2007516);
    CHECK(ch0[2].first.ticks == 3257503);
    CHECK(ch0.back().first.ticks == 45757033);
    CHECK(ch0[0].encoding == proto::Encoding{14, false, 2});
    CHECK(ch0[0].device_header.size() == 52);
    CHECK((ch0[0].flags & proto::TRACE_PILE_UP) != 0);
    CHECK(run.description.imported_files(0).header().size() == 192);

    // The header's peak, in unshifted units.
    const auto& record = run.records[0];
    const auto samples = test::samples_of(record, record.traces[0]);
    CHECK(samples[1968 - 1000] == 9454 * 4);  // the index counts from the gate window
    CHECK(*std::ranges::max_element(samples) == 9454 * 4);
}

TEST_CASE("raw and averaged samples of the pulser recording see its step at the same time") {
    const auto path = test::shared_waveform("20241218-150158-pulser.bin");
    if (path.empty()) return;
    const TemporaryDirectory directory;
    const auto run = test::read_run(test::imported(path, directory.path()));
    int pairs = 0;
    for (const auto& record : run.records) {
        for (std::size_t i = 0; i + 1 < record.traces.size(); ++i) {
            const auto& raw = record.traces[i];
            const auto& averaged = record.traces[i + 1];
            if (raw.channel != 0 || raw.stream != wire::RAW) continue;
            REQUIRE(averaged.stream == wire::AVERAGED);
            CHECK(averaged.ticks_per_sample == 4);
            const auto step = [&](const proto::Trace& trace) {
                const auto samples = test::samples_of(record, trace);
                const auto first = std::ranges::find_if(samples, [](int s) { return s > 34500; });
                return trace.first.ticks + trace.ticks_per_sample * (first - samples.begin());
            };
            CHECK(std::abs(step(raw) - step(averaged)) <= 4);
            ++pairs;
        }
    }
    CHECK(pairs == 37);
}

TEST_CASE("the HPGe WaveDump recording is imported with its sum and time tags") {
    const auto path = test::shared_waveform("HPGe_WaveDump_wave0.dat");
    if (path.empty()) return;
    const TemporaryDirectory directory;
    const auto report = test::imported(path, directory.path());
    CHECK(report.format == ImportFormat::WAVEDUMP);
    CHECK(report.events == 8);
    REQUIRE(report.streams.size() == 1);
    CHECK(report.streams[0].samples == 8 * 10000);
    CHECK(report.streams[0].sample_sum == 32'904'353);
    const auto run = test::read_run(report);
    std::vector<std::int64_t> ticks;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces) {
            const auto samples = test::samples_of(record, trace);
            CHECK(*std::ranges::min_element(samples) >= 229);
            CHECK(*std::ranges::max_element(samples) <= 491);
            ticks.push_back(trace.first.ticks);
        }
    REQUIRE(ticks.size() == 8);
    CHECK(ticks.front() == 2 * std::int64_t{5918357});  // tags of 8 ns, ticks of 4
    CHECK(ticks.back() == 2 * std::int64_t{878906347});
}

TEST_CASE("two WaveDump files of one coincidence become one run") {
    const auto first = test::shared_waveform("SiPM_coincidence_wave0.dat");
    const auto second = test::shared_waveform("SiPM_coincidence_wave1.dat");
    if (first.empty() || second.empty()) return;
    const TemporaryDirectory directory;
    const auto report = import_files(std::nullopt, {first, second}, directory.path(), {});
    REQUIRE(report.has_value());
    CHECK(report->events == 82);
    REQUIRE(report->streams.size() == 2);
    for (const auto& s : report->streams) {
        CHECK(s.waveforms == 41);
        CHECK(s.samples == 41 * 6006);
    }
    CHECK(report->streams[0].sample_sum == 25'465'611);
    CHECK(report->streams[1].sample_sum == 20'781'141);
    const auto run = test::read_run(*report);
    for (const auto& record : run.records)
        CHECK(record.traces.size() % 2 == 0);  // both channels of a trigger lie in one slot
}

TEST_CASE("recordings of other formats are refused by name") {
    for (const auto& [file, format] :
         {std::pair{"compass_test_data.BIN", "CoMPASS"}, {"th228.fcio", "FCIO"}}) {
        const auto path = test::shared_waveform(file);
        if (path.empty()) continue;
        const TemporaryDirectory directory;
        const auto report = import_files(std::nullopt, {path}, directory.path(), {});
        REQUIRE_FALSE(report.has_value());
        CHECK(report.error().kind == proto::ErrorKind::UNSUPPORTED);
        CHECK_THAT(report.error().message, Catch::Contains(format));
    }
}
