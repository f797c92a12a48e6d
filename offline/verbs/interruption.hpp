// Lets a person end long work with what has been done: SIGINT or SIGTERM asks it to stop, a second one ends
// the program at once. Owns a thread, which ends with this object, within a tenth of a second.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace spillgate::offline {

// Make it before the threads that work, so that they leave the signals to it; they are as before afterwards.
class Interruption {
  public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

    std::stop_token token() const { return asked_.get_token(); }

  private:
    sigset_t before_{};
    std::stop_source asked_;
    std::jthread watcher_;
};

}  // namespace spillgate::offline
