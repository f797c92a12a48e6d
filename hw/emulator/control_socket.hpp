// Requests to the emulator while it runs (proto/schema/emulator_control.proto). Owns a thread and a ZeroMQ
// REP socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <zmq.hpp>

#include "proto/result.hpp"
#include "proto/schema/emulator_control.pb.h"

namespace spillgate::hw::emulator {

class ControlSocket {
  public:
    // Called on the socket's thread.
    using Handler = std::function<config::EmulatorReply(const config::EmulatorRequest&)>;

    // `endpoint` is ipc://PATH; the last folder of the path is made if it is not there. Errors: IO.
    static proto::Result<std::unique_ptr<ControlSocket>> bind(const std::string& endpoint, Handler handler);

  private:
    ControlSocket(zmq::context_t context, zmq::socket_t socket, Handler handler);
    zmq::context_t context_;
    zmq::socket_t socket_;
    Handler handler_;
    std::jthread thread_;  // the last: it ends first, within 100 ms

    void run(const std::stop_token& stop);
    void serve_one();
};

}  // namespace spillgate::hw::emulator
