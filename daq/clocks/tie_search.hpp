// Which mark of one clock is which mark of another: by cycle ids, or by the pattern of the marks' jitter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "daq/clocks/clock_order.hpp"
#include "proto/time.hpp"

namespace spillgate::daq {

// A mark as one clock saw it.
struct SeenMark {
    proto::ClockTime time;
    double uncertainty_ns = 0;
    std::optional<std::uint64_t> cycle_id;
};

// Readings of two clocks ("here" and "there") at one moment, and how much faster the one runs.
struct ClockRelation {
    proto::ClockTime here;
    proto::ClockTime there;
    double ratio = 1;  // ticks there per tick here

    proto::ClockTime to_there(const proto::ClockTime& time) const {
        return shifted(there, proto::ticks_between(time, here) * ratio);
    }
    proto::ClockTime to_here(const proto::ClockTime& time) const {
        return shifted(here, proto::ticks_between(time, there) / ratio);
    }
};

struct TieSearchSettings {
    double nominal_ratio = 1;             // of the nominal frequencies, there / here
    double max_frequency_error = 100e-6;  // of `ratio` against the nominal one
    double residual_limit = 125;          // ticks there: marks of a good tie lie this close to it
    double pairing_distance = 50'000;     // ticks there: how far apart a wrong pair may seem to lie
    std::size_t marks = 32;               // that the pattern is made of
};

struct FoundTie {
    ClockRelation relation;  // at the newest pair
    double rms = 0;          // ticks there, of the marks about the straight line
    std::size_t pairs = 0;
};

// All marks are of one epoch each and in order of time.

// Marks with equal cycle ids. Nothing unless at least four pairs lie on one line within the limit.
std::optional<FoundTie> find_by_cycle(std::span<const SeenMark> here, std::span<const SeenMark> there,
                                      const TieSearchSettings& settings);

// The facility's marks jitter, and both clocks see the same jitter: of all pairings of the last
// `settings.marks` marks of one clock with marks of the other, only the right one lies on a straight line.
// Tried both ways, since either list may reach further. Nothing unless one pairing lies within the limit (rms
// of at least three quarters of the marks) and every other one is four times worse; so nothing where marks
// jitter less than the clocks resolve, or where the right partners are not among the marks.
std::optional<FoundTie> find_by_pattern(std::span<const SeenMark> here, std::span<const SeenMark> there,
                                        const TieSearchSettings& settings);

}  // namespace spillgate::daq
