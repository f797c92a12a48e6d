#include "hw/sis3316/fifo_answer.hpp"

#include <algorithm>

namespace spillgate::hw::sis3316 {

FifoAnswer::FifoAnswer(std::size_t words, std::size_t per_packet)
    : words_(words), per_packet_(per_packet), packets_((words + per_packet - 1) / per_packet) {}

std::size_t FifoAnswer::length_of(std::size_t packet) const {
    return packet + 1 == packets_ ? words_ - packet * per_packet_ : per_packet_;
}

FifoAnswer::Placed FifoAnswer::take(std::uint8_t counter, std::size_t count) {
    std::size_t packet = counter;
    const bool is_unique = packets_ <= packet_counts;
    if (!is_unique) {
        // The nearest place around the next one: up to 8 behind it, up to 7 ahead.
        const auto ahead = (counter + 2 * packet_counts - next_ % packet_counts) % packet_counts;
        if (ahead < packet_counts / 2)
            packet = next_ + ahead;
        else if (next_ + ahead >= packet_counts)
            packet = next_ + ahead - packet_counts;
        else
            packet = packets_;
    }
    if (packet >= packets_ || count != length_of(packet)) return {};
    if (there_[packet]) return {Place::DUPLICATE, 0};
    Placed placed{Place::IN_ORDER, packet * per_packet_};
    if (packet < next_) {
        // A late packet among many could be an old duplicate of the one 16 before: only two that changed
        // places are beyond doubt.
        if (!is_unique && skipped_ != packet) return {};
        placed.place = Place::LATE;
    } else if (packet > next_) {
        placed.place = Place::AHEAD;
    }
    skipped_.reset();
    if (packet == next_ + 1) skipped_ = next_;
    next_ = std::max(next_, packet + 1);
    there_.set(packet);
    return placed;
}

std::size_t FifoAnswer::words_in_order() const {
    if (packets_ - received() >= packet_counts) return 0;
    std::size_t packet = 0;
    while (packet < packets_ && there_[packet])
        ++packet;
    return std::min(words_, packet * per_packet_);
}

}  // namespace spillgate::hw::sis3316
