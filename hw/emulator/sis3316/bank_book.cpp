#include "hw/emulator/sis3316/bank_book.hpp"

namespace spillgate::hw::emulator::sis3316 {

void BankBook::arm(unsigned bank, std::uint32_t in_progress) {
    for (unsigned c = 0; c < channel_count; ++c) {
        Channel& channel = channels_[c];
        if (ever_armed_) {
            channel.closing = true;
            channel.closing_bank = bank_;
            if (!(in_progress >> c & 1)) finish(c);
        } else {
            channel.previous = {0, 1 - bank};  // so that it is seen when this bank is closed
        }
        channel.words[bank] = 0;
        channel.at_threshold = false;
        channel.full = false;
    }
    bank_ = bank;
    armed_ = true;
    ever_armed_ = true;
}

void BankBook::add(unsigned channel, unsigned bank, std::uint32_t words, std::uint32_t threshold_words) {
    Channel& to = channels_[channel];
    to.words[bank] += words;
    if (bank == bank_ && threshold_words > 0 && to.words[bank] > threshold_words) to.at_threshold = true;
}

void BankBook::finish(unsigned channel) {
    Channel& of = channels_[channel];
    if (!of.closing) return;
    of.previous = {of.words[of.closing_bank], of.closing_bank};
    of.closing = false;
}

void BankBook::fill() {
    for (Channel& channel : channels_)
        channel.full = true;
}

}  // namespace spillgate::hw::emulator::sis3316
