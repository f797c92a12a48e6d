#include "online/alarms/alarm_states.hpp"

#include <algorithm>
#include <array>

namespace spillgate::online {

namespace {

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
    switch (state) {
        case NORMAL:
            return "normal";
        case PENDING:
            return "pending";
        case UNACKNOWLEDGED:
            return "unacknowledged";
        case ACKNOWLEDGED:
            return "acknowledged";
        case RETURNED:
            return "returned";
        case SHELVED:
            return "shelved";
    }
    return "unknown";
}

std::string_view name_of(AlarmEvent event) {
    switch (event) {
        case OUTSIDE:
            return "outside";
        case HELD:
            return "held";
        case INSIDE:
            return "inside";
        case CLEARED:
            return "cleared";
        case ACKNOWLEDGE:
            return "acknowledge";
        case SHELVE:
            return "shelve";
        case UNSHELVE:
            return "unshelve";
    }
    return "unknown";
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
