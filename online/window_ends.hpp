// When the newest slot in the spectra ended: what a console shows is as old as that.
#pragma once

#include <array>
#include <cstdint>

namespace spillgate::online {

class WindowEnds {  // O(1) per slot, no memory of its own
  public:
    void recorded(std::uint32_t run, std::uint64_t slot, std::int64_t window_end_utc_ns) {
        ends_[slot % ends_.size()] = {run, slot, window_end_utc_ns};
    }
    // The slot is in the spectra now. One whose record came long before its verdict is not known any more.
    void filled(std::uint32_t run, std::uint64_t slot) {
        const End& end = ends_[slot % ends_.size()];
        if (end.run == run && end.slot == slot) newest_utc_ns_ = end.utc_ns;
    }
    std::int64_t newest_utc_ns() const { return newest_utc_ns_; }  // 0: none yet

  private:
    struct End {
        std::uint32_t run = 0;
        std::uint64_t slot = 0;
        std::int64_t utc_ns = 0;
    };
    std::array<End, 1024> ends_{};
    std::int64_t newest_utc_ns_ = 0;
};

}  // namespace spillgate::online
