// Requests to daemons' control sockets, one at a time, off the caller's thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::online {

// Owns a thread and sockets. Stops within `patience`.
class ControlClient {
  public:
    using Answer = std::function<void(proto::Result<wire::Reply>)>;

    ControlClient(std::string runtime_dir, std::chrono::milliseconds patience);
    ~ControlClient();

    // Sends `request` to `daemon`. `answer` is called on this client's thread, once: with the reply, or
    // TIMED_OUT, IO or CORRUPT. False: too many requests wait already; `answer` is not called.
    bool post(std::string daemon, wire::Request request, Answer answer);

  private:
    struct Item {
        std::string daemon;
        wire::Request request;
        Answer answer;
    };
    void serve(const std::stop_token& stop);

    std::string runtime_dir_;
    std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable_any filled_;
    std::deque<Item> waiting_;
    std::jthread thread_;
};

}  // namespace spillgate::online
