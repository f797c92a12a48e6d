// NGM files: SIS3316 events of several modules and readouts.
#include <catch2/catch.hpp>

#include "tests/data/sis3316_writer.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;
using tests::Bytes;
using tests::NgmTestModule;
using tests::Sis3316TestEvent;

namespace {

struct NgmFile {
    Bytes bytes = tests::ngm_header();
    std::vector<std::size_t> event_ends;
    void put_readout(const std::vector<NgmTestModule>& modules) {
        tests::put_ngm_readout(bytes, modules, event_ends);
    }
};

proto::Result<ImportReport> try_import(NgmFile file, const TemporaryDirectory& directory,
                                       const ImportOptions& options = {}) {
    tests::put_ngm_end(file.bytes);
    const auto path = directory.path() + "/SIS3316Raw_1_1.bin";
    test::write_file(path, file.bytes);
    return import_files(std::nullopt, {path}, directory.path() + "/runs", options);
}

test::Run import_ngm(const NgmFile& file, const TemporaryDirectory& directory,
                     const ImportOptions& options = {}) {
    const auto report = try_import(file, directory, options);
    if (!report) FAIL(report.error().message);
    CHECK(report->format == ImportFormat::NGM);
    CHECK(report->messages.empty());
    CHECK(report->events == file.event_ends.size());
    return test::read_run(*report);
}

std::vector<const proto::Trace*> traces_of(const test::Run& run) {
    std::vector<const proto::Trace*> traces;
    for (const auto& record : run.records)
        for (const auto& trace : record.traces)
            traces.push_back(&trace);
    return traces;
}

std::string text_of(const Bytes& bytes, std::size_t begin, std::size_t count) {
    return {reinterpret_cast<const char*>(bytes.data()) + begin, count};
}

}  // namespace

TEST_CASE("NGM events of all modules, channels, readouts and format bits become traces at their timestamps") {
    const TemporaryDirectory directory;
    NgmFile file;
    std::uint64_t time = 1000;
    for (int readout = 0; readout < 3; ++readout) {
        std::vector<NgmTestModule> modules(2);
        modules[0].number = 4;
        modules[1].number = 9;
        for (std::uint32_t channel = 0; channel < 16; ++channel)
            for (auto& module : modules)
                module.channels[channel].push_back({.timestamp = time += 100,
                                                    .base = static_cast<std::uint16_t>(channel),
                                                    .format_bits = channel,
                                                    .raw_samples = 2 * channel});
        file.put_readout(modules);
    }
    const auto run = import_ngm(file, directory);
    const auto traces = traces_of(run);
    REQUIRE(traces.size() == 96);
    for (std::size_t i = 0; i < traces.size(); ++i) {  // in the order of time, as they were made
        const auto channel = static_cast<std::uint32_t>(i % 32 / 2);
        CHECK(traces[i]->board == (i % 2 == 0 ? 4 : 9));
        CHECK(traces[i]->channel == channel);
        CHECK(traces[i]->first.ticks == static_cast<std::int64_t>(1100 + 100 * i));
        CHECK(traces[i]->ticks_per_sample == 1);
        CHECK(traces[i]->count == 2 * channel);
        const Sis3316TestEvent shape{.format_bits = channel};
        CHECK(traces[i]->device_header.size() == std::size_t{shape.header_words()} * 4 + 32);
    }
    CHECK(run.records[0].clocks[0].frequency_hz == 250e6);
    CHECK(run.description.imported_files(0).header() == text_of(file.bytes, 0, 400));
}

TEST_CASE("an NGM trace keeps its header and MAW words, the first of a readout its channel's counters") {
    const TemporaryDirectory directory;
    NgmFile file;
    NgmTestModule module{.number = 1, .channels = {}};
    module.channels[2] = {{.timestamp = 50, .base = 7, .maw_words = 3, .pile_up = true},
                          {.timestamp = 60, .base = 8, .overflow = true}};
    file.put_readout({module});
    ImportOptions options;
    options.ngm.maw_words = 3;
    options.ngm.clock_mhz = 125;
    options.ngm.pretrigger_samples = 20;
    const auto run = import_ngm(file, directory, options);
    const auto traces = traces_of(run);
    REQUIRE(traces.size() == 2);
    constexpr std::size_t header = 48;
    const auto channel_header = 400 + 40 + 8 + 2 * 32;
    const auto first = static_cast<std::size_t>(channel_header + 32);
    CHECK(traces[0]->device_header == text_of(file.bytes, first, header) +
                                          text_of(file.bytes, first + header + 16, 12) +
                                          text_of(file.bytes, channel_header, 32));
    CHECK(traces[0]->flags == proto::TRACE_PILE_UP);
    CHECK(traces[0]->first.ticks == 30);
    CHECK(test::samples_of(run.records[0], *traces[0]) == std::vector<int>{7, 8, 9, 10, 11, 12, 13, 14});
    CHECK(traces[1]->device_header == text_of(file.bytes, file.event_ends[0], header));
    CHECK(traces[1]->flags == proto::TRACE_OVERFLOW);
    CHECK(run.records[0].clocks[0].frequency_hz == 125e6);
}

TEST_CASE("NGM events with MAW words are refused until it is said how many, averaged samples altogether") {
    const TemporaryDirectory directory;
    NgmTestModule module;
    module.channels[0] = {{.maw_words = 3}};
    NgmFile maw;
    maw.put_readout({module});
    const auto unknown = try_import(maw, directory);
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().kind == proto::ErrorKind::UNSUPPORTED);
    CHECK_THAT(unknown.error().message, Catch::Contains("MAW"));
    module.channels[0] = {{.averaged_samples = 4}};
    NgmFile averaged;
    averaged.put_readout({module});
    const auto refused = try_import(averaged, directory);
    REQUIRE_FALSE(refused.has_value());
    CHECK_THAT(refused.error().message, Catch::Contains("averaged"));
}

TEST_CASE("the encoding of NGM samples is what the bits used allow, or what is said") {
    const auto encoding = [](int shift, std::uint16_t base, std::optional<std::uint32_t> bits) {
        const TemporaryDirectory directory;
        NgmTestModule module;
        module.channels[0] = {{.base = base, .shift = shift}};
        NgmFile file;
        file.put_readout({module});
        ImportOptions options;
        options.ngm.bits = bits;
        return traces_of(import_ngm(file, directory, options))[0]->encoding;
    };
    CHECK(encoding(0, 16'000, {}) == proto::Encoding{14, false, 0});
    CHECK(encoding(2, 16'000, {}) == proto::Encoding{14, false, 2});
    CHECK(encoding(0, 40'001, {}) == proto::Encoding{16, false, 0});
    CHECK(encoding(0, 100, 16) == proto::Encoding{16, false, 0});
}

TEST_CASE("timestamps of NGM channels wrap after 48 bits and go on") {
    const TemporaryDirectory directory;
    NgmTestModule module;
    module.channels[0] = {{.timestamp = (std::uint64_t{1} << 48) - 100}, {.timestamp = 50}};
    NgmFile file;
    file.put_readout({module});
    const auto run = import_ngm(file, directory);
    const auto traces = traces_of(run);
    REQUIRE(traces.size() == 2);
    CHECK(traces[1]->first.ticks - traces[0]->first.ticks == 150);
    CHECK(run.description.ledger().slots() == 1);
}
