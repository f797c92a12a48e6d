// Light that several PMTs of one detector see at the same time (docs/reconstruction.md, "Several PMTs").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace spillgate::offline::pmt {

inline constexpr std::size_t most_pmts = 64;  // of one detector

// Where light of one PMT begins, in samples of the window: from its roi begin, negative before it.
struct Onset {
    std::int64_t position = 0;
    std::uint32_t pmt = 0;  // < most_pmts; 0 is the channel that names the chain
    bool operator==(const Onset&) const = default;
};

struct CoincidenceRule {
    std::int64_t within = 0;  // samples: first light of the PMTs no further apart
    std::uint32_t pmts = 2;   // so many must see light
};

struct Coincidence {
    std::int64_t first = 0;  // position of the earliest light
    std::int64_t last = 0;   // first light of the PMT that was the last to see any
    std::uint32_t pmts = 0;  // that saw light in [first, first + within]
};

// Sorts by position, then PMT: the order that the functions below need.
void sort_onsets(std::span<Onset> onsets);

// The earliest onset at or after `from` with light of at least rule.pmts PMTs, its own included, from it to
// `within` later; empty if there is none. O(log n + what it passes).
std::optional<Coincidence> first_coincidence(std::span<const Onset> onsets, std::int64_t from,
                                             const CoincidenceRule& rule);

// How many coincidences begin in [from, until), one after the other: the next is sought after the last one's
// first + within.
std::uint64_t count_coincidences(std::span<const Onset> onsets, std::int64_t from, std::int64_t until,
                                 const CoincidenceRule& rule);

}  // namespace spillgate::offline::pmt
