#include "hw/emulator/sis3316/transfer.hpp"

#include <algorithm>

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint32_t busy = 1u << 31;
constexpr std::uint32_t no_pending_request = 1u << 26;
constexpr std::uint32_t statistics_space = 3;
constexpr std::uint32_t pointer_mask = 0xFFFFFF;

}  // namespace

void Transfer::control(unsigned group, std::uint32_t value) {
    control_ = value;
    switch (value >> 30) {
        case 2:
            mode_ = Mode::READ;
            break;
        case 3:
            mode_ = Mode::WRITE;
            break;
        default:
            mode_ = Mode::IDLE;
            break;
    }
    const std::uint32_t space = value >> 28 & 3;
    space_ = space == statistics_space ? Space::STATISTICS : Space::MEMORY;
    const unsigned pair = space & 1;
    target_.channel = group * channels_per_group + 2 * pair + (value >> 25 & 1);
    target_.bank = value >> 24 & 1;
    target_.word = value & pointer_mask;
}

std::uint32_t Transfer::status() const {
    return (mode_ == Mode::IDLE ? no_pending_request : busy) | (target_.word & pointer_mask);
}

FifoWords Transfer::take(std::span<const std::uint32_t> readable, std::uint32_t count) {
    const std::size_t begin = std::min<std::size_t>(target_.word, readable.size());
    const auto words = readable.subspan(begin, std::min<std::size_t>(count, readable.size() - begin));
    target_.word += static_cast<std::uint32_t>(words.size());
    return {words, count - static_cast<std::uint32_t>(words.size())};
}

}  // namespace spillgate::hw::emulator::sis3316
