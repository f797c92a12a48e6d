#include "proto/run_file/segment_writer.hpp"

#include <array>
#include <cstring>

#include <fmt/format.h>

namespace spillgate::proto {

namespace {

iovec piece(std::span<const std::byte> bytes) {
    return {const_cast<std::byte*>(bytes.data()), bytes.size()};  // iovec has no const form
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}  // namespace

std::string segment_file_name(std::uint32_t segment) {
    return fmt::format("segment-{:06}.blocks", segment);
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(FileLayer& files,
                                                             const std::string& run_directory,
                                                             const wire::SegmentHeader& header) {
    const std::string path = fmt::format("{}/{}", run_directory, segment_file_name(header.segment()));
    auto file = files.create(path);
    if (!file) return file.error();
    auto writer =
        std::unique_ptr<SegmentWriter>(new SegmentWriter(std::move(*file), header.first_sequence()));
    BlockHeader block;
    block.type = BlockType::SEGMENT;
    block.encoding = BodyEncoding::PLAIN;
    block.sequence = header.first_sequence();
    Status status = writer->write(block, bytes_of(header.SerializeAsString()), {}, 0);
    if (status) status = writer->sync();
    if (status) status = files.sync_directory(run_directory);
    if (!status) {
        files.remove(path).has_value();  // best effort: the first error is the one to tell
        return status.error();
    }
    return writer;
}

Status SegmentWriter::write(BlockHeader& block, std::span<const std::byte> header,
                            std::span<const std::byte> body, std::size_t raw_bytes) {
    seal(block, header, body, raw_bytes);
    const std::array pieces{piece(bytes_on_disk(block)), piece(header), piece(body)};
    if (auto status = file_->append(pieces); !status) return status;
    hash_.add(block);
    return {};
}

Status SegmentWriter::append(BlockHeader block, std::span<const std::byte> header,
                             std::span<const std::byte> body, std::size_t raw_bytes) {
    const IndexEntry entry{block.sequence, file_->size()};
    if (auto status = write(block, header, body, raw_bytes); !status) return status;
    if (index_.empty()) first_sequence_ = block.sequence;
    next_sequence_ = block.sequence + 1;
    index_.push_back(entry);
    return {};
}

Status SegmentWriter::finish() {
    if (has_trailer_) return {};
    wire::SegmentTrailer trailer;
    trailer.set_blocks(index_.size());
    trailer.set_first_sequence(first_sequence_);
    trailer.set_next_sequence(next_sequence_);
    trailer.set_headers_sha256(hash_.digest());
    const Footer footer = make_footer(file_->size());
    const auto index = std::as_bytes(std::span(index_));
    std::vector<std::byte> body(index.begin(), index.end());
    const auto tail = bytes_on_disk(footer);
    body.insert(body.end(), tail.begin(), tail.end());
    BlockHeader block;
    block.type = BlockType::TRAILER;
    block.encoding = BodyEncoding::PLAIN;
    block.sequence = next_sequence_;
    if (auto status = write(block, bytes_of(trailer.SerializeAsString()), body, body.size()); !status)
        return status;
    has_trailer_ = true;
    return {};
}

}  // namespace spillgate::proto
