// One segment for reading: its first block, its index if it is closed, and its blocks one by one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/run_file/block.hpp"
#include "proto/run_file/header_hash.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/schema/segment.pb.h"

namespace spillgate::proto {

class SegmentFile final : public SegmentReader {  // owns a file
  public:
    // Errors: as SegmentReader::open.
    static Result<std::unique_ptr<SegmentFile>> open(const std::string& path);

    Result<bool> next(BlockView& block) override;
    Result<bool> next_place(BlockPlace& place) override;
    Status seek(std::uint64_t sequence) override;
    const std::vector<Damage>& damage() const override { return damage_; }

    // Absent if the first block is damaged.
    const std::optional<wire::SegmentHeader>& header() const { return header_; }
    bool closed() const { return trailer_.has_value(); }
    std::uint64_t blocks() const { return trailer_ ? trailer_->index.size() : 0; }
    std::uint64_t first_sequence() const;
    Result<std::uint64_t> size() const { return file_->size(); }
    bool compressed() const { return compressed_; }  // some block read so far was

  private:
    struct Trailer {
        std::uint64_t offset = 0;
        wire::SegmentTrailer message;
        std::vector<IndexEntry> index;
    };
    enum class Step { MESSAGE, AGAIN, END };

    explicit SegmentFile(InputFile file) : file_(std::make_shared<const InputFile>(std::move(file))) {}
    Status read_first_block();
    Status read_trailer();
    Result<Step> step(BlockPlace& place);
    Result<Step> step_trailer(const BlockHeader& fixed);
    // The fixed header at offset_; an error of the bytes (not of the system) if no whole block lies there.
    Status read_fixed(std::uint64_t size, BlockHeader& fixed) const;
    Step after_unreadable(Error cause);
    void check_index(const BlockHeader& fixed);
    bool add_damage(std::uint64_t offset, Error cause);
    void skip(const BlockHeader& fixed);

    std::shared_ptr<const InputFile> file_;
    std::optional<wire::SegmentHeader> header_;
    std::optional<Trailer> trailer_;
    std::uint64_t offset_ = 0;
    std::size_t index_position_ = 0;
    HeaderHash hash_;
    bool whole_ = true;  // every block so far was seen, from the first
    bool ended_ = false;
    bool compressed_ = false;
    std::vector<Damage> damage_;
    bool provisional_ = false;  // the last damage may be a block still being written
    BlockContents contents_;
};

}  // namespace spillgate::proto
