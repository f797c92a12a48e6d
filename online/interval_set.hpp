// A set of 64-bit numbers kept as disjoint half-open intervals: the account of sequence numbers and slots.
// Cost is in the number of intervals (one, when nothing is missing), not of numbers.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace spillgate::online {

struct Interval {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // one past the end
    bool operator==(const Interval&) const = default;
};

class IntervalSet {
  public:
    // Adds [first, last); what is already there stays. O(log n + merged).
    void insert(std::uint64_t first, std::uint64_t last);
    void insert(std::uint64_t value) { insert(value, value + 1); }
    void erase(std::uint64_t first, std::uint64_t last);
    void clear() { intervals_.clear(); }

    bool contains(std::uint64_t value) const;
    bool empty() const { return intervals_.empty(); }
    std::uint64_t count() const;                                                // numbers in the set
    std::uint64_t count_within(std::uint64_t first, std::uint64_t last) const;  // of [first, last)
    std::uint64_t end() const;  // one past the largest; 0 if empty
    std::vector<Interval> intervals() const;
    // The parts of [first, last) that are not in the set, at most `limit` of them, in order.
    std::vector<Interval> missing(std::uint64_t first, std::uint64_t last,
                                  std::size_t limit = SIZE_MAX) const;
    // Every number of this set is in `other`.
    bool subset_of(const IntervalSet& other) const;
    bool operator==(const IntervalSet&) const = default;

  private:
    std::map<std::uint64_t, std::uint64_t> intervals_;  // first → last
};

}  // namespace spillgate::online
