// Recordings without marks: LLaMA and WaveDump files into slots.
#include <bit>
#include <numeric>

#include <catch2/catch.hpp>

#include "tests/data/caen_writer.hpp"
#include "tests/data/sis3316_writer.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::SlotQuality;
using proto::testing::TemporaryDirectory;
using tests::Bytes;

namespace {

constexpr std::int64_t slice_ticks = 25'000'000;  // 100 ms at 250 MHz

// Every trace of a run with its slot and record.
struct Found {
    std::uint64_t slot;
    const proto::SpillRecord* record;
    const proto::Trace* trace;
};
std::vector<Found> traces_of(const test::Run& run) {
    std::vector<Found> found;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces)
            found.push_back({record.slot, &record, &trace});
    return found;
}

ImportReport import_bytes(const Bytes& bytes, const TemporaryDirectory& directory, const std::string& name,
                          const ImportOptions& options = {}) {
    test::write_file(directory.path() + "/" + name, bytes);
    return test::imported(directory.path() + "/" + name, directory.path() + "/runs", options);
}

}  // namespace

TEST_CASE("events of a LLaMA file lie in the slice of their time, empty slices are slots") {
    const TemporaryDirectory directory;
    tests::LlamaTestChannel a, b;
    b.channel = 5;
    auto bytes = tests::llama_header({a, b});
    // The second channel's bank follows the first one's.
    tests::put_llama_event(bytes, a, slice_ticks + 10, 100);
    tests::put_llama_event(bytes, a, 4 * slice_ticks + 10, 200);
    tests::put_llama_event(bytes, b, slice_ticks + 12, 300);
    const auto report = import_bytes(bytes, directory, "a.bin");
    CHECK(report.events == 3);
    CHECK(report.slots == 4);
    CHECK(report.dropped_bytes == 0);
    const auto run = test::read_run(report);
    CHECK(run.description.type() == wire::TEST);
    CHECK(run.description.stop_reason() == "imported");
    CHECK(run.records[0].traces.size() == 2);
    CHECK(run.records[1].traces.empty());
    CHECK(run.records[3].traces.size() == 1);
    CHECK(run.records[0].t0.ticks == slice_ticks);
    for (const auto& record : run.records) {
        REQUIRE(record.windows.size() == 1);
        CHECK(record.windows[0].kind == wire::FREE);
        CHECK(record.windows[0].roi_end == slice_ticks);
        CHECK(record.windows[0].traces.size() == record.traces.size());
    }
    for (const auto& verdict : run.verdicts) {
        CHECK(verdict.disposition == wire::COMPLETE);
        CHECK_FALSE(verdict.is_spill());
    }
    CHECK(run.description.ledger().spills() == 0);
    CHECK(run.description.ledger().complete() == 4);
}

TEST_CASE("a LLaMA event keeps its header words, MAW words, averaged samples and flags") {
    const TemporaryDirectory directory;
    tests::LlamaTestChannel channel;
    channel.fadc = 1;
    channel.channel = 9;
    channel.averaged_samples = 4;
    channel.maw_length = 3;
    channel.average_mode = 2;
    channel.start_index = 2;
    channel.pretrigger = 6;
    auto bytes = tests::llama_header({channel});
    const auto header_bytes = bytes.size();
    tests::put_llama_event(bytes, channel, 0x123456789ull, 100, true);
    const auto report = import_bytes(bytes, directory, "a.bin");
    const auto run = test::read_run(report);
    const auto traces = traces_of(run);
    REQUIRE(traces.size() == 2);
    const auto& raw = *traces[0].trace;
    CHECK(raw.board == 1);
    CHECK(raw.channel == 9);
    CHECK(raw.first.ticks == 0x123456789);
    CHECK(raw.encoding == proto::Encoding{14, false, 2});
    CHECK(raw.flags == proto::TRACE_PILE_UP);
    CHECK(test::samples_of(*traces[0].record, raw) ==
          std::vector<int>{400, 404, 408, 412, 416, 420, 424, 428});
    REQUIRE(raw.device_header.size() == 64);
    CHECK(std::equal(raw.device_header.begin(), raw.device_header.begin() + 52,
                     reinterpret_cast<const char*>(bytes.data() + header_bytes)));
    CHECK(std::equal(raw.device_header.begin() + 52, raw.device_header.end(),
                     reinterpret_cast<const char*>(bytes.data() + bytes.size() - 12)));
    const auto& averaged = *traces[1].trace;
    CHECK(averaged.stream == wire::AVERAGED);
    CHECK(averaged.ticks_per_sample == 8);
    CHECK(averaged.first.ticks == 0x123456789 - 2);  // the gate window begins two samples before
    CHECK(test::samples_of(*traces[1].record, averaged) == std::vector<int>{100, 101, 102, 103});
    CHECK_FALSE(report.messages.empty());  // this averaging mode was not seen in a recording
}

