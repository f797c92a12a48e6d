// Writes one segment of a run: segment block, messages, trailer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/run_file/block.hpp"
#include "proto/run_file/file_layer.hpp"
#include "proto/run_file/header_hash.hpp"
#include "proto/schema/segment.pb.h"

namespace spillgate::proto {

// "segment-000012.blocks"
std::string segment_file_name(std::uint32_t segment);

class SegmentWriter {  // owns an open file
  public:
    // The new file and its first block are durable when this returns; after an error no file is left.
    static Result<std::unique_ptr<SegmentWriter>> create(FileLayer& files, const std::string& run_directory,
                                                         const wire::SegmentHeader& header);

    // `block` has its type, encoding, sequence and slot; the rest is filled in. After an error the file is as
    // before.
    Status append(BlockHeader block, std::span<const std::byte> header, std::span<const std::byte> body,
                  std::size_t raw_bytes);
    Status sync() { return file_->sync(); }
    // The trailer; nothing may be appended after it. May be called again after an error.
    Status finish();
    Status make_read_only() { return file_->make_read_only(); }

    std::uint64_t size() const { return file_->size(); }
    std::size_t blocks() const { return index_.size(); }

  private:
    SegmentWriter(std::unique_ptr<WritableFile> file, std::uint64_t first_sequence)
        : file_(std::move(file)), first_sequence_(first_sequence), next_sequence_(first_sequence) {}
    Status write(BlockHeader& block, std::span<const std::byte> header, std::span<const std::byte> body,
                 std::size_t raw_bytes);

    std::unique_ptr<WritableFile> file_;
    std::uint64_t first_sequence_;
    std::uint64_t next_sequence_;
    std::vector<IndexEntry> index_;
    HeaderHash hash_;
    bool has_trailer_ = false;
};

}  // namespace spillgate::proto
