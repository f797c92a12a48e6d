// A shift and who is on call, as the console's API tells them, for a terminal.
#pragma once

#include <string>

#include <boost/json/object.hpp>

namespace spillgate::daq {

// One shift with its people, its checklist, whose lines count from 1, and its handover.
std::string shift_text(const boost::json::object& shift);
// A note with who left it, and whether it was read.
std::string handover_text(const boost::json::object& handover);
// Those of now and later with the numbers by which they are taken off, and the next gap.
std::string on_call_text(const boost::json::object& on_call);

}  // namespace spillgate::daq
