// The last slots, as GET /api/beam has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace spillgate::daq {

struct BeamSlot {
    std::uint64_t slot = 0;
    double deviation_ns = 0;  // NaN: not known
    double charge_uc = 0;     // NaN: missing
    std::string charge_state;
    std::vector<std::string> marks;  // what is to be said of it
};

// Oldest first; what is no slot is left out.
std::vector<BeamSlot> slots_in(const boost::json::object& beam);

// Deviations, charges and marks of all of them, in lines; empty without slots.
std::string slots_text(const std::vector<BeamSlot>& slots);
// A row for each; empty where nothing is known.
std::string slots_csv(const std::vector<BeamSlot>& slots);

}  // namespace spillgate::daq
