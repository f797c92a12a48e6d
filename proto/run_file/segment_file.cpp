#include "proto/run_file/segment_file.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

namespace spillgate::proto {

namespace {

constexpr std::size_t most_damages = 1000;  // a file of nothing but damage must not fill the memory

bool is_system_error(const Error& e) {
    return e.kind == ErrorKind::IO || e.kind == ErrorKind::NOT_FOUND;
}

Error corrupt(std::string message) {
    return error(ErrorKind::CORRUPT, std::move(message));
}

template <class Pod>
std::span<std::byte> writable_bytes(Pod& pod) {
    return std::as_writable_bytes(std::span(&pod, 1));
}

std::uint64_t body_offset(std::uint64_t block, const BlockHeader& fixed) {
    return block + sizeof fixed + fixed.header_bytes;
}

// The protobuf header of the block at `offset`.
Status read_header(const InputFile& file, std::uint64_t offset, const BlockHeader& fixed,
                   std::vector<std::byte>& header) {
    header.resize(fixed.header_bytes);
    if (auto status = file.read(offset + sizeof fixed, header); !status) return status;
    if (crc32c(header) != fixed.header_crc) return corrupt("a block's header does not match its checksum");
    return {};
}

// The same, and the body as stored.
Status read_contents(const InputFile& file, std::uint64_t offset, const BlockHeader& fixed,
                     std::vector<std::byte>& header, std::vector<std::byte>& body) {
    if (auto status = read_header(file, offset, fixed, header); !status) return status;
    body.resize(fixed.stored_bytes);
    if (auto status = file.read(body_offset(offset, fixed), body); !status) return status;
    if (crc32c(body) != fixed.body_crc) return corrupt("a block's body does not match its checksum");
    return {};
}

// What is wrong with the bytes of a message, with its name.
Error of_message(const BlockPlace& place, const Error& cause) {
    if (is_system_error(cause)) return cause;
    return error(cause.kind, fmt::format("message {}: {}", place.fixed.sequence, cause.message));
}

}  // namespace

Result<BlockView> BlockContents::read(const BlockPlace& place) {
    const auto& fixed = place.fixed;
    Status status = read_contents(*place.file, place.offset, fixed, header_, body_);
    std::span<const std::byte> samples = body_;
    if (status && fixed.encoding == BodyEncoding::DELTA_ZSTD) {
        auto decoded = decoder_.decode(body_, fixed.raw_bytes);
        if (decoded) samples = *decoded;
        if (!decoded) status = decoded.error();
    } else if (status && fixed.encoding != BodyEncoding::PLAIN) {
        status = error(ErrorKind::UNSUPPORTED,
                       fmt::format("unknown body encoding {}", static_cast<int>(fixed.encoding)));
    }
    if (!status) return of_message(place, status.error());
    return BlockView{static_cast<Topic>(fixed.type),
                     fixed.sequence,
                     fixed.slot,
                     header_,
                     samples,
                     place.file->path(),
                     place.offset};
}

Status BlockContents::read(const BlockPlace& place, SpillRecord& record) {
    const auto& fixed = place.fixed;
    Status status;
    if (fixed.encoding == BodyEncoding::PLAIN && fixed.stored_bytes % sizeof(std::uint16_t) == 0) {
        status = read_header(*place.file, place.offset, fixed, header_);
        record.samples.resize(fixed.stored_bytes / sizeof(std::uint16_t));
        if (status)
            status = place.file->read(body_offset(place.offset, fixed),
                                      std::as_writable_bytes(std::span(record.samples)));
        // The record's own checksum is over its samples, too: that of the body would say the same again.
        if (status) status = decode_spill(header_, record);
    } else {
        const auto block = read(place);
        if (!block) return block.error();
        status = decode_spill(block->header, block->samples, record);
    }
    if (!status) return of_message(place, status.error());
    return {};
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::open(const std::string& path) {
    auto file = SegmentFile::open(path);
    if (!file) return file.error();
    return std::unique_ptr<SegmentReader>(std::move(*file));
}

Result<std::unique_ptr<SegmentFile>> SegmentFile::open(const std::string& path) {
    auto file = InputFile::open(path);
    if (!file) return file.error();
    std::unique_ptr<SegmentFile> segment(new SegmentFile(std::move(*file)));
    if (auto status = segment->read_trailer(); !status && is_system_error(status.error()))
        return status.error();
    if (auto status = segment->read_first_block(); !status) {
        if (!segment->trailer_ || status.error().kind == ErrorKind::UNSUPPORTED ||
            is_system_error(status.error()))
            return error(status.error().kind,
                         fmt::format("{} is not a readable segment: {}", path, status.error().message));
        // The index knows where the messages are.
        segment->add_damage(segment->offset_, status.error());
        segment->whole_ = false;
        segment->offset_ = segment->trailer_->index.empty() ? segment->trailer_->offset
                                                            : segment->trailer_->index.front().offset;
    }
    return segment;
}

std::uint64_t SegmentFile::first_sequence() const {
    if (trailer_) return trailer_->message.first_sequence();
    return header_ ? header_->first_sequence() : 0;
}

Status SegmentFile::read_fixed(std::uint64_t size, BlockHeader& fixed) const {
    if (size < offset_ || size - offset_ < sizeof fixed)
        return error(ErrorKind::TRUNCATED, "the file ends inside a block's fixed header");
    if (auto status = file_->read(offset_, writable_bytes(fixed)); !status) return status;
    if (auto status = check(fixed); !status) return status;
    if (fixed.total_bytes() > size - offset_)
        return error(ErrorKind::TRUNCATED,
                     fmt::format("the file ends inside a block of {} bytes, {} of them there",
                                 fixed.total_bytes(), size - offset_));
    return {};
}

Status SegmentFile::read_first_block() {
    const auto size = file_->size();
    if (!size) return size.error();
    BlockHeader fixed;
    if (auto status = read_fixed(*size, fixed); !status) return status;
    if (fixed.type != BlockType::SEGMENT) return corrupt("its first block is not a segment block");
    std::vector<std::byte> header_bytes, body_bytes;
    if (auto status = read_contents(*file_, offset_, fixed, header_bytes, body_bytes); !status) return status;
    const google::protobuf::LogSilencer quiet;  // what is wrong is said once, in the result
    wire::SegmentHeader header;
    if (!header.ParseFromArray(header_bytes.data(), static_cast<int>(header_bytes.size())))
        return corrupt("its segment block cannot be parsed");
    header_ = std::move(header);
    hash_.add(fixed);
    skip(fixed);
    return {};
}

// Sets trailer_ if the file ends with a whole trailer; an error says only why there is none.
Status SegmentFile::read_trailer() {
    const auto size = file_->size();
    if (!size) return size.error();
    Footer footer;
    if (*size < sizeof(BlockHeader) + sizeof footer) return error(ErrorKind::TRUNCATED, "too short");
    if (auto status = file_->read(*size - sizeof footer, writable_bytes(footer)); !status) return status;
    if (!is_footer(footer) || footer.trailer_offset >= *size) return corrupt("no trailer");

    const std::uint64_t here = offset_;
    offset_ = footer.trailer_offset;
    BlockHeader fixed;
    std::vector<std::byte> header;
    std::vector<std::byte> body;
    Status status = read_fixed(*size, fixed);
    if (status && (fixed.type != BlockType::TRAILER || offset_ + fixed.total_bytes() != *size ||
                   fixed.encoding != BodyEncoding::PLAIN || fixed.stored_bytes % sizeof(IndexEntry) != 0 ||
                   fixed.stored_bytes < sizeof footer))
        status = corrupt("the trailer is not one");
    if (status) status = read_contents(*file_, offset_, fixed, header, body);
    offset_ = here;
    if (!status) return status;

    Trailer trailer;
    trailer.offset = footer.trailer_offset;
    trailer.index.resize(body.size() / sizeof(IndexEntry) - 1);
    if (!trailer.index.empty())
        std::memcpy(trailer.index.data(), body.data(), trailer.index.size() * sizeof(IndexEntry));
    if (!trailer.message.ParseFromArray(header.data(), static_cast<int>(header.size())) ||
        trailer.message.blocks() != trailer.index.size())
        return corrupt("the trailer contradicts itself");
    IndexEntry last{0, 0};
    for (const auto& entry : trailer.index) {
        if (entry.offset <= last.offset || entry.offset >= trailer.offset ||
            (&entry != trailer.index.data() && entry.sequence <= last.sequence))
            return corrupt("the trailer's index is not in order");
        last = entry;
    }
    trailer_ = std::move(trailer);
    return {};
}

void SegmentFile::skip(const BlockHeader& fixed) {
    offset_ += fixed.total_bytes();
}

bool SegmentFile::add_damage(std::uint64_t offset, Error cause) {
    if (damage_.size() >= most_damages) return false;
    damage_.push_back({file_->path(), offset, std::move(cause)});
    return true;
}

Status SegmentFile::seek(std::uint64_t sequence) {
    whole_ = false;
    if (trailer_) {
        const auto& index = trailer_->index;
        const auto found =
            std::lower_bound(index.begin(), index.end(), sequence,
                             [](const IndexEntry& e, std::uint64_t wanted) { return e.sequence < wanted; });
        offset_ = found == index.end() ? trailer_->offset : found->offset;
        return {};
    }
    while (true) {
        const auto size = file_->size();
        if (!size) return size.error();
        BlockHeader fixed;
        if (auto status = read_fixed(*size, fixed); !status) {
            if (is_system_error(status.error())) return status.error();
            return {};  // next() will say what is here
        }
        const bool message = fixed.type == BlockType::SPILL || fixed.type == BlockType::VERDICT;
        if (fixed.type == BlockType::TRAILER || (message && fixed.sequence >= sequence)) return {};
        skip(fixed);
    }
}

Result<bool> SegmentFile::next(BlockView& block) {
    BlockPlace place;
    while (true) {
        auto there = next_place(place);
        if (!there || !*there) return there;
        auto contents = contents_.read(place);
        if (contents) {
            block = *contents;
            return true;
        }
        if (is_system_error(contents.error())) return contents.error();
        // The fixed header is whole, so where the next block begins is known, not guessed.
        add_damage(place.offset, contents.error());
    }
}

Result<bool> SegmentFile::next_place(BlockPlace& place) {
    if (ended_) return false;
    if (provisional_) damage_.pop_back();
    provisional_ = false;
    while (true) {
        const auto done = step(place);
        if (!done) return done.error();
        if (*done != Step::AGAIN) return *done == Step::MESSAGE;
    }
}

Result<SegmentFile::Step> SegmentFile::step(BlockPlace& place) {
    const auto size = file_->size();
    if (!size) return size.error();
    if (*size == offset_ && !trailer_) return Step::END;  // clean, so far
    BlockHeader fixed;
    if (auto status = read_fixed(*size, fixed); !status) {
        if (is_system_error(status.error())) return status.error();
        return after_unreadable(status.error());
    }
    if (fixed.type == BlockType::TRAILER) return step_trailer(fixed);
    hash_.add(fixed);
    switch (fixed.type) {
        case BlockType::SPILL:
        case BlockType::VERDICT:
            check_index(fixed);
            compressed_ = compressed_ || fixed.encoding == BodyEncoding::DELTA_ZSTD;
            place = {file_, offset_, fixed};
            skip(fixed);
            return Step::MESSAGE;
        default:
            // A newer minor version may have other blocks between the messages.
            if (fixed.type == BlockType::SEGMENT || fixed.minor <= run_format_minor)
                add_damage(offset_, corrupt(fmt::format("a block of unexpected type {}",
                                                        static_cast<int>(fixed.type))));
            skip(fixed);
            return Step::AGAIN;
    }
}

// No whole block at offset_. In a closed segment the index says where the next one is; otherwise nothing is
// guessed: this is the end, unless a writer is still at it.
SegmentFile::Step SegmentFile::after_unreadable(Error cause) {
    const bool added = add_damage(offset_, std::move(cause));
    if (!trailer_) {
        provisional_ = added;
        return Step::END;
    }
    whole_ = false;
    const auto& index = trailer_->index;
    const auto later = std::upper_bound(index.begin(), index.end(), offset_,
                                        [](std::uint64_t at, const IndexEntry& e) { return at < e.offset; });
    if (later != index.end()) {
        offset_ = later->offset;
    } else if (offset_ < trailer_->offset) {
        offset_ = trailer_->offset;
    } else {
        ended_ = true;
        return Step::END;
    }
    return Step::AGAIN;
}

void SegmentFile::check_index(const BlockHeader& fixed) {
    const std::size_t position = index_position_++;
    if (!trailer_ || !whole_) return;
    const auto& index = trailer_->index;
    if (position < index.size() && index[position] == IndexEntry{fixed.sequence, offset_}) return;
    add_damage(offset_, corrupt(fmt::format("the index does not name message {} here", fixed.sequence)));
    whole_ = false;  // say it once
}

Result<SegmentFile::Step> SegmentFile::step_trailer(const BlockHeader& fixed) {
    // It may have been written since the file was opened.
    if (!trailer_)
        if (auto status = read_trailer(); !status && is_system_error(status.error())) return status.error();
    if (trailer_ && trailer_->offset == offset_) {
        if (whole_ && index_position_ != trailer_->index.size())
            add_damage(offset_, corrupt(fmt::format("the trailer counts {} messages, {} are there",
                                                    trailer_->index.size(), index_position_)));
        else if (whole_ && hash_.digest() != trailer_->message.headers_sha256())
            add_damage(offset_, corrupt("the trailer's hash does not match the blocks"));
        ended_ = true;
        return Step::END;
    }
    add_damage(offset_, corrupt("a damaged trailer, or bytes after it"));
    ended_ = !trailer_;
    skip(fixed);
    return ended_ ? Step::END : Step::AGAIN;
}

}  // namespace spillgate::proto
