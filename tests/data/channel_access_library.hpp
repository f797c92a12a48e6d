// Whether tests can use EPICS's Channel Access client library here; if not, it says why they are skipped.
#pragma once

#include <cstdio>

#include "hw/epics/channel_access_library.hpp"

namespace spillgate::test {

inline bool channel_access_is_there() {
#ifdef __SANITIZE_THREAD__
    std::puts(
        "SKIPPED: ThreadSanitizer's runtime ends the process when libCom detaches a thread that was joined");
    return false;
#else
    if (hw::epics::load_ca_library("libca.so.4.13.5")) return true;
    std::puts("SKIPPED: libca.so.4.13.5 is not installed (Debian package libca4.13.5)");
    return false;
#endif
}

}  // namespace spillgate::test
