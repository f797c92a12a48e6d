// What a good-run list says, as stretches of slots in the order of runs: to add to, to take from, to compare.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "proto/schema/good_runs.pb.h"

namespace spillgate::offline {

inline constexpr std::uint64_t last_slot_of_run = std::numeric_limits<std::uint64_t>::max();

struct RunSlot {
    std::uint32_t run = 0;
    std::uint64_t slot = 0;
    auto operator<=>(const RunSlot&) const = default;
};

// Everything from first to last, both inside; it may reach over several runs.
struct Stretch {
    RunSlot first, last;  // of an open end the slot is last_slot_of_run
    std::string note;     // why
    bool operator==(const Stretch&) const = default;
};

class GoodStretches {
  public:
    GoodStretches() = default;
    // Entries may stand in any order and overlap: of two notes the later one counts.
    explicit GoodStretches(const config::GoodRunList& list);

    void add(const Stretch& stretch);  // replaces the notes of what was good already
    void remove(const RunSlot& first, const RunSlot& last);
    // Disjoint and in order; neighbours with the same note are one.
    const std::vector<Stretch>& all() const { return all_; }

    // As entries of a list: whole runs together, pieces of a run one by one.
    void write(config::GoodRunList& list) const;

  private:
    std::vector<Stretch> all_;
};

// What is good in `one` and not in `other`, with the notes of `one`.
std::vector<Stretch> only_in(const GoodStretches& one, const GoodStretches& other);

// "runs 3 to 8", "run 3", "run 3, slots 100 to 200", "run 3, slots from 100", "run 3, slots up to 200"; of a
// stretch that is none of these, its parts with "; " between.
std::string words_of(const Stretch& stretch);

}  // namespace spillgate::offline
