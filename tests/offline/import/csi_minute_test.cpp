// CsI minute files from their generator to candidates.
#include "offline/import/csi_minute.hpp"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "hw/make_source.hpp"
#include "offline/reconstruction/chain.hpp"
#include "proto/config_loader.hpp"
#include "tests/data/minute_file_writer.hpp"
#include "tests/hw/collecting_sink.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/offline/reference/comparison.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;
using tests::MinuteFile;

namespace {

void quiet(std::size_t record, std::span<std::int8_t> csi, std::span<std::int8_t> muon) {
    std::fill(csi.begin(), csi.end(), static_cast<std::int8_t>(100));
    std::fill(muon.begin(), muon.end(), static_cast<std::int8_t>(-3));
    csi[record] = static_cast<std::int8_t>(record);
}

ImportReport import_minute(const std::string& path, const TemporaryDirectory& directory,
                           std::uint32_t data_set = 1) {
    ImportOptions options;
    options.data_set = data_set;
    return test::imported(path, directory.path() + "/runs", options);
}

}  // namespace

TEST_CASE("each record of a minute file is a slot with its mark, windows, samples and stamp") {
    const TemporaryDirectory directory;
    MinuteFile file;
    file.records = 61;
    const auto path = tests::write_minute_file(directory.path(), file, quiet);
    for (const std::uint32_t data_set : {1u, 2u, 3u}) {
        const auto report = import_minute(path, directory, data_set);
        CHECK(report.format == ImportFormat::CSI_MINUTE);
        CHECK(report.events == 61);
        CHECK(report.slots == 61);
        CHECK(report.dropped_bytes == 0);
        CHECK(report.messages.empty());
        const auto run = test::read_run(report);
        const auto windows = tests::slow_windows(static_cast<int>(data_set));
        for (std::size_t k = 0; k < run.records.size(); ++k) {
            const auto& record = run.records[k];
            REQUIRE(record.traces.size() == 2);
            const auto csi = test::samples_of(record, record.traces[0]);
            REQUIRE(csi.size() == 35000);
            CHECK(csi[k] == static_cast<int>(k));
            CHECK(csi[34999] == 100);
            CHECK(test::samples_of(record, record.traces[1]) == std::vector<int>(35000, -3));
            CHECK(record.traces[0].device_header.size() == 14);
            REQUIRE(record.windows.size() == 2);
            const auto position = [&](std::int64_t bound) {
                return proto::sample_position(record, record.traces[0], bound);
            };
            const auto& ac = record.windows[0];
            const auto& in_time = record.windows[1];
            CHECK(ac.kind == wire::ANTI_COINCIDENT);
            CHECK(in_time.kind == wire::IN_TIME);
            CHECK(position(ac.pretrace_begin) == windows.ac_pretrace[0]);
            CHECK(position(ac.pretrace_end) == windows.ac_pretrace[1]);
            CHECK(position(ac.roi_begin) == windows.ac_roi[0]);
            CHECK(position(ac.roi_end) == windows.ac_roi[1]);
            CHECK(position(in_time.pretrace_begin) == windows.c_pretrace[0]);
            CHECK(position(in_time.pretrace_end) == windows.c_pretrace[1]);
            CHECK(position(in_time.roi_begin) == windows.c_roi[0]);
            CHECK(position(in_time.roi_end) == windows.c_roi[1]);
            CHECK(position(0) == windows.c_roi[0]);
            CHECK(run.verdicts[k].is_spill());
            CHECK(run.verdicts[k].charge_state == wire::CHARGE_MISSING);
        }
        // 2015-06-28 13:45:00 UTC, and a second later.
        CHECK(run.records[0].utc_ns == 1435499100'000'000'000);
        CHECK(run.records[60].utc_ns == 1435499101'000'000'000);
        CHECK(run.description.ledger().charge_missing_slots() == 61);
    }
}

TEST_CASE("stamps that step or are no time put the slot in doubt and keep the record") {
    const TemporaryDirectory directory;
    MinuteFile file;
    file.records = 6;
    file.chunks = {1};
    auto bytes = tests::minute_bytes(file, quiet);
    constexpr std::size_t chunk = 8 + 2 * 35007;
    const auto set_stamp = [&](std::size_t record, std::size_t field, int value) {
        bytes[record * chunk + 8 + 2 * field + 1] = static_cast<std::byte>(value);
    };
    set_stamp(1, 1, 13);  // month 13
    for (const std::size_t record : {3u, 4u, 5u})
        set_stamp(record, 5, 30);  // half a minute later
    set_stamp(5, 5, 29);           // a second back
    tests::write_zip(directory.path() + "/134500.zip", "134500", bytes);
    const auto report = import_minute(directory.path() + "/134500.zip", directory);
    CHECK(report.slots == 6);
    const auto run = test::read_run(report);
    const auto suspect = [&](std::size_t k) {
        return run.verdicts[k].has(proto::SlotQuality::CLOCK_SUSPECT);
    };
    CHECK_FALSE(suspect(0));
    CHECK(suspect(1));
    CHECK(run.records[1].utc_ns == 0);
    CHECK_FALSE(suspect(2));
    CHECK(suspect(3));
    CHECK(run.records[3].t0.epoch == 1);
    CHECK_FALSE(suspect(4));
    CHECK(run.verdicts[4].has(proto::SlotQuality::SLOT_ESTIMATED));
    CHECK(suspect(5));
    CHECK(report.messages.size() == 2);
}

TEST_CASE("several minute files become one run in the order given") {
    const TemporaryDirectory directory;
    MinuteFile first;
    first.records = 3;
    MinuteFile second = first;
    second.begin[4] = 46;
    const auto a = tests::write_minute_file(directory.path(), first, quiet);
    const auto b = tests::write_minute_file(directory.path(), second, quiet);
    ImportOptions options;
    options.data_set = 1;
    const auto report = import_files(std::nullopt, {a, b}, directory.path() + "/runs", options);
    REQUIRE(report.has_value());
    CHECK(report->slots == 6);
    const auto run = test::read_run(*report);
    CHECK(run.description.imported_files_size() == 2);
    CHECK(run.records[3].utc_ns - run.records[0].utc_ns == 60'000'000'000);
}

TEST_CASE("a minute file needs its data set named") {
    const TemporaryDirectory directory;
    MinuteFile file;
    file.records = 1;
    const auto path = tests::write_minute_file(directory.path(), file, quiet);
    const auto report = import_files(std::nullopt, {path}, directory.path() + "/runs", {});
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().kind == proto::ErrorKind::CONFIG);
    CHECK_THAT(report.error().message, Catch::Contains("1, 2 or 3"));
}

TEST_CASE("a simulated minute file gives the candidates of the slow reading in every field",
          "[integration]") {
    // The simulated detector writes the uneven codes of the 2017 digitizer; rates are high, so that windows
    // are rarely empty.
    constexpr std::size_t records = 120;
    auto board = hw::testing::simulated_board(records);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_uneven_codes(true);
    pmt.set_dark_rate_hz(20000);
    pmt.set_steady_rate_hz(20000);
    pmt.set_cherenkov_rate_hz(2000);
    pmt.set_large_rate_hz(500);
    pmt.set_muon_rate_hz(3000);
    pmt.set_cevns_per_spill(0.3);
    pmt.set_linear_gate_fraction(0.05);
    std::vector<std::vector<int>> csi(records);
    std::vector<std::vector<int>> muon(records);
    std::size_t record = 0;
    for (const auto& batch : hw::testing::simulate(board)) {
        for (const auto& trace : batch.traces) {
            REQUIRE(trace.count == tests::minute_record_samples);
            if (record == records) break;
            auto& codes = (trace.channel == 0 ? csi : muon)[record];
            for (std::size_t i = 0; i < trace.count; ++i)
                codes.push_back(hw::testing::signed_sample(batch.samples[trace.offset + i]));
            if (!csi[record].empty() && !muon[record].empty()) ++record;
        }
    }
    REQUIRE(record == records);

    const TemporaryDirectory directory;
    MinuteFile file;
    file.records = records;
    const auto path = tests::write_minute_file(
        directory.path(), file, [&](std::size_t k, std::span<std::int8_t> c, std::span<std::int8_t> m) {
            std::transform(csi[k].begin(), csi[k].end(), c.begin(),
                           [](int v) { return static_cast<std::int8_t>(v); });
            std::transform(muon[k].begin(), muon[k].end(), m.begin(),
                           [](int v) { return static_cast<std::int8_t>(v); });
        });
    for (const int data_set : {1, 2, 3}) {
        const auto report = import_minute(path, directory, static_cast<std::uint32_t>(data_set));
        const auto run = test::read_run(report);
        REQUIRE(run.records.size() == records);
        // The run's own config makes the chain.
        auto config = proto::parse_config(run.description.effective_config(), "run").value().config;
        std::size_t found = 0;
        for (const auto& [variant, slow_variant] :
             {std::pair{config::PmtChain::MEDIAN, tests::SlowVariant::MEDIAN},
              {config::PmtChain::LOCAL_BASELINE, tests::SlowVariant::LOCAL_BASELINE},
              {config::PmtChain::CONDITIONAL_MEAN, tests::SlowVariant::CONDITIONAL_MEAN}}) {
            config.mutable_chain(0)->mutable_pmt()->set_variant(variant);
            const auto chain = make_chain(config.chain(0), config).value();
            const auto worker = chain->make_worker();
            const tests::SlowSettings settings{slow_variant, true, 60};
            const tests::ChainUnderTest compare(settings);
            const std::vector<std::uint32_t> csi_traces{0};
            const std::vector<ChannelTraces> vetoes{{1, {1}}};
            std::vector<Candidate> candidates;
            for (std::size_t k = 0; k < records; ++k) {
                candidates.clear();
                worker->reconstruct({run.records[k], 0, csi_traces, vetoes, {}}, candidates);
                const auto slow = tests::slow_chain(csi[k], muon[k], tests::slow_windows(data_set), settings);
                INFO("data set " << data_set << " variant " << static_cast<int>(variant) << " record " << k);
                REQUIRE_THAT(compare.difference(candidates, slow), Catch::Equals(""));
                found += slow.in_time.found + slow.anti_coincident.found;
            }
        }
        CHECK(found > records / 2);
    }
}
