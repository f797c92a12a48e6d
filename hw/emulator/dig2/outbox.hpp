// The memory of an emulated VX27xx between its triggers and its data connection: pieces that wait to be sent.
#pragma once

#include <cstdint>
#include <deque>

#include "hw/emulator/dig2/event_bytes.hpp"

namespace spillgate::hw::emulator::dig2 {

class Outbox {
  public:
    explicit Outbox(std::uint64_t capacity_bytes) : capacity_(capacity_bytes) {}

    // No room for another event.
    bool full() const { return stuffed_ || bytes_ >= capacity_; }
    // As if full, until all has been sent.
    void stuff() { stuffed_ = true; }
    // Whole events; sent in pieces of at most `piece_bytes`, the last one aligned.
    void put(const Bytes& events, std::uint32_t count, std::size_t piece_bytes);
    // All data go, and the reader is told.
    void clear();
    bool empty() const { return pieces_.empty(); }
    const Bytes& front() const { return pieces_.front(); }
    void pop();

    // The front piece is on its way: clear() leaves it.
    void set_sending(bool sending) { sending_ = sending; }
    bool sending() const { return sending_; }
    // The connection is gone: what was on its way is lost.
    void connection_lost();

  private:
    std::uint64_t capacity_;
    std::uint64_t bytes_ = 0;
    bool stuffed_ = false;
    bool sending_ = false;
    std::deque<Bytes> pieces_;
};

}  // namespace spillgate::hw::emulator::dig2
