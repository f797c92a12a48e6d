// Run files as damage, malice or another program could leave them: each ends in a message, none in a crash, a
// hang, a huge allocation or a silent gap.
#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <sys/stat.h>
#include <zstd.h>

#include "proto/run_file/run_description.hpp"
#include "proto/schema/segment.pb.h"
#include "tests/proto/block_surgery.hpp"
#include "tests/proto/random_record.hpp"
#include "tests/proto/sample_run.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::proto::testing {
namespace {

// A small closed run of one segment, and what is in it.
struct SmallRun {
    explicit SmallRun(const config::Storage& storage = plain_storage(), std::size_t slots = 2)
        : messages(sample_messages(slots, 110)),
          directory(write_run(runs.path(), messages, storage)),
          segment(directory + "/segment-000000.blocks"),
          text(directory + "/run.txtpb"),
          bytes(read_bytes(segment)) {
        ::chmod(segment.c_str(), 0644);
    }
    TemporaryDirectory runs;
    std::vector<Message> messages;
    std::string directory, segment, text, bytes;
};

// Every message found is one of the originals, in their order.
bool is_part_of(const std::vector<StoredMessage>& found, const std::vector<StoredMessage>& all) {
    auto at = all.begin();
    for (const auto& message : found) {
        at = std::find(at, all.end(), message);
        if (at == all.end()) return false;
        ++at;
    }
    return true;
}

// The damage is said, and nothing false is read.
void check_damaged(const SmallRun& run, std::string_view bytes, std::size_t least_messages) {
    write_bytes(run.segment, bytes);
    const auto verification = verify_run(run.directory);
    REQUIRE((verification.has_error() || !verification->valid()));
    std::vector<Damage> damage;
    const auto found = read_messages(run.directory, &damage);
    REQUIRE_FALSE(damage.empty());
    REQUIRE(is_part_of(found, stored(run.messages)));
    REQUIRE(found.size() >= least_messages);
    std::vector<Damage> damage_by_place;
    REQUIRE(read_messages_by_place(run.directory, &damage_by_place) == found);
    REQUIRE(damage_by_place.size() == damage.size());
}

std::string compressed(std::string_view raw) {
    std::string out(ZSTD_compressBound(raw.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), 1));
    return out;
}

// The same content in a frame that does not state its length.
std::string streamed(std::string_view raw) {
    std::string out(ZSTD_compressBound(raw.size()), '\0');
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    out.resize(ZSTD_compress2(context, out.data(), out.size(), raw.data(), raw.size()));
    ZSTD_freeCCtx(context);
    return out;
}

}  // namespace

TEST_CASE("a segment cut at any byte is found out, its whole blocks are read", "[property]") {
    for (const auto& storage : {plain_storage(), compressed_storage()}) {
        const SmallRun run(storage);
        const auto offsets = block_offsets(run.bytes);
        for (std::size_t size = 0; size < run.bytes.size(); ++size) {
            CAPTURE(size);
            const auto whole = std::count_if(offsets.begin() + 1, offsets.end(),
                                             [&](std::size_t offset) { return offset <= size; });
            const auto messages = static_cast<std::size_t>(std::max<std::ptrdiff_t>(whole - 1, 0));
            check_damaged(run, run.bytes.substr(0, size), messages);
        }
    }
}

TEST_CASE("a flipped bit anywhere in a segment is found, and the other blocks are read", "[property]") {
    for (const auto& storage : {plain_storage(), compressed_storage()}) {
        const SmallRun run(storage);
        auto bytes = run.bytes;
        for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
            CAPTURE(bit);
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
            check_damaged(run, bytes, run.messages.size() - 1);
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        }
        write_bytes(run.segment, bytes);
        CHECK(verify_run(run.directory).value().valid());
    }
}

TEST_CASE("a flipped bit anywhere in run.txtpb is found", "[property]") {
    const SmallRun run;
    auto text = read_bytes(run.text);
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
        write_bytes(run.text, text);
        REQUIRE(verify_run(run.directory).has_error());
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    }
    for (std::size_t size = 0; size < text.size(); ++size) {
        write_bytes(run.text, text.substr(0, size));
        REQUIRE(verify_run(run.directory).has_error());
    }
    write_bytes(run.text, "");
    const auto repaired = repair_run(run.directory).value();
    CHECK(read_messages(repaired) == stored(run.messages));
    CHECK(verify_run(repaired).value().valid());
    CHECK(RunReader::open(repaired).value().description().note() == start_description().note());
}

