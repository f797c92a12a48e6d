// Requests to daemons' control sockets, off the caller's thread: a lane of its own for each daemon, so that
// one that does not answer delays no other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::online {

// Owns a thread per daemon that was ever asked, and sockets. Stops within `patience`.
class ControlClient {
  public:
    using Answer = std::function<void(proto::Result<wire::Reply>)>;

    ControlClient(std::string runtime_dir, std::chrono::milliseconds patience);
    ~ControlClient();

    // Sends `request` to `daemon`, after what waits for it already; a report of losses lets everything else
    // go first. `answer` is called once, on the daemon's lane: with the reply, or TIMED_OUT, IO or CORRUPT.
    // False: too many requests wait already, or too many daemons have been asked; `answer` is not called.
    bool post(const std::string& daemon, wire::Request request, Answer answer);

  private:
    class Lane;

    std::string runtime_dir_;
    std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<Lane>, std::less<>> lanes_;
};

}  // namespace spillgate::online
