// EPICS's Channel Access client library, loaded at run time: Debian ships it without headers, and who has no
// EPICS needs none of it. Declared here is only what channel_access.cpp calls.
// Source: Channel Access Reference Manual (EPICS base 7.0), "Function Call Interface" and "Request Type Codes
// and Structures"; cadef.h, db_access.h, caerr.h, caeventmask.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/result.hpp"

namespace spillgate::hw::epics {

struct CaContext;       // ca_client_context
struct CaChannel;       // what a chid points to
struct CaSubscription;  // what an evid points to

// Arguments of handlers go by value.
struct CaConnectionEvent {
    CaChannel* channel = nullptr;
    long operation = 0;  // ca_connection_up or ca_connection_down
};

struct CaMonitorEvent {
    void* user = nullptr;
    CaChannel* channel = nullptr;
    long type = 0;  // of `data`
    long count = 0;
    const void* data = nullptr;  // null unless status is ca_normal
    int status = 0;
};

struct CaException {
    void* user = nullptr;
    CaChannel* channel = nullptr;  // may be null
    long type = 0;
    long count = 0;
    void* address = nullptr;
    long status = 0;
    long operation = 0;
    const char* context = nullptr;
    const char* file = nullptr;
    unsigned line = 0;
};

// DBR_TIME_DOUBLE with one element, in the host's byte order.
struct CaTimeDouble {
    std::int16_t alarm_status = 0;
    std::int16_t severity = 0;  // 0 none, 1 minor, 2 major, 3 invalid
    std::uint32_t seconds = 0;  // since ca_epoch_s
    std::uint32_t nanoseconds = 0;
    std::int32_t padding = 0;
    double value = 0;
};
static_assert(sizeof(CaTimeDouble) == 24 && offsetof(CaTimeDouble, seconds) == 4 &&
              offsetof(CaTimeDouble, value) == 16);

constexpr int ca_normal = 1;            // ECA_NORMAL
constexpr int ca_preemptive = 1;        // ca_enable_preemptive_callback: handlers run on CA's own threads
constexpr long ca_connection_up = 6;    // CA_OP_CONN_UP
constexpr long ca_connection_down = 7;  // CA_OP_CONN_DOWN
constexpr long ca_time_double = 20;     // DBR_TIME_DOUBLE
constexpr long ca_on_value_and_alarm = 1 | 4;     // DBE_VALUE | DBE_ALARM
constexpr std::int64_t ca_epoch_s = 631'152'000;  // 1990-01-01 00:00 UTC, in seconds since 1970

using CaConnectionHandler = void(CaConnectionEvent);
using CaMonitorHandler = void(CaMonitorEvent);
using CaExceptionHandler = void(CaException);

// The functions, as the manual names them without "ca_". Those that return int give a status code: ca_normal,
// or one that message() has words for.
struct CaLibrary {
    int (*context_create)(int preemptive) = nullptr;
    void (*context_destroy)() = nullptr;
    CaContext* (*current_context)() = nullptr;
    int (*attach_context)(CaContext*) = nullptr;
    void (*detach_context)() = nullptr;
    int (*create_channel)(const char* name, CaConnectionHandler*, void* user, unsigned priority,
                          CaChannel** channel) = nullptr;
    int (*clear_channel)(CaChannel*) = nullptr;
    void* (*puser)(CaChannel*) = nullptr;
    int (*create_subscription)(long type, unsigned long count, CaChannel*, long mask, CaMonitorHandler*,
                               void* user, CaSubscription** subscription) = nullptr;
    int (*flush_io)() = nullptr;
    const char* (*message)(long status) = nullptr;
    int (*add_exception_event)(CaExceptionHandler*, void* user) = nullptr;
};

// Loads the library for the life of the process, since it has threads of its own; a process has one.
// `path`: a file, or a name that the dynamic linker finds. Errors: NOT_FOUND (the library, one that it needs,
// or a function in it), REFUSED (another one has been loaded before).
proto::Result<const CaLibrary*> load_ca_library(const std::string& path);

// The one that has been loaded; null before.
const CaLibrary* loaded_ca_library();

}  // namespace spillgate::hw::epics
