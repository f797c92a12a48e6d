// Events of a VX27xx written out for tests of the driver's decoder, word by word.
#pragma once

#include <cstdint>
#include <vector>

namespace spillgate::hw::dig2::testing {

inline std::vector<std::uint8_t> bytes_of(const std::vector<std::uint64_t>& words) {
    std::vector<std::uint8_t> bytes;
    for (const std::uint64_t word : words)
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    return bytes;
}

// A scope event of the channels in `mask` with four samples each: channel · 16 + position.
inline std::vector<std::uint64_t> scope_words(std::uint64_t stamp, std::uint32_t number, std::uint64_t mask) {
    std::vector<std::uint64_t> words{0, stamp & 0xFFFFFFFFFFFF, mask};
    for (unsigned channel = 0; channel < 64; ++channel) {
        if ((mask >> channel & 1) == 0) continue;
        std::uint64_t word = 0;
        for (unsigned s = 0; s < 4; ++s)
            word |= (std::uint64_t{channel} * 16 + s) << 16 * s;
        words.push_back(word);
    }
    words[0] = std::uint64_t{1} << 60 | std::uint64_t{number & 0xFFFFFF} << 32 | words.size();
    return words;
}

// A DPP-PSD aggregate of one hit with four samples of 14 bits: 1, 2, 3, 4.
inline std::vector<std::uint64_t> psd_words(std::uint64_t stamp, std::uint32_t channel, std::uint32_t counter,
                                            std::uint16_t energy, std::uint16_t energy_short) {
    std::vector<std::uint64_t> words{0,
                                     std::uint64_t{channel} << 56 | (stamp & 0xFFFFFFFFFFFF),
                                     std::uint64_t{1} << 62 | std::uint64_t{energy_short} << 26 | energy,
                                     std::uint64_t{1} << 63,
                                     2,
                                     std::uint64_t{2} << 32 | 1,
                                     std::uint64_t{4} << 32 | 3};
    words[0] = std::uint64_t{2} << 60 | std::uint64_t{counter & 0xFFFFFF} << 32 | words.size();
    return words;
}

inline void append(std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& words) {
    to.insert(to.end(), words.begin(), words.end());
}

}  // namespace spillgate::hw::dig2::testing
