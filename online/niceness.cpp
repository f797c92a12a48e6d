#include "online/niceness.hpp"

#include <linux/ioprio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spillgate::online {

void give_way(int niceness) {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

void give_way_on_disk() {
    constexpr int this_thread = 0;
    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, this_thread, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

}  // namespace spillgate::online