TEST_CASE("lengths that lie, checksums right, are refused without allocating them") {
    const SmallRun run;
    const auto offsets = block_offsets(run.bytes);
    using H = BlockHeader;
    const auto lie = [&](const std::function<void(H&)>& change) {
        check_damaged(run, forged(run.bytes, offsets[1], change), run.messages.size() - 1);
    };
    for (const std::uint32_t length : {0xffffffffu, 0x7fffffffu, 0x40000000u, 0x10000000u, 0x00ffffffu}) {
        lie([&](H& h) { h.header_bytes = length; });
        lie([&](H& h) { h.stored_bytes = length; });
        lie([&](H& h) { h.stored_bytes = h.raw_bytes = length; });
        lie([&](H& h) { h.raw_bytes = length; });
        lie([&](H& h) {
            h.encoding = BodyEncoding::DELTA_ZSTD;
            h.raw_bytes = length;
        });
    }
    lie([&](H& h) { h.header_bytes = 0; });
    lie([&](H& h) { h.encoding = static_cast<BodyEncoding>(77); });
    lie([&](H& h) { h.type = BlockType::SEGMENT; });
    lie([&](H& h) { h.type = BlockType::TRAILER; });
    lie([&](H& h) { h.type = BlockType::INVALID; });
    write_bytes(run.segment, forged(run.bytes, offsets[1], [](H& h) { h.sequence = 1u << 20; }));
    CHECK(verify_run(run.directory).value().damage.size() >= 2);  // the index and the record disagree with it
}

TEST_CASE("a decompression bomb is refused before it goes off") {
    const SmallRun run;
    const auto offsets = block_offsets(run.bytes);
    const std::string zeros(std::size_t{256} << 20, '\0');
    const auto bomb = compressed(zeros);
    REQUIRE(bomb.size() < 50'000);
    BlockHeader block = block_at(run.bytes, offsets[1]);
    block.encoding = BodyEncoding::DELTA_ZSTD;
    const auto header = run.bytes.substr(offsets[1] + sizeof block, block.header_bytes);
    const auto with = [&](std::string_view body, std::size_t raw_bytes) {
        // In place of the first block; without the trailer, whose index would not fit.
        return run.bytes.substr(0, offsets[1]) + make_block(block, header, body, raw_bytes) +
               run.bytes.substr(offsets[2], offsets.back() - offsets[2]);
    };
    const std::size_t rest = run.messages.size() - 1;
    check_damaged(run, with(bomb, 1000), rest);
    check_damaged(run, with(bomb, 1u << 30), rest);
    check_damaged(run, with(streamed(zeros), 1000), rest);
    check_damaged(run, with(streamed(zeros), 256u << 20), rest);
    check_damaged(run, with(compressed(std::string(999, '\0')), 999), rest);
    check_damaged(run, with("not zstd at all", 440), rest);
    check_damaged(run, with("", 0), rest);
    // As many bytes as stated, but not this record's.
    write_bytes(run.segment, with(compressed(zeros.substr(0, 1 << 20)), 1 << 20));
    CHECK_FALSE(verify_run(run.directory).value().valid());
}

TEST_CASE("a trailer that contradicts its segment, checksums right, is found out") {
    const SmallRun run;
    const auto offsets = block_offsets(run.bytes);
    const auto trailer_at = offsets.back();
    const auto trailer = block_at(run.bytes, trailer_at);
    const auto header_at = trailer_at + sizeof trailer;
    wire::SegmentTrailer original;
    REQUIRE(original.ParseFromString(run.bytes.substr(header_at, trailer.header_bytes)));
    const auto body = run.bytes.substr(header_at + trailer.header_bytes);

    const auto check_trailer = [&](const std::function<void(wire::SegmentTrailer&)>& change,
                                   const std::function<void(std::string&)>& change_body) {
        auto message = original;
        auto new_body = body;
        change(message);
        change_body(new_body);
        check_damaged(run,
                      run.bytes.substr(0, trailer_at) +
                          make_block(trailer, message.SerializeAsString(), new_body, new_body.size()),
                      0);
    };
    const auto same = [](auto&) {};
    const auto set_word = [](std::size_t at, std::uint64_t value) {
        return [=](std::string& bytes) { std::memcpy(bytes.data() + at, &value, sizeof value); };
    };
    check_trailer([](auto& t) { t.set_blocks(3); }, same);
    check_trailer([](auto& t) { t.set_blocks(~0ull); }, same);
    check_trailer([](auto& t) { t.mutable_headers_sha256()->at(5) ^= 1; }, same);
    check_trailer([](auto& t) { t.clear_headers_sha256(); }, same);
    check_trailer(same, set_word(0, 17));                // a wrong sequence
    check_trailer(same, set_word(8, offsets[1] + 8));    // an offset inside a block
    check_trailer(same, set_word(8, ~0ull));             // beyond the file
    check_trailer(same, set_word(24, 0));                // not in order
    check_trailer(same, set_word(body.size() - 16, 0));  // the footer points elsewhere
    check_trailer(same, [](std::string& b) { b.pop_back(); });
    check_trailer(same, [](std::string& b) { b.erase(0, 16); });
    check_trailer([](auto& t) { t.set_blocks(3); }, [](std::string& b) { b.erase(0, 16); });
    check_damaged(run, run.bytes + "more", run.messages.size());
    check_damaged(run, run.bytes + run.bytes, run.messages.size());
    check_damaged(run, run.bytes.substr(0, offsets[1]) + run.bytes.substr(offsets[2]), 0);
}

TEST_CASE("an unknown major version is refused, with its number") {
    const SmallRun run;
    const auto offsets = block_offsets(run.bytes);
    const auto newer = [](BlockHeader& h) { h.major = 2; };
    write_bytes(run.segment, forged(run.bytes, 0, newer));
    const auto refused = SegmentReader::open(run.segment);
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == ErrorKind::UNSUPPORTED);
    CHECK(refused.error().message.find(fmt::format("2.{}", run_format_minor)) != std::string::npos);
    check_damaged(run, forged(run.bytes, offsets[1], newer), run.messages.size() - 1);

    auto description = start_description();
    description.set_format_major(2);
    write_bytes(run.text, format_run_description(description));
    CHECK(RunReader::open(run.directory).error().kind == ErrorKind::UNSUPPORTED);
    CHECK(repair_run(run.directory).error().kind == ErrorKind::UNSUPPORTED);
}

