// Every event that an emulated VX27xx was triggered to, channel by channel: what a reader must have got. Owns
// a file.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>

#include "proto/result.hpp"

namespace spillgate::hw::emulator::dig2 {

struct LedgerLine {
    std::uint32_t run = 0;  // starts of the acquisition since the program began
    std::uint32_t channel = 0;
    std::uint64_t stamp = 0;       // not cut to 48 bits
    std::uint32_t trigger_id = 0;  // scope
    std::uint16_t energy = 0;      // DPP-PSD
    std::uint16_t energy_short = 0;
    bool corrupted = false;  // a bit of its header was turned on the way
};

// CSV: run,channel,stamp,trigger,samples,crc32,energy,energy_short,fate. crc32 (as zip's) is of the samples
// as little-endian words.
class Ledger {
  public:
    // Empty path: nothing is written. Errors: IO.
    static proto::Result<Ledger> create(const std::string& path);
    void add(const LedgerLine& line, std::span<const std::uint16_t> samples);
    proto::Status close();

  private:
    std::ofstream file_;
    std::string path_;
};

}  // namespace spillgate::hw::emulator::dig2