TEST_CASE("a 48-bit timestamp that wraps goes on, one that was cleared begins an epoch") {
    const TemporaryDirectory directory;
    const tests::LlamaTestChannel channel;
    constexpr std::uint64_t top = (std::uint64_t{1} << 48) - 100;
    auto wraps = tests::llama_header({channel});
    tests::put_llama_event(wraps, channel, top, 1);
    tests::put_llama_event(wraps, channel, 50, 2);
    const auto wrapped = test::read_run(import_bytes(wraps, directory, "wraps.bin"));
    auto traces = traces_of(wrapped);
    REQUIRE(traces.size() == 2);
    CHECK(traces[1].trace->first.ticks - traces[0].trace->first.ticks == 150);
    CHECK(traces[1].trace->first.epoch == 0);

    auto cleared = tests::llama_header({channel});
    tests::put_llama_event(cleared, channel, 1000 * slice_ticks, 1);
    tests::put_llama_event(cleared, channel, 50, 2);
    const auto report = import_bytes(cleared, directory, "cleared.bin");
    CHECK(report.slots == 2);
    const auto run = test::read_run(report);
    CHECK(run.records[1].t0.epoch == 1);
    CHECK(run.records[1].t0.ticks == 0);
    CHECK(run.verdicts[1].has(SlotQuality::CLOCK_SUSPECT));
    CHECK(run.verdicts[1].has(SlotQuality::SLOT_ESTIMATED));
    CHECK_FALSE(run.verdicts[0].has(SlotQuality::CLOCK_SUSPECT));
}

TEST_CASE("a recording that would become too many slots is refused before a run is made") {
    const TemporaryDirectory directory;
    const tests::LlamaTestChannel channel;
    auto bytes = tests::llama_header({channel});
    tests::put_llama_event(bytes, channel, 0, 1);
    tests::put_llama_event(bytes, channel, std::uint64_t{1} << 47, 2);
    const auto path = directory.path() + "/a.bin";
    test::write_file(path, bytes);
    ImportOptions options;
    options.slice_ms = 1;
    const auto report = import_files(std::nullopt, {path}, directory.path() + "/runs", options);
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().kind == proto::ErrorKind::CONFIG);
    CHECK_THAT(report.error().message, Catch::Contains("longer slices"));
}

TEST_CASE("WaveDump time tags are unwrapped over less than half a turn, longer gaps begin an epoch") {
    const TemporaryDirectory directory;
    Bytes bytes;
    const std::vector<std::uint32_t> tags{0x7FFFFFF0, 0x80000010 /* bit 31 is no time */, 0x40000020,
                                          0x40000000};
    for (std::uint32_t i = 0; i < tags.size(); ++i)
        tests::put_wavedump_event(bytes, 3, i, tags[i], 10, static_cast<std::uint16_t>(100 * i));
    const auto report = import_bytes(bytes, directory, "wave3.dat");
    CHECK(report.events == 4);
    const auto run = test::read_run(report);
    const auto traces = traces_of(run);
    REQUIRE(traces.size() == 4);
    CHECK(traces[0].trace->channel == 3);
    CHECK(traces[0].trace->board == 31);
    CHECK(traces[1].trace->first.ticks - traces[0].trace->first.ticks == 2 * std::int64_t{0x20});
    CHECK(traces[1].trace->first.epoch == 0);
    CHECK(traces[2].trace->first.epoch == 1);  // 0x40000010 on: half a turn or more
    CHECK(traces[2].trace->first.ticks == 2 * std::int64_t{0x40000020});
    CHECK(traces[3].trace->first.epoch == 2);  // a step back
    CHECK(run.description.ledger().complete() == report.slots);
    std::uint64_t suspect = 0;
    for (const auto& verdict : run.verdicts)
        suspect += verdict.has(SlotQuality::CLOCK_SUSPECT);
    CHECK(suspect == 2);
    REQUIRE(report.messages.size() == 1);
    CHECK_THAT(report.messages[0], Catch::Contains("2 gaps"));
    // The header as it came.
    REQUIRE(traces[1].trace->device_header.size() == 24);
    CHECK(static_cast<unsigned char>(traces[1].trace->device_header[23]) == 0x80);
}

