#include "online/gap_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace spillgate::online {
namespace {

constexpr std::size_t max_damage = 16;

void note(std::vector<std::string>& damage, const proto::Damage& found) {
    std::string text = fmt::format("{} at byte {}: {}", found.file, found.offset, found.error.message);
    if (std::find(damage.begin(), damage.end(), text) != damage.end()) return;
    if (damage.size() < max_damage) damage.push_back(std::move(text));
}

proto::Damage unreadable(const proto::SegmentInfo& segment) {
    return {segment.path, 0,
            proto::error(proto::ErrorKind::CORRUPT, "neither its first block nor its trailer is whole")};
}

}  // namespace

proto::Status GapReader::look_again() {
    auto run = proto::RunReader::open(directory_);
    if (!run) return run.error();
    segments_.clear();
    for (const auto& segment : run->segments()) {
        if (segment.readable) {
            segments_.push_back(segment);
        } else {
            note(damage_, unreadable(segment));
        }
    }
    return {};
}

// Opens the segment that may hold `sequence`, unless the open one still can.
proto::Status GapReader::move_to(std::uint64_t sequence) {
    const auto holds = [&](std::size_t i) {
        return segments_[i].first_sequence <= sequence &&
               (i + 1 == segments_.size() || segments_[i + 1].first_sequence > sequence);
    };
    if (reader_ && segment_ < segments_.size() && holds(segment_) && position_ <= sequence) return {};
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        if (!holds(i)) continue;
        auto opened = proto::SegmentReader::open(segments_[i].path);
        if (!opened) return opened.error();
        reader_ = std::move(*opened);
        segment_ = i;
        position_ = segments_[i].first_sequence;
        return {};
    }
    reader_.reset();
    return {};
}

proto::Result<bool> GapReader::read(const std::vector<Interval>& missing, Clock::time_point deadline,
                                    const std::function<void(const proto::BlockView&)>& visit) {
    if (cursor_ == 0) {
        if (auto looked = look_again(); !looked) return looked.error();
    }
    auto wanted = missing.begin();
    const auto pass_over = [&] {
        cursor_ = 0;
        return true;
    };
    proto::BlockView block;
    while (true) {
        while (wanted != missing.end() && wanted->last <= cursor_)
            ++wanted;
        if (wanted == missing.end()) return pass_over();
        cursor_ = std::max(cursor_, wanted->first);
        if (auto moved = move_to(cursor_); !moved) return moved.error();
        if (!reader_) return pass_over();
        if (position_ < cursor_) {
            if (auto sought = reader_->seek(cursor_); !sought) return sought.error();
        }
        const bool last = segment_ + 1 >= segments_.size();
        const std::uint64_t segment_end = last ? UINT64_MAX : segments_[segment_ + 1].first_sequence;
        while (cursor_ < segment_end) {
            if (Clock::now() >= deadline) return false;
            auto more = reader_->next(block);
            if (!more) return more.error();
            for (const auto& found : reader_->damage())
                note(damage_, found);
            if (!*more) {
                if (last) return pass_over();
                cursor_ = segment_end;
                break;
            }
            position_ = block.sequence + 1;
            while (wanted != missing.end() && wanted->last <= block.sequence)
                ++wanted;
            if (wanted == missing.end()) return pass_over();
            if (block.sequence >= wanted->first) visit(block);
            cursor_ = block.sequence + 1;
            if (wanted->first > cursor_) break;  // far enough to be sought
        }
    }
}

RecordedMessages::RecordedMessages(const proto::RunReader& run) : end_(run.description().next_sequence()) {
    for (const auto& segment : run.segments()) {
        if (segment.readable) {
            segments_.push_back(segment);
        } else {
            note(damage_, unreadable(segment));
        }
    }
}

bool RecordedMessages::taken_at_its_word(std::size_t index) {
    const auto& segment = segments_[index];
    const std::uint64_t end = segment.first_sequence + segment.blocks;
    const bool last = index + 1 == segments_.size();
    if (!segment.closed || end != (last ? end_ : segments_[index + 1].first_sequence)) return false;
    sequences_.insert(segment.first_sequence, end);
    return true;
}

proto::Result<bool> RecordedMessages::read(Clock::time_point deadline) {
    proto::BlockView block;
    for (; segment_ < segments_.size(); ++segment_) {
        if (!reader_) {
            if (taken_at_its_word(segment_)) continue;
            auto opened = proto::SegmentReader::open(segments_[segment_].path);
            if (!opened) return opened.error();
            reader_ = std::move(*opened);
        }
        while (true) {
            if (Clock::now() >= deadline) return false;
            auto more = reader_->next(block);
            if (!more) return more.error();
            if (!*more) break;
            sequences_.insert(block.sequence);
        }
        for (const auto& damage : reader_->damage())
            note(damage_, damage);
        reader_.reset();
    }
    return true;
}

}  // namespace spillgate::online
