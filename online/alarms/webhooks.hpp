// Tells webhooks of alarms and of runs that end.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "online/alarms/alarm_table.hpp"
#include "proto/schema/console.pb.h"
#include "proto/schema/run.pb.h"
#include "proto/web_address.hpp"

namespace spillgate::online {

class Webhooks {  // owns a thread; stops within 2 s, unless a name service keeps it
  public:
    static constexpr std::size_t max_waiting = 64;

    struct Options {
        std::chrono::milliseconds patience{5000};
        // Before another attempt; after the last one the message is given up.
        std::array<std::chrono::milliseconds, 3> pauses{std::chrono::seconds(10), std::chrono::minutes(1),
                                                        std::chrono::minutes(10)};
    };
    struct Counts {
        std::uint64_t delivered = 0;
        std::uint64_t attempts_failed = 0;
        std::uint64_t given_up = 0;
        std::uint64_t dropped = 0;  // too many were waiting
        std::size_t waiting = 0;
    };

    // Reads the secrets. Errors: CONFIG (url), NOT_FOUND, IO, REFUSED (a secret that others may read).
    static proto::Result<std::unique_ptr<Webhooks>> start(const config::Console& console,
                                                          const Options& options);
    static proto::Result<std::unique_ptr<Webhooks>> start(const config::Console& console);
    ~Webhooks();
    Webhooks(const Webhooks&) = delete;
    Webhooks& operator=(const Webhooks&) = delete;

    // Raised, acknowledged, returned or shelved; other changes, and less severe ones, are nobody's business.
    // From any thread; waits for nothing.
    void tell(const Transition& moved);
    void tell_run_end(const wire::RunDescription& run);

    Counts counts() const;
    std::string newest_trouble() const;  // why the last attempt that failed did; empty: none has

  private:
    using Clock = std::chrono::steady_clock;
    struct Address {
        config::Webhook hook;
        proto::WebAddress place;
        std::string secret;
    };
    struct Message {
        const Address* address = nullptr;
        std::string body;
        std::uint64_t number = 0;  // the same in each attempt
        std::size_t attempts = 0;
        Clock::time_point due;
    };

    Webhooks(std::vector<Address> addresses, const Options& options);
    void add(const Address& address, const std::string& body);
    void run(const std::stop_token& stop);
    void attempt(Message message, const std::stop_token& stop);

    const std::vector<Address> addresses_;
    const Options options_;
    mutable std::mutex mutex_;
    std::condition_variable_any woken_;
    std::vector<Message> waiting_;
    Counts counts_;
    std::string trouble_;
    std::uint64_t numbers_ = 0;
    std::jthread thread_;
};

}  // namespace spillgate::online
