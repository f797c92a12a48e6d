// A verb of run control, from asking the daemon to the end of the transition.
#pragma once

#include <chrono>
#include <string>

#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq {

struct ControlVerb {
    wire::Request request;
    std::string endpoint;  // of the daemon's control socket
    std::chrono::duration<double> timeout{30};
    bool json = false;  // the status as JSON, whatever the verb
};

struct ControlAnswer {
    bool done = false;
    std::string told;  // for stdout
    std::string why;   // if it is not done: refused, failed, or not in time
};

// Errors: TIMED_OUT (no daemon answers), CORRUPT, IO. A refusal is an answer.
proto::Result<ControlAnswer> run_control_verb(const ControlVerb& verb);

}  // namespace spillgate::daq
