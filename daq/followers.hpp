// The other daemons, as the lead sees them. Owns sockets; used from one thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "daq/control_client.hpp"
#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq {

// A request to a follower, with what says so.
wire::Request from_lead();

class Followers {
  public:
    Followers(const std::vector<std::string>& names, const std::string& runtime_dir);
    ~Followers();

    bool empty() const { return followers_.empty(); }
    std::size_t size() const { return followers_.size(); }

    // Asks every follower in turn. Errors: of the first that refused or did not answer, with its name; the
    // others are not asked any more.
    proto::Status ask_each(const wire::Request& request);
    // The same for those that are in a run and reachable, all of them whatever one says.
    proto::Status ask_each_in_run(const wire::Request& request);

    // Sends and collects status requests; never blocks.
    void poll();
    // What each said last; `reachable` if it answered within the last 2 s. One that never answered has only a
    // name.
    std::vector<wire::DaemonStatus> statuses() const;

  private:
    struct Follower;
    static proto::Status ask(Follower& follower, const wire::Request& request);
    zmq::context_t context_;
    std::vector<std::unique_ptr<Follower>> followers_;
};

}  // namespace spillgate::daq
