// Segments as bytes, for tests that forge them: find blocks, change their fixed headers, make the checksums
// right again.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "proto/run_file/block.hpp"

namespace spillgate::proto::testing {

inline BlockHeader block_at(std::string_view bytes, std::size_t offset) {
    BlockHeader block;
    std::memcpy(&block, bytes.data() + offset, sizeof block);
    return block;
}

inline std::vector<std::size_t> block_offsets(std::string_view bytes) {
    std::vector<std::size_t> offsets;
    for (std::size_t at = 0; at + sizeof(BlockHeader) <= bytes.size();
         at += block_at(bytes, at).total_bytes())
        offsets.push_back(at);
    return offsets;
}

// Puts `block` there with its own checksum right, whatever it says.
inline void put_block(std::string& bytes, std::size_t offset, BlockHeader block) {
    block.crc = crc32c(bytes_on_disk(block).first(offsetof(BlockHeader, crc)));
    std::memcpy(bytes.data() + offset, &block, sizeof block);
}

inline std::string forged(std::string bytes, std::size_t offset,
                          const std::function<void(BlockHeader&)>& change) {
    auto block = block_at(bytes, offset);
    change(block);
    put_block(bytes, offset, block);
    return bytes;
}

// A whole block with right checksums.
inline std::string make_block(BlockHeader block, std::string_view header, std::string_view body,
                              std::size_t raw_bytes) {
    seal(block, std::as_bytes(std::span(header)), std::as_bytes(std::span(body)), raw_bytes);
    std::string bytes(reinterpret_cast<const char*>(&block), sizeof block);
    return bytes.append(header).append(body);
}

// Makes the checksums of header and body of the block right as well.
inline void reseal(std::string& bytes, std::size_t offset) {
    auto block = block_at(bytes, offset);
    const auto all = std::as_bytes(std::span(bytes)).subspan(offset + sizeof block);
    block.header_crc = crc32c(all.first(block.header_bytes));
    block.body_crc = crc32c(all.subspan(block.header_bytes, block.stored_bytes));
    put_block(bytes, offset, block);
}

}  // namespace spillgate::proto::testing
