// A view of big-endian 64-bit words as they came from the module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <boost/endian/conversion.hpp>

namespace spillgate::hw::dig2 {

class Words {
  public:
    static constexpr std::size_t bytes_per_word = 8;

    Words() = default;
    // Bytes beyond the last whole word are not seen.
    explicit Words(std::span<const std::uint8_t> bytes)
        : first_(bytes.data()), count_(bytes.size() / bytes_per_word) {}

    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    // i < size()
    std::uint64_t operator[](std::size_t i) const {
        return boost::endian::load_big_u64(first_ + i * bytes_per_word);
    }
    // The words from `begin` on, begin ≤ size().
    Words from(std::size_t begin) const { return {first_ + begin * bytes_per_word, count_ - begin}; }
    // The first `count` words, count ≤ size().
    Words first(std::size_t count) const { return {first_, count}; }

  private:
    Words(const std::uint8_t* first, std::size_t count) : first_(first), count_(count) {}

    const std::uint8_t* first_ = nullptr;
    std::size_t count_ = 0;
};

// `width` bits of a word from bit `low` on.
constexpr std::uint64_t bits(std::uint64_t word, unsigned low, unsigned width) {
    return word >> low & ((width < 64 ? std::uint64_t{1} << width : 0) - 1);
}

}  // namespace spillgate::hw::dig2
