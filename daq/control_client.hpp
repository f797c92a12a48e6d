// Asks a daemon's control socket. Owns a socket.
#pragma once

#include <chrono>
#include <string>

#include <zmq.hpp>

#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq {

class ControlClient {
  public:
    ControlClient(zmq::context_t& context, std::string endpoint);

    // One request, one reply. Errors: TIMED_OUT (nobody there, or too busy; a late reply is never taken for
    // that of a later request), CORRUPT, IO. A refusal is a reply, with ok = false.
    proto::Result<wire::Reply> ask(const wire::Request& request, std::chrono::milliseconds timeout);

    // The same in two halves, for a caller that has other things to do. `collect` is empty while there is no
    // reply yet.
    void send(const wire::Request& request);
    bool collect(wire::Reply& reply);

  private:
    void connect();
    zmq::context_t& context_;
    std::string endpoint_;
    zmq::socket_t socket_;
};

}  // namespace spillgate::daq
