// States of a daemon and the one table of transitions between them.
//
// Steady states (IDLE, CONFIGURED, RUNNING, PAUSED_STATE, FAULT) change only on a request or a failure;
// transitional ones end by themselves.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "proto/names.hpp"
#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq {

using wire::State;

enum class Trigger {
    // requested by a person or by the lead
    CONFIGURE,
    PREPARE,  // a start: the first phase
    COMMIT,   // the second phase
    ABANDON,
    PAUSE,
    RESUME,
    STOP,
    RESET,
    // by the daemon itself
    CONFIGURATION_READ,
    CONFIGURATION_REFUSED,
    FIRST_SLOT_OPEN,
    PAUSE_REACHED,
    RESUME_REACHED,
    RUN_CLOSED,
    FAILED,
};

struct Transition {
    State from;
    Trigger trigger;
    State to;
};

// The whole table; FAILED leads from every state to FAULT and is not repeated for each.
std::span<const Transition> transitions();

// Errors: REFUSED, with the reason and what is possible instead, in words.
proto::Result<State> next_state(State from, Trigger trigger);

bool is_steady(State state);
std::string_view name_of(Trigger trigger);  // "configure", "start", "pause" …

}  // namespace spillgate::daq
