// One corpus of damaged files for all importers: each ends in one clear message or in the whole events before
// the damage, never in a crash, a hang or a silent gap.
#include <filesystem>
#include <functional>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/import/input_bytes.hpp"
#include "offline/import/zip_member.hpp"
#include "tests/data/minute_file_writer.hpp"
#include "tests/offline/import/foreign_files.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::testing::TemporaryDirectory;
using test::Bytes;

namespace {

constexpr std::uint64_t events_in_sample = 5;

// A whole file of one format, and how it is imported.
struct Sample {
    std::string name;
    ImportFormat format;
    Bytes bytes;
    std::size_t first_event;  // where it begins
    std::size_t event_bytes;
};

Bytes read_bytes(const std::string& path) {
    Bytes bytes(std::filesystem::file_size(path));
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    REQUIRE(std::fread(bytes.data(), 1, bytes.size(), file.get()) == bytes.size());
    return bytes;
}

Sample llama_sample() {
    test::LlamaTestChannel channel;
    channel.averaged_samples = 4;
    Sample sample{"a.bin", ImportFormat::LLAMA, test::llama_header({channel}), 0,
                  channel.event_length() * 4u};
    sample.first_event = sample.bytes.size();
    for (std::uint64_t i = 0; i < events_in_sample; ++i)
        test::put_llama_event(sample.bytes, channel, 1000 * i, static_cast<std::uint16_t>(i));
    return sample;
}

Sample wavedump_sample() {
    Sample sample{"wave0.dat", ImportFormat::WAVEDUMP, {}, 0, 24 + 2 * 16};
    for (std::uint32_t i = 0; i < events_in_sample; ++i)
        test::put_wavedump_event(sample.bytes, 0, i, 1000 * i, 16, static_cast<std::uint16_t>(i));
    return sample;
}

// Imports bytes as a file. What it says must be one line, not empty; what it makes must be a valid run.
proto::Result<ImportReport> import_bytes(const Sample& sample, const Bytes& bytes,
                                         const TemporaryDirectory& directory) {
    const auto path = directory.path() + "/" + sample.name;
    test::write_file(path, bytes);
    ImportOptions options;
    options.data_set = 1;
    const auto report = import_files(sample.format, {path}, directory.path() + "/runs", options);
    if (!report) {
        CHECK_FALSE(report.error().message.empty());
        CHECK(report.error().message.find('\n') == std::string::npos);
        CHECK_THAT(report.error().message, Catch::Contains(sample.name) || Catch::Contains("slices"));
    } else {
        test::read_run(*report);
        if (report->dropped_bytes > 0) CHECK_FALSE(report->messages.empty());
    }
    return report;
}

}  // namespace

