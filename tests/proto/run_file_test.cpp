#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "tests/proto/random_record.hpp"
#include "tests/proto/sample_run.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::proto::testing {
namespace {

// Segments of a few blocks each.
config::Storage small_segments(config::Storage storage) {
    storage.set_segment_bytes(2500);
    return storage;
}

mode_t mode_of(const std::string& path) {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("a run reads back as it was written, plain and compressed, in one segment and in many") {
    const auto messages = sample_messages(20);
    for (const auto& storage : {plain_storage(), compressed_storage(), small_segments(plain_storage()),
                                small_segments(compressed_storage())}) {
        const TemporaryDirectory runs;
        const auto directory = write_run(runs.path(), messages, storage);
        CHECK(directory == runs.path() + "/run-000007");
        std::vector<Damage> damage;
        CHECK(read_messages(directory, &damage) == stored(messages));
        CHECK(damage.empty());
        const auto verification = verify_run(directory).value();
        CHECK(verification.valid());
        CHECK(verification.blocks == 40);
        CHECK(verification.spills == 20);
        CHECK(verification.verdicts == 20);
        const auto reader = RunReader::open(directory).value();
        CHECK_FALSE(reader.aborted());
        CHECK(reader.description().stop_reason() == "requested");
        CHECK(reader.description().note() == start_description().note());
        CHECK((reader.segments().size() > 3) == (storage.segment_bytes() == 2500));
        for (const auto& segment : reader.segments()) {
            CHECK(segment.closed);
            CHECK(mode_of(segment.path) == 0444);
        }
        CHECK_FALSE(std::filesystem::exists(directory + "/reserve"));
    }
}

TEST_CASE("any record survives a run file, compressed or not", "[property]") {
    Random random(424242);
    std::vector<Message> messages;
    for (std::uint64_t sequence = 0; sequence < 300; ++sequence) {
        auto record = random_record(random);
        record.sequence = sequence;
        record.run = 7;
        messages.push_back(encode(share(std::move(record))));
    }
    for (const auto& storage : {plain_storage(), compressed_storage()}) {
        const TemporaryDirectory runs;
        const auto directory = write_run(runs.path(), messages, storage);
        std::vector<Damage> damage;
        CHECK(read_messages(directory, &damage) == stored(messages));
        CHECK(damage.empty());
        CHECK(read_messages_by_place(directory, &damage) == stored(messages));
        CHECK(damage.empty());
    }
}

TEST_CASE("14-bit pulses compress by at least three") {
    Random random(99);
    std::normal_distribution<double> noise(0, 3);
    auto record = fixed_record(0, 0, 100'000);
    double pulse = 0;
    for (auto& sample : record.samples) {
        if (uniform(random, 0, 2000) == 0) pulse += 600;
        pulse *= 0.97;
        sample = static_cast<std::uint16_t>(8000 + noise(random) - pulse);
    }
    const TemporaryDirectory runs;
    const auto message = encode(share(std::move(record)));
    const auto directory = write_run(runs.path(), {message}, compressed_storage());
    const auto bytes = std::filesystem::file_size(directory + "/segment-000000.blocks");
    CHECK(bytes * 3 < message.payload().size());
    CHECK(read_messages(directory) == stored(std::vector{message}));
}

TEST_CASE("a range of sequences is read from the segments that hold it") {
    const auto messages = sample_messages(20);
    const auto all = stored(messages);
    const TemporaryDirectory runs;
    const auto directory = write_run(runs.path(), messages, small_segments(plain_storage()));
    const auto reader = RunReader::open(directory).value();
    for (std::uint64_t first = 0; first <= 40; ++first)
        for (std::uint64_t last = first; last <= 41; last += 3) {
            std::vector<StoredMessage> found;
            const auto damage = reader.for_range(first, last, [&](const BlockView& block) {
                found.push_back(stored(block));
                return true;
            });
            REQUIRE(damage.value().empty());
            const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
            const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(last, 40));
            REQUIRE(found == std::vector<StoredMessage>(begin, std::max(begin, end)));
        }
}

TEST_CASE("a running run is followed block by block, across segments, to its end") {
    const auto messages = sample_messages(10);
    const TemporaryDirectory runs;
    auto writer = RunWriter::create(posix_file_layer(), runs.path(), start_description(),
                                    small_segments(plain_storage()))
                      .value();
    auto reader = RunReader::open(writer->directory()).value();
    CHECK(reader.aborted());
    std::vector<StoredMessage> found;
    for (const auto& message : messages) {
        REQUIRE(writer->append(message));
        REQUIRE(reader.refresh());
        const auto damage = reader.for_range(found.size(), ~0ull, [&](const BlockView& block) {
            found.push_back(stored(block));
            return true;
        });
        CHECK(damage.value().empty());
        CHECK(found.size() == writer->appended_messages());
    }
    CHECK(found == stored(messages));
    REQUIRE(writer->close(end_description(messages)));
    REQUIRE(reader.refresh());
    CHECK_FALSE(reader.aborted());
}

TEST_CASE("an open segment is read on from where it ended, also over a block that was only half there") {
    const auto messages = sample_messages(3);
    const TemporaryDirectory runs;
    const auto directory = write_run(runs.path(), messages, plain_storage());
    const auto whole = read_bytes(directory + "/segment-000000.blocks");
    const auto growing = runs.path() + "/growing";
    write_bytes(growing, whole.substr(0, 600));
    const auto segment = SegmentReader::open(growing).value();
    std::vector<StoredMessage> found;
    for (std::size_t size = 600; size <= whole.size(); size += size + 37 > whole.size() ? 1 : 37) {
        write_bytes(growing, whole.substr(0, size));
        BlockView block;
        while (segment->next(block).value())
            found.push_back(stored(block));
    }
    CHECK(found == stored(messages));
    CHECK(segment->damage().empty());
}

TEST_CASE("a run directory that exists is refused, and so is what may not be recorded") {
    const TemporaryDirectory runs;
    const auto messages = sample_messages(2);
    auto writer =
        RunWriter::create(posix_file_layer(), runs.path(), start_description(), plain_storage()).value();
    const auto second =
        RunWriter::create(posix_file_layer(), runs.path(), start_description(), plain_storage());
    REQUIRE(second.has_error());
    CHECK(second.error().kind == ErrorKind::EXISTS);

    REQUIRE(writer->append(messages[1]));
    CHECK(writer->append(messages[1]).error().kind == ErrorKind::REFUSED);
    CHECK(writer->append(messages[0]).error().kind == ErrorKind::REFUSED);
    Message status;
    status.topic = Topic::STATUS;
    status.sequence = 9;
    CHECK(writer->append(status).error().kind == ErrorKind::REFUSED);
    CHECK(writer->appended_messages() == 1);
    REQUIRE(writer->close(end_description({messages[1]})));
    CHECK(writer->append(messages[2]).error().kind == ErrorKind::REFUSED);
}

TEST_CASE("a follower's run directory bears its name") {
    const TemporaryDirectory runs;
    auto description = start_description();
    description.set_follower(true);
    description.set_daemon("veto");
    const auto writer =
        RunWriter::create(posix_file_layer(), runs.path(), description, plain_storage()).value();
    CHECK(writer->directory() == runs.path() + "/run-000007-veto");
}

TEST_CASE("a missing run and a directory without run.txtpb are told apart from a run") {
    const TemporaryDirectory runs;
    CHECK(RunReader::open(runs.path() + "/run-000001").error().kind == ErrorKind::NOT_FOUND);
    CHECK(RunReader::open(runs.path()).error().kind == ErrorKind::NOT_FOUND);
    CHECK(verify_run(runs.path()).error().kind == ErrorKind::NOT_FOUND);
    CHECK(repair_run(runs.path()).error().kind == ErrorKind::NOT_FOUND);
}

}  // namespace spillgate::proto::testing
