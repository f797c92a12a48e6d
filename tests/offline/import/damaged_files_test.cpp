// One corpus of damaged files for all importers: each ends in one clear message or in the whole events before
// the damage, never in a crash, a hang or a silent gap.
#include <filesystem>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/import/input_bytes.hpp"
#include "offline/import/zip_member.hpp"
#include "tests/data/minute_file_writer.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/offline/import/foreign_samples.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;
using test::ForeignSample;
using tests::Bytes;

namespace {

Bytes read_bytes(const std::string& path) {
    Bytes bytes(std::filesystem::file_size(path));
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    REQUIRE(std::fread(bytes.data(), 1, bytes.size(), file.get()) == bytes.size());
    return bytes;
}

Bytes first_bytes(const Bytes& bytes, std::size_t size) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

// Imports bytes as a file. What it says must be one line, not empty; what it makes must be a valid run, and a
// file that makes none must leave none.
proto::Result<ImportReport> import_file(const ForeignSample& sample, const Bytes& bytes,
                                        const TemporaryDirectory& directory) {
    const auto path = directory.path() + "/" + sample.name;
    const auto runs = directory.path() + "/runs";
    test::write_file(path, bytes);
    std::filesystem::remove_all(runs);
    const auto report = import_files(sample.format, {path}, runs, sample.options);
    if (!report) {
        CHECK_FALSE(report.error().message.empty());
        CHECK(report.error().message.find('\n') == std::string::npos);
        CHECK_THAT(report.error().message, Catch::Contains(sample.name) || Catch::Contains("slices"));
        CHECK_FALSE(std::filesystem::exists(runs + "/run-000001"));
    } else {
        CHECK(report->events > 0);
        test::read_run(*report);
        if (report->dropped_bytes > 0) CHECK_FALSE(report->messages.empty());
    }
    return report;
}

// The same of what a zip archive holds.
proto::Result<ImportReport> import_bytes(const ForeignSample& sample, const Bytes& bytes,
                                         const TemporaryDirectory& directory) {
    return import_file(sample, test::file_bytes(sample, bytes), directory);
}

}  // namespace

TEST_CASE("each format is found by content, and its file imported whole") {
    for (const auto& sample : test::foreign_samples()) {
        INFO(sample.name);
        const TemporaryDirectory directory;
        const auto report = import_bytes(sample, sample.bytes, directory);
        REQUIRE(report.has_value());
        CHECK(report->events == sample.event_ends.size());
        CHECK(report->dropped_bytes == 0);
        const auto found = detect_format(directory.path() + "/" + sample.name);
        REQUIRE(found.has_value());
        CHECK(*found == sample.format);
    }
}

TEST_CASE("a file cut at any byte keeps its whole events and says what was dropped") {
    for (const auto& sample : test::foreign_samples()) {
        const TemporaryDirectory directory;
        const auto step = std::max<std::size_t>(5, sample.cut_step);
        for (std::size_t size = 0; size < sample.bytes.size(); size += size < sample.first_event ? 1 : step) {
            INFO(sample.name << " cut to " << size << " bytes");
            const auto whole = sample.whole_events(size);
            const auto report = import_bytes(sample, first_bytes(sample.bytes, size), directory);
            REQUIRE(report.has_value() == (whole > 0));
            if (!report) continue;
            CHECK(report->events == whole);
            const auto behind = size - sample.event_ends[whole - 1];
            const auto left = behind < sample.event_tail ? behind : behind - sample.event_tail;
            // Headers between events are whole even if no event follows.
            CHECK(report->dropped_bytes <= left);
            if (!sample.has_end_mark) CHECK(report->dropped_bytes == left);
            if (sample.has_end_mark || left > 0) CHECK_FALSE(report->messages.empty());
        }
    }
}

TEST_CASE("a file cut at the end of each event, and a byte before and after it, keeps just that many") {
    for (const auto& sample : test::foreign_samples()) {
        const TemporaryDirectory directory;
        for (std::size_t i = 0; i < sample.event_ends.size(); ++i)
            for (const int more : {-1, 0, 1}) {
                const auto size = sample.event_ends[i] + static_cast<std::size_t>(more);
                if (size > sample.bytes.size()) continue;
                INFO(sample.name << " cut to " << size << " bytes");
                const auto whole = more < 0 ? i : i + 1;
                const auto report = import_bytes(sample, first_bytes(sample.bytes, size), directory);
                REQUIRE(report.has_value() == (whole > 0));
                if (report) CHECK(report->events == whole);
            }
    }
}

TEST_CASE("a length or a number that lies ends the file there, before anything is read by it") {
    for (const auto& sample : test::foreign_samples()) {
        REQUIRE_FALSE(sample.lies.empty());
        const TemporaryDirectory directory;
        for (const auto& lie : sample.lies) {
            INFO(fmt::format("{}: {} at byte {} is {:#x}", sample.name, lie.what, lie.at, lie.value));
            auto bytes = sample.bytes;
            tests::overwrite_u32(bytes, lie.at, lie.value);
            const auto report = import_bytes(sample, bytes, directory);
            REQUIRE(report.has_value() == (lie.whole_events > 0));
            if (!report) continue;
            CHECK(report->events == lie.whole_events);
            CHECK_FALSE(report->messages.empty());
        }
    }
}

