// Asio operations with a deadline, on the thread that runs the source.
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>

#include <boost/asio/io_context.hpp>

namespace spillgate::hw::dig2 {

using SteadyClock = std::chrono::steady_clock;

enum class Waited { DONE, TIMED_OUT, STOPPED };

// Until when an operation may last.
struct Limit {
    SteadyClock::time_point deadline;
    std::stop_token stop;
};

// Runs handlers until `done()`. Returns within 20 ms of a stop request.
template <class Done>
Waited run_until(boost::asio::io_context& io, const Limit& limit, Done done) {
    constexpr std::chrono::milliseconds look_up(20);
    while (!done()) {
        const auto now = SteadyClock::now();
        if (limit.stop.stop_requested()) return Waited::STOPPED;
        if (now >= limit.deadline) return Waited::TIMED_OUT;
        io.restart();
        io.run_one_until(std::min(limit.deadline, now + look_up));
    }
    return Waited::DONE;
}

}  // namespace spillgate::hw::dig2
