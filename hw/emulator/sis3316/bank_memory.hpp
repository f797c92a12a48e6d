// The event memory: two banks of each of 16 channels. Owns a mapping of which only what was written is
// resident.
#pragma once

#include <cstdint>
#include <span>

#include "hw/emulator/sis3316/registers.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::emulator::sis3316 {

inline constexpr std::uint32_t most_bank_words = 0x1000000;  // 64 MiB
inline constexpr std::uint32_t histogram_begin_word =
    0xFF0000;  // the energy histogram's place: no events from here on

class BankMemory {
  public:
    // Errors: IO (no address space).
    static proto::Result<BankMemory> create(std::uint32_t words_per_bank);
    BankMemory(BankMemory&& other) noexcept;
    BankMemory& operator=(BankMemory&& other) noexcept;
    BankMemory(const BankMemory&) = delete;
    BankMemory& operator=(const BankMemory&) = delete;
    ~BankMemory();

    std::uint32_t words_per_bank() const { return words_; }
    std::uint32_t words_for_events() const {
        return words_ < histogram_begin_word ? words_ : histogram_begin_word;
    }
    std::span<std::uint32_t> bank(unsigned channel, unsigned bank) const;
    // Gives memory beyond the first megabytes of a bank back to the host; its content is then zeros.
    void give_back(unsigned channel, unsigned bank, std::uint32_t words_used) const;

  private:
    BankMemory(std::uint32_t* memory, std::uint32_t words) : memory_(memory), words_(words) {}
    std::size_t bytes() const;
    std::uint32_t* memory_ = nullptr;
    std::uint32_t words_ = 0;
};

}  // namespace spillgate::hw::emulator::sis3316
