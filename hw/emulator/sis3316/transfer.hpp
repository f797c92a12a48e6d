// The data-transfer machine of one group (0x80 + 4 · group): streams event memory, or statistic counters, to
// the FIFO.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/emulator/sis3316/bank_memory.hpp"
#include "hw/emulator/sis3316/registers.hpp"

namespace spillgate::hw::emulator::sis3316 {

// What a request for FIFO words gets: words of the memory, then zeros for what is not there.
struct FifoWords {
    std::span<const std::uint32_t> words;
    std::uint32_t missing = 0;
};

class Transfer {
  public:
    enum class Space : std::uint8_t { MEMORY, STATISTICS };
    struct Target {  // where the pointer stands, in memory
        unsigned channel = 0;
        unsigned bank = 0;
        std::uint32_t word = 0;
    };

    // 31:30: 00 reset, 10 start read, 11 start write; 29:28 space; 25 odd channel of the pair; 24 bank; 23:0
    // word.
    void control(unsigned group, std::uint32_t value);
    std::uint32_t control() const { return control_; }
    bool reads() const { return mode_ == Mode::READ; }
    bool writes() const { return mode_ == Mode::WRITE; }
    Space space() const { return space_; }
    Target target() const { return target_; }
    std::uint32_t status() const;

    // The next `count` words of `readable` (from the bank's begin); the pointer goes on by what was there.
    FifoWords take(std::span<const std::uint32_t> readable, std::uint32_t count);
    void skip(std::uint32_t count) { target_.word += count; }

  private:
    enum class Mode : std::uint8_t { IDLE, READ, WRITE };
    std::uint32_t control_ = 0;
    Mode mode_ = Mode::IDLE;
    Space space_ = Space::MEMORY;
    Target target_;
};

}  // namespace spillgate::hw::emulator::sis3316