TEST_CASE("what a newer minor version adds is ignored") {
    const SmallRun run;
    const auto offsets = block_offsets(run.bytes);
    BlockHeader block;
    block.type = static_cast<BlockType>(40);
    block.encoding = BodyEncoding::PLAIN;
    auto news = make_block(block, "a new kind of header", "a new kind of body", 18);
    news = forged(news, 0, [](BlockHeader& h) {
        h.minor = run_format_minor + 1;
        h.flags = 0x8000;
        h.reserved = 1;
    });
    // In an open run: the trailer of the old one does not know the new block.
    auto description = start_description();
    description.set_format_major(1);
    description.set_format_minor(run_format_minor + 1);
    auto text = format_run_description(description);
    text = text.substr(0, text.rfind("# crc32c")) + "a_new_field { x: 1 }\n";
    char line[32];
    std::snprintf(line, sizeof line, "# crc32c: %08x\n", crc32c(bytes_of(text)));
    write_bytes(run.text, text + line);
    write_bytes(run.segment, run.bytes.substr(0, offsets[2]) + news +
                                 run.bytes.substr(offsets[2], offsets.back() - offsets[2]));
    std::vector<Damage> damage;
    CHECK(read_messages(run.directory, &damage) == stored(run.messages));
    CHECK(damage.empty());
    CHECK(RunReader::open(run.directory).value().description().note() == start_description().note());

    // The same block from a writer that should not know it is damage.
    news = forged(news, 0, [](BlockHeader& h) { h.minor = run_format_minor; });
    write_bytes(run.segment, run.bytes.substr(0, offsets[2]) + news);
    read_messages(run.directory, &damage);
    CHECK(damage.size() == 1);
}