TEST_CASE("lengths of tags and samples decide ticks, the pretrigger where a trace begins") {
    const TemporaryDirectory directory;
    Bytes bytes;
    tests::put_wavedump_event(bytes, 0, 0, 1000, 10, 5);
    ImportOptions options;
    options.wavedump.sample_ns = 16;
    options.wavedump.tag_ns = 8;
    options.wavedump.pretrigger_samples = 4;
    options.wavedump.bits = 12;
    const auto run = test::read_run(import_bytes(bytes, directory, "w.dat", options));
    const auto traces = traces_of(run);
    REQUIRE(traces.size() == 1);
    CHECK(traces[0].record->clocks[0].frequency_hz == 125e6);
    CHECK(traces[0].trace->ticks_per_sample == 2);
    CHECK(traces[0].trace->first.ticks == 1000 - 2 * 4);
    CHECK(traces[0].trace->encoding.bits == 12);
}

TEST_CASE("8-bit WaveDump samples are widened") {
    const TemporaryDirectory directory;
    Bytes bytes;
    for (const auto word : {24u + 5u, 0u, 0u, 1u, 0u, 77u})
        tests::put_u32(bytes, word);
    for (const auto sample : {0, 1, 127, 128, 255})
        bytes.push_back(static_cast<std::byte>(sample));
    ImportOptions options;
    options.wavedump.sample_type = WaveDumpOptions::SampleType::U8;
    const auto run = test::read_run(import_bytes(bytes, directory, "w.dat", options));
    const auto traces = traces_of(run);
    REQUIRE(traces.size() == 1);
    CHECK(test::samples_of(*traces[0].record, *traces[0].trace) == std::vector<int>{0, 1, 127, 128, 255});
    CHECK(traces[0].trace->encoding == proto::Encoding{8, false, 0});
}

TEST_CASE("WaveDump files without headers give each event a slot of its own, its time in doubt") {
    const TemporaryDirectory directory;
    Bytes bytes;
    for (std::uint16_t sample = 0; sample < 30; ++sample)
        tests::put_u16(bytes, sample);
    const auto path = directory.path() + "/wave7.dat";
    test::write_file(path, bytes);
    ImportOptions options;
    options.wavedump.samples = 10;
    const auto report = import_files(ImportFormat::WAVEDUMP, {path}, directory.path() + "/runs", options);
    REQUIRE(report.has_value());
    CHECK(report->events == 3);
    const auto run = test::read_run(*report);
    REQUIRE(run.records.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE(run.records[i].traces.size() == 1);
        CHECK(run.records[i].traces[0].channel == 7);
        CHECK(run.records[i].traces[0].first == run.records[i].t0);
        CHECK(test::samples_of(run.records[i], run.records[i].traces[0])[0] == static_cast<int>(10 * i));
        CHECK(run.verdicts[i].has(SlotQuality::CLOCK_SUSPECT));
    }
}

TEST_CASE("floating-point samples are refused with the reason, said or seen") {
    const TemporaryDirectory directory;
    Bytes bytes;
    for (const auto word : {24u + 400u, 0u, 0u, 1u, 0u, 77u})
        tests::put_u32(bytes, word);
    for (int i = 0; i < 100; ++i)
        tests::put_u32(bytes, std::bit_cast<std::uint32_t>(2048.5f + static_cast<float>(i)));
    const auto path = directory.path() + "/wave0.dat";
    test::write_file(path, bytes);
    ImportOptions options;
    const auto refused = [&] {
        const auto report = import_files(ImportFormat::WAVEDUMP, {path}, directory.path() + "/runs", options);
        REQUIRE_FALSE(report.has_value());
        CHECK(report.error().kind == proto::ErrorKind::UNSUPPORTED);
        CHECK_THAT(report.error().message, Catch::Contains("x742"));
    };
    refused();
    options.wavedump.sample_type = WaveDumpOptions::SampleType::F32;
    refused();
    options.wavedump.sample_type = WaveDumpOptions::SampleType::U16;
    CHECK(import_files(ImportFormat::WAVEDUMP, {path}, directory.path() + "/runs", options).has_value());
}

TEST_CASE("run numbers of imports are taken from the catalogue and not reused") {
    const TemporaryDirectory directory;
    const tests::LlamaTestChannel channel;
    auto bytes = tests::llama_header({channel});
    tests::put_llama_event(bytes, channel, 0, 1);
    const auto first = import_bytes(bytes, directory, "a.bin");
    const auto second = import_bytes(bytes, directory, "a.bin");
    CHECK(second.run == first.run + 1);
    CHECK(first.directory != second.directory);
}
