#include "daq/run_states.hpp"

#include <array>

#include <fmt/format.h>

namespace spillgate::daq {

namespace {

using T = Trigger;

constexpr std::array table{
    Transition{wire::IDLE, T::CONFIGURE, wire::CONFIGURING},
    Transition{wire::CONFIGURED, T::CONFIGURE, wire::CONFIGURING},
    Transition{wire::CONFIGURING, T::CONFIGURATION_READ, wire::CONFIGURED},
    Transition{wire::CONFIGURING, T::CONFIGURATION_REFUSED, wire::IDLE},
    Transition{wire::CONFIGURED, T::PREPARE, wire::PREPARING},
    Transition{wire::PREPARING, T::COMMIT, wire::STARTING},
    Transition{wire::PREPARING, T::ABANDON, wire::CONFIGURED},
    Transition{wire::STARTING, T::FIRST_SLOT_OPEN, wire::RUNNING},
    Transition{wire::STARTING, T::ABANDON, wire::CONFIGURED},
    Transition{wire::STARTING, T::STOP, wire::STOPPING},
    Transition{wire::RUNNING, T::PAUSE, wire::PAUSING},
    Transition{wire::PAUSING, T::PAUSE_REACHED, wire::PAUSED_STATE},
    Transition{wire::PAUSING, T::STOP, wire::STOPPING},
    Transition{wire::PAUSED_STATE, T::RESUME, wire::RESUMING},
    Transition{wire::RESUMING, T::RESUME_REACHED, wire::RUNNING},
    Transition{wire::RESUMING, T::STOP, wire::STOPPING},
    Transition{wire::RUNNING, T::STOP, wire::STOPPING},
    Transition{wire::PAUSED_STATE, T::STOP, wire::STOPPING},
    Transition{wire::STOPPING, T::RUN_CLOSED, wire::CONFIGURED},
    Transition{wire::FAULT, T::RESET, wire::IDLE},
};

std::string possible_from(State from) {
    std::string list;
    for (const auto& t : table) {
        if (t.from != from || t.trigger > T::RESET) continue;
        if (!list.empty()) list += ", ";
        list += name_of(t.trigger);
    }
    return list;
}

}  // namespace

std::span<const Transition> transitions() {
    return table;
}

proto::Result<State> next_state(State from, Trigger trigger) {
    if (trigger == T::FAILED) return wire::FAULT;
    for (const auto& t : table)
        if (t.from == from && t.trigger == trigger) return t.to;
    const auto possible = possible_from(from);
    return proto::error(proto::ErrorKind::REFUSED,
                        fmt::format("cannot {} while {}; {}", name_of(trigger), name_of(from),
                                    possible.empty() ? std::string("wait until this state has ended")
                                                     : "possible now: " + possible));
}

bool is_steady(State state) {
    switch (state) {
        case wire::IDLE:
        case wire::CONFIGURED:
        case wire::RUNNING:
        case wire::PAUSED_STATE:
        case wire::FAULT:
            return true;
        default:
            return false;
    }
}

std::string_view name_of(Trigger trigger) {
    switch (trigger) {
        case T::CONFIGURE:
            return "configure";
        case T::PREPARE:
            return "start";
        case T::COMMIT:
            return "commit";
        case T::ABANDON:
            return "abandon";
        case T::PAUSE:
            return "pause";
        case T::RESUME:
            return "resume";
        case T::STOP:
            return "stop";
        case T::RESET:
            return "reset";
        case T::CONFIGURATION_READ:
            return "finish configuring";
        case T::CONFIGURATION_REFUSED:
            return "refuse the configuration";
        case T::FIRST_SLOT_OPEN:
            return "open the first slot";
        case T::PAUSE_REACHED:
            return "finish pausing";
        case T::RESUME_REACHED:
            return "finish resuming";
        case T::RUN_CLOSED:
            return "close the run";
        case T::FAILED:
            return "fail";
    }
    return "unknown";
}

}  // namespace spillgate::daq
