#include "online/niceness.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace spillgate::online {

void give_way(int niceness) {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

}  // namespace spillgate::online
