#include "online/alarms/alarm_states.hpp"

#include <algorithm>
#include <array>

namespace spillgate::online {

namespace {

constexpr std::array<std::string_view, 6> state_names{"normal",       "pending",  "unacknowledged",
                                                      "acknowledged", "returned", "shelved"};
constexpr std::array<std::string_view, 7> event_names{"outside",     "held",   "inside",  "cleared",
                                                      "acknowledge", "shelve", "unshelve"};

struct Step {
    AlarmState from;
    AlarmEvent event;
    AlarmState to;
};

using enum AlarmState;
using enum AlarmEvent;

constexpr std::array steps{
    Step{NORMAL, OUTSIDE, PENDING},
    Step{PENDING, INSIDE, NORMAL},
    Step{PENDING, HELD, UNACKNOWLEDGED},
    Step{UNACKNOWLEDGED, ACKNOWLEDGE, ACKNOWLEDGED},
    Step{UNACKNOWLEDGED, CLEARED, RETURNED},
    Step{ACKNOWLEDGED, CLEARED, NORMAL},
    Step{RETURNED, ACKNOWLEDGE, NORMAL},
    Step{RETURNED, HELD, UNACKNOWLEDGED},
    // What is known to be bad can be silenced, also before it alarms.
    Step{NORMAL, SHELVE, SHELVED},
    Step{PENDING, SHELVE, SHELVED},
    Step{UNACKNOWLEDGED, SHELVE, SHELVED},
    Step{ACKNOWLEDGED, SHELVE, SHELVED},
    Step{RETURNED, SHELVE, SHELVED},
    Step{SHELVED, SHELVE, SHELVED},  // for longer
    // Judged afresh.
    Step{SHELVED, UNSHELVE, NORMAL},
};

}  // namespace

std::string_view name_of(AlarmState state) {
    return state_names[static_cast<std::size_t>(state)];
}

std::string_view name_of(AlarmEvent event) {
    return event_names[static_cast<std::size_t>(event)];
}

std::optional<AlarmState> alarm_state_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(state_names, name);
    if (found == state_names.end()) return std::nullopt;
    return static_cast<AlarmState>(found - state_names.begin());
}

std::optional<AlarmState> next_state(AlarmState state, AlarmEvent event) {
    const auto* const found = std::ranges::find_if(
        steps, [&](const Step& step) { return step.from == state && step.event == event; });
    if (found == steps.end()) return std::nullopt;
    return found->to;
}

bool is_active(AlarmState state) {
    return state == UNACKNOWLEDGED || state == ACKNOWLEDGED || state == RETURNED;
}

}  // namespace spillgate::online
