// The module's 48-bit counter continued beyond its wraps.
#pragma once

#include <cstdint>

namespace spillgate::hw::dig2 {

class Stamp48 {
  public:
    // The reading nearest to the latest one (within ±2^47 stamps; at 2 ns that is three days).
    std::int64_t extended(std::uint64_t stamp) const {
        if (!seen_) return static_cast<std::int64_t>(stamp);
        constexpr unsigned spare = 16;
        const std::uint64_t ahead = stamp - static_cast<std::uint64_t>(latest_);
        // The difference's low 48 bits, sign-extended.
        return latest_ + (static_cast<std::int64_t>(ahead << spare) >> spare);
    }
    // Makes it the latest one; earlier ones leave it.
    void advance(std::int64_t extended) {
        constexpr unsigned width = 48;
        if (seen_ && extended <= latest_) return;
        if (seen_ && extended >> width != latest_ >> width) ++rollovers_;
        latest_ = extended;
        seen_ = true;
    }
    bool seen() const { return seen_; }
    std::int64_t latest() const { return latest_; }
    std::uint64_t rollovers() const { return rollovers_; }

  private:
    bool seen_ = false;
    std::int64_t latest_ = 0;
    std::uint64_t rollovers_ = 0;
};

}  // namespace spillgate::hw::dig2
