// What the logbook says of shifts.
#pragma once

#include <optional>
#include <string>

#include "online/shift/shift.hpp"

namespace spillgate::online {

// `over`: the one that it ended without a handover.
std::string begun_words(const Shift& shift, const std::optional<Shift>& over);
// With all lines of its checklist.
std::string complete_words(const Shift& shift);
// The note first, so that it is what is found and read; then people and checklist, as far as there is room.
std::string handed_over_words(const Shift& shift);

}  // namespace spillgate::online
