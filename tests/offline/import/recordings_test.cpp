// Real recordings against what independent readers found in them.
#include <algorithm>
#include <array>

#include <catch2/catch.hpp>

#include "offline/import/input_bytes.hpp"
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
    CHECK(stream(report, 0, true).samples == 370'000);
    CHECK(stream(report, 4, true).samples == 18'500);

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
    CHECK(report.streams[0].samples == 80'000);
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
        CHECK(s.samples == 246'246);
    }
    CHECK(report->streams[0].sample_sum == 25'465'611);
    CHECK(report->streams[1].sample_sum == 20'781'141);
    const auto run = test::read_run(*report);
    for (const auto& record : run.records)
        CHECK(record.traces.size() % 2 == 0);  // both channels of a trigger lie in one slot
}

TEST_CASE("the FCIO recording of a HPGe detector is imported with its events, sum, times and tail") {
    const auto path = test::shared_waveform("th228.fcio");
    if (path.empty()) return;
    const TemporaryDirectory directory;
    const auto report = test::imported(path, directory.path());
    CHECK(report.format == ImportFormat::FCIO);
    CHECK(report.events == 1000);
    CHECK(report.dropped_bytes == 0);
    CHECK(report.messages.empty());
    REQUIRE(report.streams.size() == 1);
    CHECK(report.streams[0].waveforms == 1000);
    CHECK(report.streams[0].samples == 1'836'000);
    CHECK(report.streams[0].sample_sum == 24'249'924'008);
    const auto run = test::read_run(report);
    int saturated = 0;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces) {
            CHECK(proto::sample_period_ns(record, trace) == 16);
            const auto samples = test::samples_of(record, trace);
            saturated += *std::ranges::max_element(samples) == 65520;
        }
    CHECK(saturated == 2);
    const auto& first = run.records[0].traces[0];
    CHECK(first.first.ticks == 149'007'095);
    // FPGA baseline and energy, then the event's record up to its traces, then the dead region.
    REQUIRE(first.device_header.size() == 4 + (4 + 2 * 8 + 2 * 44) + 44);
    CHECK(little_u16(reinterpret_cast<const std::byte*>(first.device_header.data())) == 0x1fde);
    // 2018-09-25 09:43:26 UTC and a fraction at PPS 0.
    const auto utc = run.records[0].utc_ns - run.records[0].t0.ticks * 4;
    CHECK(utc == 1'537'868'606'220'822'000);
}

TEST_CASE("the sparse FCIO recording of SiPMs is imported with all channels of each event") {
    const auto path = test::shared_waveform("L200-comm-20211130-phy-spms.fcio");
    if (path.empty()) return;
    const TemporaryDirectory directory;
    const auto report = test::imported(path, directory.path());
    CHECK(report.events == 50);
    CHECK(report.dropped_bytes == 0);
    REQUIRE(report.streams.size() == 6);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < report.streams.size(); ++i) {
        CHECK(report.streams[i].board == 528);
        CHECK(report.streams[i].channel == i);
        CHECK(report.streams[i].waveforms == 50);
        CHECK(report.streams[i].samples == 300'000);
        sum += report.streams[i].sample_sum;
    }
    CHECK(sum == 14'252'540'562);
    REQUIRE(report.messages.size() == 1);
    CHECK_THAT(report.messages[0], Catch::Contains("1 record(s) with tag -4"));
}

TEST_CASE("the CoMPASS recording is imported with its times, energies and sums") {
    const auto path = test::shared_waveform("compass_test_data.BIN");
    if (path.empty()) return;
    const TemporaryDirectory directory;
    const auto report = test::imported(path, directory.path());
    CHECK(report.format == ImportFormat::COMPASS);
    CHECK(report.events == 102);
    CHECK(report.dropped_bytes == 0);
    CHECK(report.messages.empty());
    for (const std::uint32_t channel : {0u, 1u}) {
        CHECK(stream(report, channel, false).waveforms == 51);
        CHECK(stream(report, channel, false).samples == 51'000);
    }
    CHECK(stream(report, 0, false).sample_sum == 149'661'357);
    CHECK(stream(report, 1, false).sample_sum == 156'831'811);
    const auto run = test::read_run(report);
    std::array<std::uint64_t, 2> energies{};
    std::array<std::vector<std::int64_t>, 2> times;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces) {
            CHECK(trace.encoding.bits == 14);
            CHECK(proto::sample_period_ns(record, trace) == Approx(2));
            REQUIRE(trace.device_header.size() == 25);
            energies.at(trace.channel) +=
                little_u16(reinterpret_cast<const std::byte*>(trace.device_header.data()) + 12);
            times.at(trace.channel).push_back(trace.first.ticks);
        }
    CHECK(energies == std::array<std::uint64_t, 2>{40757, 106674});
    CHECK(times[0].front() == 97'876'200'000);
    CHECK(times[1].front() == 97'876'200'006);
    CHECK(std::ranges::is_sorted(times[0]));
}

TEST_CASE("the CoMPASS recording without its header is imported all the same") {
    const auto path = test::shared_waveform("compass_test_data.BIN");
    if (path.empty()) return;
    const TemporaryDirectory directory;
    const auto file = InputBytes::open(path);
    REQUIRE(file.has_value());
    tests::Bytes bytes(file->size() - 2);
    REQUIRE(file->read(2, bytes).has_value());
    test::write_file(directory.path() + "/bare.BIN", bytes);
    const auto report = test::imported(directory.path() + "/bare.BIN", directory.path() + "/runs");
    CHECK(report.format == ImportFormat::COMPASS);
    CHECK(report.events == 102);
    CHECK(stream(report, 0, false).sample_sum == 149'661'357);
    CHECK(stream(report, 1, false).sample_sum == 156'831'811);
}
