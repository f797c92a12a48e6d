#include "online/live_run.hpp"

#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

#include "tests/online/followed_run.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using online::LiveRun;
using online::RunPhase;
using Followed = test::FollowedRun;

TEST_CASE("messages that never came are read from the files, and every slot is filled once") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(5, 60, 1);
    const auto directory = test::write_synthetic_run(scratch.path(), 5, messages, true);
    Followed followed(5, directory, true);
    for (const auto& message : messages) {
        const bool lost = message.sequence >= 20 && message.sequence < 45 && message.sequence != 33;
        if (!lost) CHECK(followed.arrive(message));
    }
    followed.run.acknowledge("daq", messages.size());
    followed.heal();
    const auto stream = followed.run.view().streams.at(0);
    CHECK(stream.lost == 24);
    CHECK(stream.healed == 24);
    CHECK(stream.missing == 0);
    CHECK(followed.run.slots_filled() == 60);

    followed.run.end("daq", true, "requested");
    followed.close();
    CHECK(followed.run.complete());
    CHECK(followed.run.statement().find("all 60 recorded slots") != std::string::npos);
    const auto spectra = followed.run.spectra();
    const auto pe = spectra->histogram(0);
    CHECK(std::accumulate(pe.in_time.begin(), pe.in_time.end(), 0ULL) > 10);
    CHECK(std::accumulate(pe.anti_coincident.begin(), pe.anti_coincident.end(), 0ULL) > 10);
    CHECK(followed.run.spectra()->serialise() == test::spectra_of_files(directory));
}

TEST_CASE("a run that was joined while it went on is complete at its end") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(6, 40, 2);
    const auto directory = test::write_synthetic_run(scratch.path(), 6, messages, true);
    Followed followed(6, directory, false);
    for (std::size_t i = 50; i < messages.size(); ++i)
        followed.arrive(messages[i]);
    followed.run.acknowledge("daq", 52);
    followed.heal();
    CHECK(followed.run.view().streams.at(0).lost == 0);
    CHECK(followed.run.view().streams.at(0).read_back == 50);
    followed.run.end("daq", true, "requested");
    followed.close();
    CHECK(followed.run.complete());
    CHECK(followed.run.statement().find("50 sent when online did not listen were read back") !=
          std::string::npos);
    CHECK(followed.run.spectra()->serialise() == test::spectra_of_files(directory));
}

TEST_CASE("a run that was abandoned before its first slot is not called complete of 0 slots") {
    test::ScratchDirectory scratch;
    const auto directory = test::write_synthetic_run(scratch.path(), 6, {}, true);
    Followed followed(6, directory, false);
    followed.run.end("daq", true, "abandoned: no marks");
    followed.close();
    CHECK(followed.run.statement() == "run 6: daq: no slot was recorded (abandoned: no marks)");
}

TEST_CASE("what was seen live but never reached the disk is taken back when the daemon died") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(7, 40, 3);
    const std::vector<proto::Message> kept(messages.begin(), messages.begin() + 61);
    const auto directory = test::write_synthetic_run(scratch.path(), 7, kept, false);
    Followed followed(7, directory, true);
    for (const auto& message : messages)
        followed.arrive(message);
    followed.run.acknowledge("daq", 40);
    CHECK(followed.run.slots_filled() == 40);
    followed.run.end("daq", false, "daq fell silent");
    followed.close();
    CHECK(followed.run.complete());
    CHECK(followed.run.statement().find("no end record") != std::string::npos);
    CHECK(followed.run.slots_filled() < 40);
    CHECK(followed.run.spectra()->serialise() == test::spectra_of_files(directory));
}

TEST_CASE("what a daemon that died has recorded is looked through in slices, and live filling goes on") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(7, 40, 3);
    const auto directory = test::write_synthetic_run(scratch.path(), 7, messages, false);
    Followed followed(7, directory, true);
    followed.arrive(messages);
    followed.run.end("daq", false, "daq fell silent");
    for (int call = 0; call < 3; ++call) {
        const auto now = LiveRun::Clock::now();
        CHECK(followed.run.heal(now, now));  // no time is left
        CHECK(followed.run.phase() == RunPhase::CLOSING);
    }
    int slices = 0;
    while (followed.run.phase() != RunPhase::CLOSED && slices < 100'000) {
        const auto now = LiveRun::Clock::now();
        followed.run.heal(now, now + 50us);
        ++slices;
    }
    CHECK(slices > 1);
    CHECK(followed.run.complete());
    CHECK(followed.run.view().streams.at(0).read_back == 0);
    CHECK(followed.run.spectra()->serialise() == test::spectra_of_files(directory));
}

