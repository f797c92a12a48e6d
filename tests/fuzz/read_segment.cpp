#include <cstdlib>
#include <filesystem>

#include "proto/run_file/run_reader.hpp"
#include "tests/fuzz/fuzz_targets.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/proto/block_surgery.hpp"
#include "tests/proto/sample_run.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::fuzz {

namespace {

using proto::BlockHeader;

void reseal_all(std::string& bytes) {
    for (std::size_t at = 0; at + sizeof(BlockHeader) <= bytes.size();) {
        const auto block = proto::testing::block_at(bytes, at);
        if (block.total_bytes() > bytes.size() - at) {
            proto::testing::put_block(bytes, at, block);
            return;
        }
        proto::testing::reseal(bytes, at);
        at += block.total_bytes();
    }
}

void promise(bool kept) {
    if (!kept) std::abort();
}

}  // namespace

void read_segment(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1) != 0) reseal_all(bytes);
    const MemoryFile file(bytes);
    const auto segment = proto::SegmentReader::open(file.path());
    if (!segment) return;
    proto::BlockView block;
    std::size_t blocks = 0;
    thread_local proto::SpillRecord record;
    for (auto got = (*segment)->next(block); got && *got; got = (*segment)->next(block)) {
        promise(++blocks <= bytes.size() / sizeof(BlockHeader));  // it always moves on
        promise(block.offset + sizeof(BlockHeader) <= bytes.size());
        if (block.topic == proto::Topic::SPILL)
            (void)proto::decode_spill(block.header, block.samples, record).has_value();
        else
            (void)proto::decode_verdict(block.header).has_value();
    }
    promise(!(*segment)->next(block).value());
    (void)(*segment)->seek(blocks / 2).has_value();
    promise((*segment)->damage().size() <= 1001);
}

std::vector<std::string> read_segment_seeds() {
    std::vector<std::string> seeds;
    for (const auto& storage : {proto::testing::plain_storage(), proto::testing::compressed_storage()}) {
        const proto::testing::TemporaryDirectory runs;
        const auto directory =
            proto::testing::write_run(runs.path(), proto::testing::sample_messages(3, 110), storage);
        const auto bytes = proto::testing::read_bytes(directory + "/segment-000000.blocks");
        const auto open_end = proto::testing::block_offsets(bytes).back();
        for (const char flags : {'\0', '\1'}) {
            seeds.push_back(flags + bytes);
            seeds.push_back(flags + bytes.substr(0, open_end));  // of a run still going on
        }
    }
    return seeds;
}

}  // namespace spillgate::fuzz
