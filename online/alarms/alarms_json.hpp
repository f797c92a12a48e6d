// Alarms as the console's API shows them, and as words in the logbook.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "online/alarms/alarm_journal.hpp"
#include "online/alarms/alarm_table.hpp"

namespace spillgate::online {

boost::json::array alarms_json(const std::vector<AlarmTable::View>& views);
boost::json::object transition_json(const Transition& moved);
boost::json::array alarm_events_json(const std::vector<AlarmEventRow>& events);

// One line for the logbook; empty for what is not worth one (pending, or back from it).
std::string line_of(const Transition& moved);

}  // namespace spillgate::online
