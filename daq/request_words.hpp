// What requests say: whether their content can be carried out at all, and in words, who asks for what.
#pragma once

#include <string>

#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq {

// What can be said of a request whatever the state: names, texts, run type, limits. Errors: REFUSED, naming
// the field and what is allowed.
proto::Status check_content(const wire::Request& request);

// The person, or the program if it names nobody; empty for the lead and the daemon itself.
std::string asker_of(const wire::Request& request);

// "stop by A. Person via console"; empty for requests that change nothing.
std::string words_of(const wire::Request& request);

// A note of the run, with who wrote it and when: "HV lowered (A. Person, 2026-11-29 02:15:40 UTC)".
std::string note_line(const wire::Request& request);

// Whether it asks for another state: configure, start (of the lead, or by it), pause, resume, stop, reset.
bool changes_state(const wire::Request& request);

}  // namespace spillgate::daq
