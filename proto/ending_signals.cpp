#include "proto/ending_signals.hpp"

#include <initializer_list>

#include <unistd.h>

namespace spillgate::proto {

namespace {

volatile std::sig_atomic_t caught = 0;

void on_signal(int number) {
    if (caught != 0) ::_exit(1);
    caught = number;
}

}  // namespace

const volatile std::sig_atomic_t& catch_ending_signals() {
    struct sigaction action{};
    action.sa_handler = on_signal;
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(number, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return caught;
}

}  // namespace spillgate::proto
