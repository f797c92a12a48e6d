// The recorder over the real run writer, on a disk that is full from any write on.
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "daq/recorder.hpp"
#include "proto/run_file/run_reader.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/proto/forgetful_file_layer.hpp"

using namespace spillgate;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t slots = 12;
constexpr std::uint64_t record_samples = 20000;

wire::RunDescription description() {
    wire::RunDescription run;
    run.set_number(1);
    run.set_type(wire::TEST);
    run.set_daemon("daq");
    run.set_start_utc_ns(1);
    return run;
}

config::Storage storage() {
    config::Storage settings;
    settings.set_reserve_bytes(1 << 20);
    settings.set_segment_bytes(200000);
    return settings;
}

proto::MessagePtr record(std::uint64_t sequence, std::uint64_t slot) {
    auto spill = std::make_shared<proto::SpillRecord>();
    spill->run = 1;
    spill->slot = slot;
    spill->sequence = sequence;
    spill->daemon = "daq";
    spill->clocks.push_back({0, 1e9, {}, 0});
    spill->samples.assign(record_samples, static_cast<std::uint16_t>(slot));
    return std::make_shared<proto::Message>(proto::encode(std::move(spill)));
}

proto::MessagePtr verdict(std::uint64_t sequence, std::uint64_t slot, bool recorded,
                          std::uint64_t record_sequence) {
    proto::Verdict v;
    v.run = 1;
    v.slot = slot;
    v.sequence = sequence;
    v.daemon = "daq";
    v.disposition = recorded ? wire::COMPLETE : wire::LOST_DISK;
    v.has_record = recorded;
    v.record_sequence = recorded ? record_sequence : 0;
    v.frequency_hz = 1e9;
    return std::make_shared<proto::Message>(proto::encode(v));
}

// A run of `slots` slots as the pipeline would send it, each verdict two slots behind its record. The reason
// why it ended, or nothing if the run could not even be created.
std::optional<std::string> write_run(proto::FileLayer& files) {
    auto writer = proto::RunWriter::create(files, "/runs", description(), storage());
    if (!writer) return std::nullopt;
    daq::RecorderSettings settings;
    settings.sync = 1ms;
    daq::Recorder recorder(std::move(*writer), files, settings);
    std::uint64_t sequence = 0;
    std::vector<std::pair<bool, std::uint64_t>> records;
    const auto judge = [&](std::uint64_t slot) {
        recorder.put(verdict(sequence, slot, records[slot].first, records[slot].second));
        ++sequence;
    };
    for (std::uint64_t slot = 0; slot < slots; ++slot) {
        const bool admitted = recorder.admit(2 * record_samples, true);
        records.emplace_back(admitted, sequence);
        if (admitted) recorder.put(record(sequence++, slot));
        if (slot >= 2) judge(slot - 2);
    }
    judge(slots - 2);
    judge(slots - 1);
    (void)recorder.finish();
    auto end = description();
    end.set_stop_utc_ns(2);
    end.set_stop_reason(recorder.status().stop_reason.value_or("requested"));
    end.set_next_sequence(sequence);
    *end.mutable_ledger() = recorder.ledger().totals();
    const auto closed = recorder.close(end);
    INFO((closed ? std::string() : closed.error().message));
    CHECK(closed.has_value());
    return end.stop_reason();
}

}  // namespace

TEST_CASE(
    "on a disk that is full from any write on, the run ends as disk-full with all blocks valid, the end "
    "record present and every slot in the ledger") {
    std::uint64_t writes = 0;
    {
        proto::testing::ForgetfulFileLayer files;
        CHECK(write_run(files) == "requested");
        writes = files.writes();
    }
    int full = 0;
    for (std::uint64_t n = 0; n < writes; ++n) {
        CAPTURE(n);
        proto::testing::ForgetfulFileLayer files;
        files.fill_up_at_write(n);
        const auto reason = write_run(files);
        if (!reason) continue;
        full += *reason == "disk-full" ? 1 : 0;
        test::ScratchDirectory directory;
        files.write_survivors(directory.path());
        const auto verification = proto::verify_run(directory.path() + "/runs/run-000001");
        REQUIRE(verification.has_value());
        for (const auto& damage : verification->damage)
            UNSCOPED_INFO(damage.error.message);
        CHECK(verification->damage.empty());
        CHECK_FALSE(verification->aborted);
        CHECK(verification->description.stop_reason() == *reason);
        CHECK(verification->ledger_agrees);
        CHECK(verification->dispositions_sum);
        CHECK(verification->verdicts == slots);
        CHECK(verification->ledger.slots() == slots);
        CHECK(verification->ledger.complete() == verification->spills);
        CHECK(verification->ledger.complete() + verification->ledger.lost_disk() == slots);
    }
    CHECK(full > 10);
}