TEST_CASE("a file cut at any byte keeps its whole events and says what was dropped") {
    for (const auto& sample : {llama_sample(), wavedump_sample()}) {
        const TemporaryDirectory directory;
        for (std::size_t size = 0; size < sample.bytes.size(); size += size < sample.first_event ? 1 : 3) {
            INFO(sample.name << " cut to " << size << " bytes");
            const Bytes cut(sample.bytes.begin(), sample.bytes.begin() + static_cast<std::ptrdiff_t>(size));
            const auto whole =
                size < sample.first_event ? 0 : (size - sample.first_event) / sample.event_bytes;
            const auto report = import_bytes(sample, cut, directory);
            REQUIRE(report.has_value() == (whole > 0));
            if (!report) continue;
            CHECK(report->events == whole);
            CHECK(report->dropped_bytes == size - sample.first_event - whole * sample.event_bytes);
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
    Bytes text(100, std::byte{'x'});
    test::write_file(directory.path() + "/text", text);
    CHECK(refused(directory.path() + "/text") == proto::ErrorKind::UNSUPPORTED);
    CHECK(refused(directory.path() + "/missing") == proto::ErrorKind::NOT_FOUND);
    CHECK(refused(directory.path()) == proto::ErrorKind::IO);
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/runs"));
}

TEST_CASE("header lengths of a LLaMA file that lie are refused before anything is read by them") {
    const auto sample = llama_sample();
    const TemporaryDirectory directory;
    // Offsets in the file: number of channels 12; in the channel's config: averaging mode 48, samples 52,
    // averaged 56, MAW 60, event length 64, header length 68.
    for (const std::size_t at :
         {std::size_t{12}, std::size_t{16 + 48}, std::size_t{16 + 52}, std::size_t{16 + 56},
          std::size_t{16 + 60}, std::size_t{16 + 64}, std::size_t{16 + 68}})
        for (const std::uint32_t lie : {0xFFFFFFFFu, 0x7FFFFFFEu, 0x10000000u, 9u}) {
            INFO("word at " << at << " is " << lie);
            auto bytes = sample.bytes;
            test::overwrite_u32(bytes, at, lie);
            CHECK_FALSE(import_bytes(sample, bytes, directory).has_value());
        }
}

TEST_CASE("an event whose own lengths lie ends the file there") {
    const auto sample = llama_sample();
    const TemporaryDirectory directory;
    const auto third = sample.first_event + 2 * sample.event_bytes;
    for (const std::size_t word : {0, 11, 12})
        for (const std::uint32_t lie : {0u, 0xFFFFFFFFu, 0xE0000000u, 0xA0000005u}) {
            INFO("word " << word << " of the third event is " << lie);
            auto bytes = sample.bytes;
            test::overwrite_u32(bytes, third + 4 * word, lie);
            const auto report = import_bytes(sample, bytes, directory);
            REQUIRE(report.has_value());
            CHECK(report->events == 2);
            CHECK(report->dropped_bytes == 3 * sample.event_bytes);
        }
}

TEST_CASE("a WaveDump event whose length lies ends the file there") {
    const auto sample = wavedump_sample();
    const TemporaryDirectory directory;
    for (const std::uint32_t lie : {0u, 1u, 23u, 25u, 0xFFFFFFFFu, 0x10000000u, 0x0FFFFFFEu}) {
        INFO("length " << lie);
        auto bytes = sample.bytes;
        test::overwrite_u32(bytes, 3 * sample.event_bytes, lie);
        const auto report = import_bytes(sample, bytes, directory);
        REQUIRE(report.has_value());
        CHECK(report->events == 3);
        CHECK(report->dropped_bytes == 2 * sample.event_bytes);
        test::overwrite_u32(bytes, 0, lie);
        CHECK_FALSE(import_bytes(sample, bytes, directory).has_value());
    }
}

TEST_CASE("flipped bytes anywhere make a valid run or one message", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (const auto& sample : {llama_sample(), wavedump_sample()}) {
        const TemporaryDirectory directory;
        for (int round = 0; round < 60; ++round) {
            auto bytes = sample.bytes;
            for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
                bytes[random() % bytes.size()] ^= static_cast<std::byte>(1u << random() % 8);
            import_bytes(sample, bytes, directory);
        }
    }
}

TEST_CASE("a minute file that ends early, or lies about a chunk, keeps its whole records") {
    const TemporaryDirectory directory;
    tests::MinuteFile file;
    file.records = 3;
    file.chunks = {1};
    const auto whole = tests::minute_bytes(file, [](std::size_t, auto csi, auto muon) {
        std::fill(csi.begin(), csi.end(), static_cast<std::int8_t>(100));
        std::fill(muon.begin(), muon.end(), static_cast<std::int8_t>(0));
    });
    constexpr std::size_t chunk = 8 + 70014;
    const Sample sample{"134500.zip", ImportFormat::CSI_MINUTE, {}, 0, 0};
    const auto import_member = [&](const Bytes& member) {
        tests::write_zip(directory.path() + "/member.zip", "134500", member);
        return import_bytes(sample, read_bytes(directory.path() + "/member.zip"), directory);
    };
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{8}, chunk - 1, chunk,
                                   chunk + 5, 2 * chunk + 40000, 3 * chunk, 3 * chunk + 3}) {
        INFO("cut to " << size);
        const auto records = size / chunk;
        const auto report =
            import_member(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
        REQUIRE(report.has_value() == (records > 0));
        if (!report) continue;
        CHECK(report->events == records);
        CHECK(report->messages.size() == 1);
        CHECK(report->dropped_bytes == size - records * chunk);
    }
    for (const std::uint32_t lie : {0u, 35006u, 35008u, 350069u}) {
        auto bytes = whole;
        for (std::size_t i = 0; i < 4; ++i)
            bytes[chunk + i] = static_cast<std::byte>(lie >> (24 - 8 * i) & 0xFFu);
        const auto report = import_member(bytes);
        REQUIRE(report.has_value());
        CHECK(report->events == 1);
        CHECK(report->messages.size() == 1);
    }
    auto channels = whole;
    channels[7] = std::byte{3};
    CHECK_FALSE(import_member(channels).has_value());
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
    const Sample sample{"134500.zip", ImportFormat::CSI_MINUTE, {}, 0, 0};
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1})
        CHECK_FALSE(import_bytes(sample,
                                 Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)),
                                 directory)
                        .has_value());
    // A flipped byte of the compressed data: the first record may still be whole, but the damage is said.
    for (const std::size_t at : {std::size_t{60}, bytes.size() / 2, bytes.size() - 300}) {
        auto flipped = bytes;
        flipped[at] ^= std::byte{0x55};
        const auto report = import_bytes(sample, flipped, directory);
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
        if (little_u32(bytes.data() + i) == std::uint32_t{4} << 20) test::overwrite_u32(bytes, i, 1000);
    test::write_file(path, bytes);
    auto member = ZipMember::open(path, 1 << 20);
    if (!member) return;  // libzip has seen the contradiction
    Bytes buffer(std::size_t{8} << 20);
    const auto got = member->read(buffer);
    if (got) CHECK(*got <= std::size_t{1} << 20);
}