TEST_CASE("bytes that stray behind the last event are dropped and said") {
    for (const auto& sample : test::foreign_samples()) {
        if (sample.zipped) continue;  // nothing of an archive's member is read behind its closing chunk
        const TemporaryDirectory directory;
        for (const std::size_t strays : {1, 2, 3, 4, 7, 40, 200})
            for (const auto stray : {std::byte{0x3C}, std::byte{0xA5}}) {
                INFO(sample.name << " and " << strays << " bytes");
                auto bytes = sample.bytes;
                bytes.insert(bytes.end(), strays, stray);
                const auto report = import_bytes(sample, bytes, directory);
                REQUIRE(report.has_value());
                CHECK(report->events == sample.event_ends.size());
                CHECK(report->dropped_bytes == strays);
            }
    }
}

TEST_CASE("a file without one event, or without its magic, makes no run") {
    for (const auto& sample : test::foreign_samples()) {
        INFO(sample.name);
        const TemporaryDirectory directory;
        CHECK_FALSE(
            import_bytes(sample, first_bytes(sample.bytes, sample.first_event), directory).has_value());
        for (std::size_t i = 0; sample.has_magic && i < 2; ++i) {
            auto bytes = sample.bytes;
            // Of an NGM file's first word the upper half counts.
            bytes[sample.format == ImportFormat::NGM ? 2 + i : i] ^= std::byte{0x40};
            CHECK_FALSE(import_bytes(sample, bytes, directory).has_value());
        }
    }
}

TEST_CASE("flipped bits anywhere make a valid run or one message", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (const auto& sample : test::foreign_samples()) {
        const TemporaryDirectory directory;
        const auto whole = test::file_bytes(sample, sample.bytes);
        for (int round = 0; round < 30; ++round) {
            auto bytes = whole;
            for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
                bytes[random() % bytes.size()] ^= static_cast<std::byte>(1u << random() % 8);
            import_file(sample, bytes, directory);
        }
    }
}

TEST_CASE("a wrong magic, an empty file, a directory and a file that is not there are refused by path") {
    const TemporaryDirectory directory;
    const auto refused = [&](const std::string& path) {
        const auto report = import_files(std::nullopt, {path}, directory.path() + "/runs", {});
        REQUIRE_FALSE(report.has_value());
        CHECK_THAT(report.error().message, Catch::Contains(path));
        return report.error().kind;
    };
    test::write_file(directory.path() + "/empty", {});
    CHECK(refused(directory.path() + "/empty") == proto::ErrorKind::UNSUPPORTED);
    const Bytes text(100, std::byte{'x'});
    test::write_file(directory.path() + "/text", text);
    CHECK(refused(directory.path() + "/text") == proto::ErrorKind::UNSUPPORTED);
    CHECK(refused(directory.path() + "/missing") == proto::ErrorKind::NOT_FOUND);
    CHECK(refused(directory.path()) == proto::ErrorKind::IO);
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/runs"));
}

TEST_CASE("a zip archive cut, flipped or with other members makes a valid run or one message") {
    const TemporaryDirectory directory;
    tests::MinuteFile file;
    file.records = 2;
    const auto path =
        tests::write_minute_file(directory.path(), file, [](std::size_t record, auto csi, auto muon) {
            std::mt19937 random(static_cast<unsigned>(record));
            for (auto& code : csi)
                code = static_cast<std::int8_t>(random() % 16);
            std::fill(muon.begin(), muon.end(), static_cast<std::int8_t>(0));
        });
    const auto bytes = read_bytes(path);
    ForeignSample sample{.name = "134500.zip", .format = ImportFormat::CSI_MINUTE};
    sample.options.data_set = 1;
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1})
        CHECK_FALSE(import_file(sample, first_bytes(bytes, size), directory).has_value());
    // A flipped byte of the compressed data: the first record may still be whole, but the damage is said.
    for (const std::size_t at : {std::size_t{60}, bytes.size() / 2, bytes.size() - 300}) {
        auto flipped = bytes;
        flipped[at] ^= std::byte{0x55};
        const auto report = import_file(sample, flipped, directory);
        if (report) CHECK_FALSE(report->messages.empty());
    }
}

TEST_CASE("a decompression bomb is stopped at a bound, whether or not it says how large it is") {
    const TemporaryDirectory directory;
    const auto path = directory.path() + "/134500.zip";
    tests::write_zip(path, "134500", Bytes(std::size_t{4} << 20));
    CHECK(std::filesystem::file_size(path) < 100'000);
    const auto claimed = ZipMember::open(path, 1 << 20);
    REQUIRE_FALSE(claimed.has_value());
    CHECK(claimed.error().kind == proto::ErrorKind::CORRUPT);
    CHECK_THAT(claimed.error().message, Catch::Contains("claims 4194304 bytes"));

    // The same archive with its sizes changed to 1000 bytes.
    auto bytes = read_bytes(path);
    for (std::size_t i = 0; i + 4 <= bytes.size(); ++i)
        if (little_u32(bytes.data() + i) == std::uint32_t{4} << 20) tests::overwrite_u32(bytes, i, 1000);
    test::write_file(path, bytes);
    auto member = ZipMember::open(path, 1 << 20);
    if (!member) return;  // libzip has seen the contradiction
    Bytes buffer(std::size_t{8} << 20);
    const auto got = member->read(buffer);
    if (got) CHECK(*got <= std::size_t{1} << 20);
}
