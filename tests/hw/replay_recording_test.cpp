// A real recording without marks (SIS3316, two channels, 74 events), imported and replayed under simulated
// marks.
#include <filesystem>
#include <iostream>
#include <map>

#include <catch2/catch.hpp>

#include "offline/import/import.hpp"
#include "tests/hw/batch_contract.hpp"
#include "tests/hw/collecting_sink.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;

TEST_CASE("an imported SIS3316 recording is replayed at 60 Hz, one event of all channels per simulated mark",
          "[hw]") {
    const std::string recording =
        std::string(SPILLGATE_SOURCE_DIR) + "/../shared/data/waveforms/20241218-150158-pulser.bin";
    if (!std::filesystem::exists(recording)) {
        std::cout << "SKIPPED: " << recording << " is not here\n";
        return;
    }
    proto::testing::TemporaryDirectory runs;
    const auto imported =
        offline::import_files(std::nullopt, {recording}, runs.path(), offline::ImportOptions()).value();

    config::Board board;
    board.set_id(0);
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    board.mutable_replay()->set_path(imported.directory);
    board.mutable_replay()->set_pace(config::Replay::AS_FAST_AS_POSSIBLE);
    board.mutable_replay()->set_simulated_marks(true);
    board.mutable_replay()->set_rate_hz(60);
    board.mutable_replay()->set_mark_lead_ns(5000);
    config::Config config;
    config.mutable_facility()->set_repetition_hz(60);

    const auto source = hw::make_source(board, config).value();
    CHECK(source->info().frequency_hz == 250e6);
    CHECK(source->info().simulated);
    BatchContract contract(source->info());
    std::map<std::pair<std::uint32_t, bool>, std::uint64_t> waveforms, sums;  // by channel, averaged
    std::vector<hw::Mark> marks;
    for (const auto& batch : all_batches(*source)) {
        contract.check(batch);
        marks.insert(marks.end(), batch.marks.begin(), batch.marks.end());
        if (batch.traces.empty()) continue;
        REQUIRE(batch.marks.size() == 1);
        CHECK(batch.traces.size() == 4);
        std::int64_t first = INT64_MAX;
        for (const auto& trace : batch.traces) {
            const std::pair key(trace.channel, trace.stream == wire::AVERAGED);
            waveforms[key] += 1;
            for (std::uint64_t i = 0; i < trace.count; ++i)
                sums[key] += batch.samples[trace.offset + i];
            first = std::min(first, trace.first.ticks);
        }
        CHECK(first - batch.marks[0].time.ticks == 1250);  // 5 μs
    }
    CHECK_THAT(contract.violations(), Catch::Equals(std::vector<std::string>{}));
    CHECK(marks.size() == 37);
    using Key = std::pair<std::uint32_t, bool>;
    CHECK(waveforms ==
          std::map<Key, std::uint64_t>{{{0, false}, 37}, {{0, true}, 37}, {{4, false}, 37}, {{4, true}, 37}});
    // Sums of all raw samples, from independent readers (README of the recordings).
    CHECK(sums[{0, false}] == 2'566'696'400);
    CHECK(sums[{4, false}] == 2'343'025'116);
    for (const auto& stream : imported.streams)
        CHECK(static_cast<std::int64_t>(sums[{stream.channel, stream.averaged}]) == stream.sample_sum);
}
