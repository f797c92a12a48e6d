// Which packets of one FIFO answer have come. The packet counter has 4 bits, so beyond 16 packets a place is
// told by the order of arrival as well; what that leaves in doubt is not accepted (addendum, FIFO read).
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hw/sis3316/protocol.hpp"

namespace spillgate::hw::sis3316 {

class FifoAnswer {
  public:
    static constexpr std::size_t most_packets = 32;  // of a request; the addendum's limit

    // `words` in packets of `per_packet` words, the last one shorter.
    FifoAnswer(std::size_t words, std::size_t per_packet);

    enum class Place : std::uint8_t { IN_ORDER, LATE, AHEAD, DUPLICATE, IMPOSSIBLE };
    struct Placed {
        Place place = Place::IMPOSSIBLE;
        std::size_t first_word = 0;  // of the request; not for DUPLICATE and IMPOSSIBLE
    };
    // Takes a packet of `count` words with this counter. Late means: after one that was sent behind it.
    Placed take(std::uint8_t counter, std::size_t count);

    std::size_t packets() const { return packets_; }
    std::size_t received() const { return there_.count(); }
    bool complete() const { return received() == packets_; }
    bool only_last_missing() const { return received() + 1 == packets_ && !there_[packets_ - 1]; }
    bool last_has_come() const { return there_[packets_ - 1]; }
    // Words from the request's first on that have come without a gap and are beyond doubt: with 16 packets or
    // more missing, a gap of 16 would look like none, so then nothing is.
    std::size_t words_in_order() const;

  private:
    std::size_t length_of(std::size_t packet) const;

    std::size_t words_;
    std::size_t per_packet_;
    std::size_t packets_;
    std::size_t next_ = 0;                // behind the furthest that has come
    std::optional<std::size_t> skipped_;  // by the packet before
    std::bitset<most_packets> there_;
};

}  // namespace spillgate::hw::sis3316
