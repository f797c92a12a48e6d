// How the programs are asked to end: SIGINT, SIGTERM, and SIGHUP when their terminal is closed.
#pragma once

#include <csignal>

namespace spillgate::proto {

// From now on: 0 until the first such signal, then its number; the program ends cleanly. A second one does
// not wait for that: the process exits at once, with status 1. SIGPIPE is ignored.
const volatile std::sig_atomic_t& catch_ending_signals();

}  // namespace spillgate::proto
