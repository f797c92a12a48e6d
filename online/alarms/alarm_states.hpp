// The states of an alarm and what moves it from one to another, after ANSI/ISA-18.2 (IEC 62682): an alarm
// stays until a person has acknowledged it and its cause has gone, in whichever order.
#pragma once

#include <optional>
#include <string_view>

namespace spillgate::online {

enum class AlarmState {
    NORMAL,
    PENDING,         // outside its limit, not yet for long enough
    UNACKNOWLEDGED,  // outside, nobody has said that they know
    ACKNOWLEDGED,    // outside, somebody knows
    RETURNED,        // inside again, and nobody has acknowledged it
    SHELVED,         // silenced by a person until a time
};

enum class AlarmEvent {
    OUTSIDE,      // the quantity is beyond its limit
    HELD,         // … for for_s
    INSIDE,       // it is not beyond its limit
    CLEARED,      // inside by the hysteresis for back_for_s
    ACKNOWLEDGE,  // a person
    SHELVE,       // a person
    UNSHELVE,     // a person, or its time is over
};

std::string_view name_of(AlarmState state);
std::optional<AlarmState> alarm_state_from_name(std::string_view name);
std::string_view name_of(AlarmEvent event);

// Where the event leads; nothing: it changes nothing in that state.
std::optional<AlarmState> next_state(AlarmState state, AlarmEvent event);

// Whether it is to be seen in the banner.
bool is_active(AlarmState state);

}  // namespace spillgate::online
