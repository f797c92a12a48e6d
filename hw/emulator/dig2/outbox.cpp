#include "hw/emulator/dig2/outbox.hpp"

#include <algorithm>

namespace spillgate::hw::emulator::dig2 {

void Outbox::put(const Bytes& events, std::uint32_t count, std::size_t piece_bytes) {
    for (std::size_t begin = 0; begin < events.size(); begin += piece_bytes) {
        const std::size_t size = std::min(piece_bytes, events.size() - begin);
        const bool last = begin + size == events.size();
        Bytes piece = block_header(size, last ? count : 0, last);
        const auto from = events.begin() + static_cast<std::ptrdiff_t>(begin);
        piece.insert(piece.end(), from, from + static_cast<std::ptrdiff_t>(size));
        bytes_ += piece.size();
        pieces_.push_back(std::move(piece));
    }
}

void Outbox::clear() {
    const std::size_t keep = sending_ ? 1 : 0;
    while (pieces_.size() > keep) {
        bytes_ -= pieces_.back().size();
        pieces_.pop_back();
    }
    pieces_.push_back(block_header(0, 0, false));
    bytes_ += pieces_.back().size();
    stuffed_ = false;
}

void Outbox::pop() {
    bytes_ -= pieces_.front().size();
    pieces_.pop_front();
    if (pieces_.empty()) stuffed_ = false;
}

void Outbox::connection_lost() {
    if (sending_ && !pieces_.empty()) pop();
    sending_ = false;
}

}  // namespace spillgate::hw::emulator::dig2
