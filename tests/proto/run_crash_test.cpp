// Power cuts, full disks and failing syncs below the run writer, driven as the recorder drives it: append
// every message, sync at most every 250 ms of data time, acknowledge what sync() has covered.
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>

#include <catch2/catch.hpp>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/proto/forgetful_file_layer.hpp"
#include "tests/proto/random_record.hpp"
#include "tests/proto/sample_run.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::proto::testing {
namespace {

constexpr double slot_s = 1.0 / 60;
constexpr double sync_s = 0.25;

double time_of(std::uint64_t sequence) {
    const auto slot = sequence / 2;
    return static_cast<double>(slot) * slot_s;
}

config::Storage rotating(bool compressed) {
    auto storage = compressed ? compressed_storage() : plain_storage();
    storage.set_segment_bytes(40'000);
    storage.set_reserve_bytes(1 << 20);
    return storage;
}

struct Driven {
    std::uint64_t appended = 0;      // messages
    std::uint64_t acknowledged = 0;  // messages
    std::optional<Error> stopped;    // what ended it, before its messages did
    bool closed = false;
};

// The recorder's loop. On a full disk it closes the run with reason disk-full.
Driven drive(FileLayer& files, const std::vector<Message>& messages, const config::Storage& storage,
             const std::string& root) {
    Driven driven;
    auto writer = RunWriter::create(files, root, start_description(), storage);
    if (!writer) {
        driven.stopped = writer.error();
        return driven;
    }
    RunWriter& run = **writer;
    double synced_at = 0;
    for (const auto& message : messages) {
        Status status;
        const double now = time_of(message.sequence);
        if (now - synced_at >= sync_s) {
            status = run.sync();
            if (status) driven.acknowledged = run.synced_messages();
            synced_at = now;
        }
        if (status) status = run.append(message);
        if (!status) {
            driven.stopped = status.error();
            break;
        }
        driven.appended = run.appended_messages();
    }
    const std::vector<Message> written(messages.begin(),
                                       messages.begin() + static_cast<std::ptrdiff_t>(driven.appended));
    auto end = end_description(written);
    if (driven.stopped && driven.stopped->kind == ErrorKind::DISK_FULL) end.set_stop_reason("disk-full");
    const auto closed = run.close(end);
    driven.closed = closed.has_value();
    if (driven.closed) driven.acknowledged = run.synced_messages();
    return driven;
}

std::vector<StoredMessage> first(const std::vector<StoredMessage>& all, std::size_t count) {
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE("after a power cut every acknowledged message reads back and at most 500 ms is missing",
          "[property]") {
    const auto messages = sample_messages(120);
    const auto all = stored(messages);
    const std::uint64_t seed = 2026'11'22;
    INFO("seed " << seed);
    Random random(seed);
    std::uint64_t calls[2];
    for (const bool compressed : {false, true}) {
        ForgetfulFileLayer whole;
        REQUIRE(drive(whole, messages, rotating(compressed), "/runs").closed);
        calls[compressed] = whole.calls();
    }

    std::size_t readable = 0;
    for (int round = 0; round < 400; ++round) {  // 200 cuts, each with a strict and with a lenient disk
        const bool lenient = round % 2 == 1;
        const bool compressed = round % 3 == 0;
        const auto call = uniform<std::uint64_t>(random, 0, calls[compressed] - 1);
        CAPTURE(round, call, lenient);
        ForgetfulFileLayer disk;
        disk.cut_power_at_call(call);
        const auto driven = drive(disk, messages, rotating(compressed), "/runs");
        REQUIRE_FALSE(driven.closed);

        const TemporaryDirectory machine;
        disk.write_survivors(machine.path(), lenient ? &random : nullptr);
        const std::string directory = machine.path() + "/runs/run-000007";
        if (!std::filesystem::exists(directory + "/run.txtpb")) {
            REQUIRE(driven.acknowledged == 0);  // cut while the run was being made
            REQUIRE(driven.appended == 0);
            continue;
        }
        ++readable;
        const auto verification = verify_run(directory).value();
        REQUIRE(verification.aborted);
        REQUIRE_FALSE(verification.valid());
        const auto found = read_messages(directory);
        REQUIRE(found.size() >= driven.acknowledged);
        REQUIRE(found.size() <= driven.appended + 1);
        REQUIRE(first(all, driven.acknowledged) == first(found, driven.acknowledged));
        if (driven.appended > 0) {
            const double missing = time_of(driven.appended - 1) -
                                   (driven.acknowledged == 0 ? 0 : time_of(driven.acknowledged - 1));
            REQUIRE(missing <= 0.5);
        }

        if (round % 8 > 1) continue;  // repairing syncs to a real disk: slow
        const auto repaired = repair_run(directory).value();
        REQUIRE(repaired == directory + ".repaired");
        REQUIRE(read_messages(repaired) == found);
        const auto again = verify_run(repaired).value();
        REQUIRE(again.description.repaired());
        REQUIRE(again.description.stop_reason() == "repaired");
        // A lenient disk may have lost one message and kept a later one: then that stays missing, and is
        // said.
        REQUIRE(again.valid() == (again.missing_sequences == 0));
        REQUIRE((lenient || again.missing_sequences == 0));
        REQUIRE(verify_run(directory).value().blocks == found.size());  // the original is as it was
    }
    CHECK(readable > 300);
}

TEST_CASE("on a disk that is full from any write on, the run ends disk-full, its blocks valid",
          "[property]") {
    const auto messages = sample_messages(60);
    const auto all = stored(messages);
    for (const bool compressed : {false, true}) {
        ForgetfulFileLayer roomy;
        REQUIRE(drive(roomy, messages, rotating(compressed), "/runs").closed);
        REQUIRE(roomy.writes() > 100);
        for (std::uint64_t write = 0; write < roomy.writes(); ++write) {
            CAPTURE(compressed, write);
            ForgetfulFileLayer disk;
            disk.fill_up_at_write(write);
            const auto driven = drive(disk, messages, rotating(compressed), "/runs");
            const TemporaryDirectory machine;
            driven.closed ? disk.write_survivors(machine.path()) : disk.write_all(machine.path());
            const std::string directory = machine.path() + "/runs/run-000007";
            if (!driven.closed) {  // not even the reserve fitted: there is no run
                REQUIRE(driven.appended == 0);
                REQUIRE(driven.stopped->kind == ErrorKind::DISK_FULL);
                REQUIRE_FALSE(std::filesystem::exists(directory));
                continue;
            }
            const auto verification = verify_run(directory).value();
            REQUIRE(verification.valid());
            REQUIRE(verification.blocks == driven.appended);
            REQUIRE(driven.acknowledged == driven.appended);
            REQUIRE(read_messages(directory) == first(all, driven.appended));
            const bool cut_short = driven.appended < messages.size();
            REQUIRE(verification.description.stop_reason() == (cut_short ? "disk-full" : "requested"));
            REQUIRE(cut_short == driven.stopped.has_value());
        }
    }
}

TEST_CASE("on a real full file system the run ends disk-full, its blocks valid", "[integration]") {
    const TemporaryDirectory mount_point;
    if (::mount("tmpfs", mount_point.path().c_str(), "tmpfs", 0, "size=6m") != 0) {
        std::cout << "SKIPPED: a small file system cannot be mounted here (that needs root)\n";
        return;
    }
    struct Unmount {
        ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
        std::string path;
    } const unmount{mount_point.path()};

    const auto messages = sample_messages(200, 20'000);
    auto storage = rotating(false);
    storage.set_segment_bytes(1'000'000);
    const auto driven = drive(posix_file_layer(), messages, storage, mount_point.path());
    REQUIRE(driven.stopped);
    CHECK(driven.stopped->kind == ErrorKind::DISK_FULL);
    REQUIRE(driven.closed);
    CHECK(driven.appended > 50);
    const std::string directory = mount_point.path() + "/run-000007";
    const auto verification = verify_run(directory).value();
    CHECK(verification.valid());
    CHECK(verification.description.stop_reason() == "disk-full");
    CHECK(read_messages(directory) == first(stored(messages), driven.appended));
    CHECK(repair_run(directory).error().kind == ErrorKind::DISK_FULL);
    CHECK_FALSE(std::filesystem::exists(directory + ".repaired"));
}

TEST_CASE("slow values beside a run are no damage to it, and its repaired copy has them") {
    const TemporaryDirectory machine;
    REQUIRE(drive(posix_file_layer(), sample_messages(20), rotating(false), machine.path()).closed);
    const std::string directory = machine.path() + "/run-000007";
    const std::string rows = "utc_ns,name,value\n1,hv,1000\n2,hv";  // cut by the crash
    std::ofstream(directory + "/slow-control.csv") << rows;
    CHECK(verify_run(directory).value().valid());
    const auto repaired = repair_run(directory).value();
    std::ifstream copy(repaired + "/slow-control.csv");
    CHECK(std::string(std::istreambuf_iterator<char>(copy), {}) == rows);
    CHECK(verify_run(repaired).value().valid());
}

TEST_CASE("after a sync that failed nothing more is acknowledged and no end record is written") {
    const auto messages = sample_messages(60);
    ForgetfulFileLayer disk;
    disk.fail_sync(3);
    const auto driven = drive(disk, messages, plain_storage(), "/runs");
    REQUIRE(driven.stopped);
    CHECK(driven.stopped->kind == ErrorKind::IO);
    CHECK_FALSE(driven.closed);
    CHECK(driven.acknowledged < driven.appended);
    const TemporaryDirectory machine;
    disk.write_all(machine.path());
    const auto verification = verify_run(machine.path() + "/runs/run-000007").value();
    CHECK(verification.aborted);
    CHECK(verification.blocks == driven.appended);
}

}  // namespace spillgate::proto::testing