TEST_CASE("segments that are missing, foreign, empty, misplaced or no files are named") {
    auto storage = plain_storage();
    storage.set_segment_bytes(2000);
    const auto make = [&] { return SmallRun(storage, 8); };
    const auto path = [](const SmallRun& run, int n) {
        return run.directory + "/segment-00000" + std::to_string(n) + ".blocks";
    };
    const auto damage_of = [](const SmallRun& run) {
        std::vector<Damage> damage;
        const auto found = read_messages(run.directory, &damage);
        CHECK(is_part_of(found, stored(run.messages)));
        CHECK(found.size() < run.messages.size());
        const auto verification = verify_run(run.directory).value();
        CHECK_FALSE(verification.valid());
        CHECK(verification.missing_sequences == run.messages.size() - found.size());
        return damage;
    };
    {
        const auto run = make();
        std::filesystem::remove(path(run, 1));
        CHECK(damage_of(run).at(0).error.kind == ErrorKind::NOT_FOUND);
    }
    {
        const auto run = make();
        std::filesystem::remove(path(run, 0));
        CHECK(damage_of(run).at(0).error.kind == ErrorKind::NOT_FOUND);
    }
    {
        const auto run = make();
        const auto last = RunReader::open(run.directory).value().segments().back().path;
        std::filesystem::remove(last);
        CHECK(damage_of(run).empty());  // nothing after it tells; the end record does, in verify
    }
    {
        const auto run = make();
        std::filesystem::rename(path(run, 2), path(run, 1));
        CHECK(damage_of(run).at(0).error.kind == ErrorKind::CORRUPT);
    }
    for (const std::string content : {"", "x", "#!/bin/sh\nexit 0\n", "\x89HDF\r\n\x1a\n"}) {
        const auto run = make();
        std::filesystem::remove(path(run, 1));
        write_bytes(path(run, 1), content);
        CHECK_FALSE(damage_of(run).empty());
    }
    {
        const auto run = make();
        const SmallRun other(storage, 8);
        std::filesystem::remove(path(run, 1));
        const auto directory = write_run(other.runs.path(), other.messages, storage, 8);
        std::filesystem::copy(directory + "/segment-000001.blocks", path(run, 1));
        CHECK(damage_of(run).at(0).error.message.find("run 8") != std::string::npos);
    }
    {
        const auto run = make();
        std::filesystem::remove(path(run, 1));
        REQUIRE(::mkfifo(path(run, 1).c_str(), 0600) == 0);
        const auto reader = RunReader::open(run.directory).value();
        CHECK(reader.for_each([](const BlockView&) { return true; }).error().kind == ErrorKind::IO);
        std::filesystem::remove(path(run, 1));
        std::filesystem::create_directory(path(run, 1));
        CHECK(reader.for_each([](const BlockView&) { return true; }).error().kind == ErrorKind::IO);
    }
}

TEST_CASE(
    "repair keeps every whole block of a damaged run, leaves the original alone, and says what is missing") {
    const SmallRun run;
    const auto offsets = block_offsets(run.bytes);
    auto bytes = run.bytes;
    bytes[offsets[2] - 1] = static_cast<char>(bytes[offsets[2] - 1] ^ 1);  // in the first record's samples
    write_bytes(run.segment, bytes);
    const auto repaired = repair_run(run.directory + "/").value();
    CHECK(read_bytes(run.segment) == bytes);
    const auto all = stored(run.messages);
    CHECK(read_messages(repaired) == std::vector(all.begin() + 1, all.end()));
    const auto verification = verify_run(repaired).value();
    CHECK(verification.damage.empty());
    CHECK(verification.ledger_agrees);
    CHECK(verification.missing_sequences == 1);
    CHECK_FALSE(verification.valid());
    CHECK(verification.description.repaired());
    CHECK(repair_run(run.directory).error().kind == ErrorKind::EXISTS);
}

TEST_CASE("an end record that contradicts the blocks is found out") {
    const SmallRun run;
    const auto lie = [&](const std::function<void(wire::RunDescription&)>& change) {
        auto end = end_description(run.messages);
        end.set_format_major(1);
        change(end);
        write_bytes(run.text, format_run_description(end));
        return verify_run(run.directory).value();
    };
    CHECK(lie([](auto&) {}).valid());
    CHECK(lie([](auto& r) { r.set_next_sequence(9); }).missing_sequences == 5);
    CHECK_FALSE(lie([](auto& r) { r.set_next_sequence(3); }).valid());
    CHECK_FALSE(lie([](auto& r) { r.mutable_ledger()->set_charge_measured_pc(1); }).ledger_agrees);
    CHECK_FALSE(lie([](auto& r) { r.mutable_ledger()->set_slots(5); }).dispositions_sum);
    CHECK(lie([](auto& r) { r.clear_stop_utc_ns(); }).aborted);
    CHECK_FALSE(lie([](auto& r) { r.set_number(9); }).valid());
    CHECK(lie([&](auto& r) { r.mutable_ledger()->add_faults()->set_name("mark-extra"); }).valid());
}

}  // namespace spillgate::proto::testing
