// The light of all PMTs, sample by sample, in units of 2^-28 PE (pmt/spe_charges.hpp): exact integers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/lar/pmt_light.hpp"

namespace spillgate::offline::lar {

// Positions as in PmtLight. Memory is reused; a sample that no PMT has is 0.
class SummedLight {
  public:
    // Takes [from, until), empty.
    void begin(std::int64_t from, std::int64_t until);
    void add(const PmtLight& pmt, std::int64_t weight);

    // Of positions inside what begin() took; bounds outside are clamped to it.
    std::int64_t at(std::int64_t position) const { return sums_[static_cast<std::size_t>(position - from_)]; }
    std::int64_t sum(std::int64_t from, std::int64_t until) const;
    // Not of an empty stretch.
    std::int64_t highest(std::int64_t from, std::int64_t until) const;

  private:
    std::span<const std::int64_t> stretch(std::int64_t from, std::int64_t until) const;

    std::int64_t from_ = 0;
    std::vector<std::int64_t> sums_;
};

}  // namespace spillgate::offline::lar
