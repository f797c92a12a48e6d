// A run that is followed, and what a test makes arrive.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "online/live_run.hpp"
#include "tests/online/synthetic_run.hpp"

namespace spillgate::test {

class FollowedRun {
  public:
    // Of one daemon, "daq", which records into `directory`.
    FollowedRun(std::uint32_t number, const std::string& directory, bool from_start = true,
                const std::shared_ptr<const offline::Engine>& engine = demo_engine());

    bool arrive(const proto::Message& message);
    void arrive(std::span<const proto::Message> messages);
    // Heals until nothing is left to do at once.
    void heal();
    // Until the run is closed; what waits for files gives up after 120 s.
    void close();

  private:
    online::ReconstructionCrew crew_;

  public:
    online::LiveRun run;
};

}  // namespace spillgate::test
