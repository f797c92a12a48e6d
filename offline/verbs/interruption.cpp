#include "offline/verbs/interruption.hpp"

#include <ctime>

#include <pthread.h>
#include <unistd.h>

namespace spillgate::offline {

namespace {

constexpr int exit_status_failed = 1;
constexpr timespec tenth_of_a_second{0, 100'000'000};

void watch(const std::stop_token& over, const sigset_t& signals, const std::stop_source& asked) {
    while (!over.stop_requested()) {
        if (::sigtimedwait(&signals, nullptr, &tenth_of_a_second) < 0) continue;
        // Whoever asks twice does not want to wait.
        if (asked.stop_requested()) ::_exit(exit_status_failed);
        asked.request_stop();
    }
}

}  // namespace

Interruption::Interruption() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    watcher_ =
        std::jthread([signals, asked = asked_](const std::stop_token& over) { watch(over, signals, asked); });
}

Interruption::~Interruption() {
    watcher_.request_stop();
    watcher_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace spillgate::offline
