// Which slots of one daemon are in the spectra: sorted disjoint ranges, so a run without gaps is one range.
#pragma once

#include <cstdint>
#include <map>

namespace spillgate::offline {

class SlotAccount {
  public:
    // false: it was there already. O(log ranges).
    bool add(std::uint64_t slot);
    // Adds [first, last].
    void add_range(std::uint64_t first, std::uint64_t last);
    bool contains(std::uint64_t slot) const;
    std::uint64_t size() const { return size_; }
    // first → last, both inside.
    const std::map<std::uint64_t, std::uint64_t>& ranges() const { return ranges_; }
    bool operator==(const SlotAccount&) const = default;

  private:
    std::map<std::uint64_t, std::uint64_t> ranges_;
    std::uint64_t size_ = 0;
};

}  // namespace spillgate::offline
