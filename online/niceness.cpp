#include "online/niceness.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spillgate::online {

namespace {

// ioprio_set(2). The kernel's own header cannot be included: newer ones name a parameter "class".
constexpr int of_a_thread = 1;  // IOPRIO_WHO_PROCESS
constexpr int idle_class = 3;   // IOPRIO_CLASS_IDLE
constexpr int class_shift = 13;

}  // namespace

void give_way(int niceness) {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

void give_way_on_disk() {
    constexpr int this_thread = 0;
    syscall(SYS_ioprio_set, of_a_thread, this_thread, idle_class << class_shift);
}

}  // namespace spillgate::online
