#include "proto/run_file/block.hpp"

#include <fmt/format.h>

namespace spillgate::proto {

namespace {

std::uint32_t own_crc(const BlockHeader& block) {
    return crc32c(bytes_on_disk(block).first(offsetof(BlockHeader, crc)));
}

std::uint32_t own_crc(const Footer& footer) {
    return crc32c(bytes_on_disk(footer).first(offsetof(Footer, crc)));
}

// zstd cannot do better than one 3-byte block header per 128 KiB; a claim beyond it is a lie.
constexpr std::uint64_t best_ratio = std::uint64_t{128} << 10;

}  // namespace

void seal(BlockHeader& block, std::span<const std::byte> header, std::span<const std::byte> body,
          std::size_t raw_bytes) {
    block.magic = block_magic;
    block.major = run_format_major;
    block.minor = run_format_minor;
    block.header_bytes = static_cast<std::uint32_t>(header.size());
    block.stored_bytes = static_cast<std::uint32_t>(body.size());
    block.raw_bytes = static_cast<std::uint32_t>(raw_bytes);
    block.header_crc = crc32c(header);
    block.body_crc = crc32c(body);
    block.crc = own_crc(block);
}

Footer make_footer(std::uint64_t trailer_offset) {
    Footer footer{trailer_offset, footer_magic, 0};
    footer.crc = own_crc(footer);
    return footer;
}

bool is_footer(const Footer& footer) {
    return footer.magic == footer_magic && footer.crc == own_crc(footer);
}

Status check(const BlockHeader& block) {
    const auto corrupt = [](std::string message) { return error(ErrorKind::CORRUPT, std::move(message)); };
    if (block.magic != block_magic) return corrupt("no block begins here (wrong magic)");
    if (block.crc != own_crc(block)) return corrupt("a block's fixed header does not match its checksum");
    if (block.major != run_format_major)
        return error(ErrorKind::UNSUPPORTED, fmt::format("run format {}.{}; this program knows {}.x",
                                                         block.major, block.minor, run_format_major));
    if (block.header_bytes > max_header_bytes || block.stored_bytes > max_payload_bytes ||
        block.raw_bytes > max_payload_bytes)
        return corrupt(fmt::format("a block claims {} + {} bytes ({} decoded); at most {} + {} are allowed",
                                   block.header_bytes, block.stored_bytes, block.raw_bytes, max_header_bytes,
                                   max_payload_bytes));
    if (block.encoding == BodyEncoding::PLAIN && block.stored_bytes != block.raw_bytes)
        return corrupt("a plain block claims to change its length");
    if (block.encoding != BodyEncoding::PLAIN && block.raw_bytes > block.stored_bytes * best_ratio)
        return corrupt(fmt::format("a block claims that {} bytes decode to {}: impossible",
                                   block.stored_bytes, block.raw_bytes));
    return {};
}

}  // namespace spillgate::proto
