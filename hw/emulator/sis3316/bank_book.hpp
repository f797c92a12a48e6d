// Which bank is sampled into and how much each holds: the module's double-bank logic (keys 0x420, 0x424,
// 0x414).
#pragma once

#include <array>
#include <cstdint>

#include "hw/emulator/sis3316/registers.hpp"

namespace spillgate::hw::emulator::sis3316 {

class BankBook {
  public:
    struct Closed {  // what address 0x120 says
        std::uint32_t words = 0;
        unsigned bank = 0;
    };

    bool armed() const { return armed_; }
    unsigned bank() const { return bank_; }
    std::uint32_t words(unsigned channel, unsigned bank) const { return channels_[channel].words[bank]; }
    const Closed& previous(unsigned channel) const { return channels_[channel].previous; }
    bool at_threshold(unsigned channel) const { return channels_[channel].at_threshold; }
    bool is_full(unsigned channel) const { return channels_[channel].full; }

    // Samples go to `bank`, emptied, from now on. The bank before is closed at once for every channel that
    // has no event in progress (bit of the mask), else with that event (finish).
    void arm(unsigned bank, std::uint32_t in_progress);
    void disarm() { armed_ = false; }
    // An event was stored.
    void add(unsigned channel, unsigned bank, std::uint32_t words, std::uint32_t threshold_words);
    // The channel's event in progress has ended, stored or not.
    void finish(unsigned channel);
    // No room in the armed bank for anything more, of any channel.
    void fill();

  private:
    struct Channel {
        std::array<std::uint32_t, bank_count> words{};
        Closed previous;
        bool at_threshold = false;
        bool full = false;
        bool closing = false;
        unsigned closing_bank = 0;
    };
    std::array<Channel, channel_count> channels_{};
    bool armed_ = false;
    bool ever_armed_ = false;
    unsigned bank_ = 0;
};

}  // namespace spillgate::hw::emulator::sis3316