TEST_CASE("even acknowledged messages give way to what the disk says") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(8, 40, 4);
    const std::vector<proto::Message> kept(messages.begin(), messages.begin() + 30);
    const auto directory = test::write_synthetic_run(scratch.path(), 8, kept, false);
    Followed followed(8, directory, true);
    for (const auto& message : messages)
        followed.arrive(message);
    followed.run.acknowledge("daq", 60);  // a daemon that promised too much
    followed.run.end("daq", false, "daq fell silent");
    followed.close();
    CHECK(followed.run.complete());
    CHECK(followed.run.spectra()->serialise() == test::spectra_of_files(directory));
}

TEST_CASE("any order, loss and repetition of live messages ends in the files' spectra", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(9, 50, seed);
    const auto directory = test::write_synthetic_run(scratch.path(), 9, messages, true);
    const auto expected = test::spectra_of_files(directory);
    for (int round = 0; round < 12; ++round) {
        Followed followed(9, directory, random() % 2 == 0);
        std::uint64_t acknowledged = 0;
        for (std::size_t i = 0; i < messages.size(); ++i) {
            if (random() % 4 != 0) followed.arrive(messages[i]);
            if (random() % 10 == 0) CHECK_FALSE((followed.arrive(messages[i]), followed.arrive(messages[i])));
            if (random() % 8 == 0) {
                acknowledged =
                    std::max<std::uint64_t>(acknowledged, i - std::min<std::size_t>(i, random() % 5));
                followed.run.acknowledge("daq", acknowledged);
            }
            if (random() % 8 == 0) followed.heal();
        }
        followed.run.end("daq", true, "requested");
        followed.close();
        REQUIRE(followed.run.complete());
        REQUIRE(followed.run.slots_filled() == 50);
        REQUIRE(followed.run.spectra()->serialise() == expected);
    }
}

TEST_CASE("a damaged block is named, and the run is not called complete") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(10, 30, 5);
    const auto directory = test::write_synthetic_run(scratch.path(), 10, messages, true);
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (std::filesystem::file_size(entry) < 1'000'000) continue;
        std::filesystem::permissions(entry, std::filesystem::perms::owner_write,
                                     std::filesystem::perm_options::add);
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(1'000'000);
        file.put('\x55');
    }
    Followed followed(10, directory, true);
    for (std::size_t i = 40; i < messages.size(); ++i)
        followed.arrive(messages[i]);
    followed.run.end("daq", true, "requested");
    followed.close();
    CHECK_FALSE(followed.run.complete());
    CHECK(followed.run.statement().find("NOT") != std::string::npos);
    CHECK(followed.run.spectra()->serialise() == test::spectra_of_files(directory));
}

TEST_CASE("files out of reach are said to be") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(11, 10, 6);
    Followed followed(11, scratch.path() + "/nowhere", true);
    for (const auto& message : messages)
        followed.arrive(message);
    followed.run.end("daq", false, "daq fell silent");
    followed.close();
    CHECK_FALSE(followed.run.complete());
    CHECK(followed.run.statement().find("cannot be read") != std::string::npos);
    CHECK(followed.run.slots_filled() == 10);
}

TEST_CASE("a checkpoint holds only what is synced, and the rest comes from the files") {
    test::ScratchDirectory scratch;
    const auto messages = test::synthetic_messages(12, 40, 7);
    const auto directory = test::write_synthetic_run(scratch.path(), 12, messages, true);
    wire::Checkpoint checkpoint;
    {
        Followed before(12, directory, true);
        for (std::size_t i = 0; i < 50; ++i)
            before.arrive(messages[i]);
        before.run.acknowledge("daq", 31);
        before.run.save(checkpoint);
    }
    REQUIRE(checkpoint.stream_size() == 1);
    CHECK(checkpoint.stream(0).sequences(0).last() <= 31);
    online::ReconstructionCrew crew(*test::demo_engine(), 1);
    LiveRun restored(test::demo_engine(), crew, 1000, checkpoint.run());
    REQUIRE(restored.restore(checkpoint).has_value());
    CHECK(restored.slots_filled() < 20);
    restored.end("daq", false, "restarted");
    while (restored.phase() != RunPhase::CLOSED)
        restored.heal(LiveRun::Clock::now(), LiveRun::Clock::now() + 20ms);
    CHECK(restored.complete());
    CHECK(restored.statement().find("sent when online did not listen were read back") != std::string::npos);
    CHECK(restored.statement().find("nothing was lost") == std::string::npos);
    CHECK(restored.spectra()->serialise() == test::spectra_of_files(directory));

    checkpoint.mutable_stream(0)->mutable_slots(0)->set_last(5);
    LiveRun contradictory(test::demo_engine(), crew, 1000, checkpoint.run());
    CHECK(contradictory.restore(checkpoint).error().kind == proto::ErrorKind::CORRUPT);
    CHECK(contradictory.slots_filled() == 0);
}
