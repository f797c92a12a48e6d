// Monitors of EPICS process variables over Channel Access, as doubles with time and severity. Owns one
// context of libca, and with it libca's threads and sockets. Where variables are searched is up to the
// environment of the process: EPICS_CA_ADDR_LIST, EPICS_CA_AUTO_ADDR_LIST, EPICS_CA_SERVER_PORT (Channel
// Access Reference Manual, "Configuration").
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hw/epics/channel_access_library.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::epics {

enum class Severity : std::uint8_t {
    NONE,
    MINOR,
    MAJOR,
    INVALID,  // the server itself does not trust the value; one that was never processed is INVALID
};

struct Reading {
    double value = 0;
    std::int64_t utc_ns = 0;  // by the server's clock; 0: it gave none
    Severity severity = Severity::INVALID;
};

struct MonitorEvent {
    enum class Kind : std::uint8_t {
        CONNECTED,     // a READING follows
        DISCONNECTED,  // until CONNECTED nothing is known of the variable
        READING,
        REFUSED,  // the server cannot give this variable as a number
    };
    Kind kind = Kind::DISCONNECTED;
    Reading reading;        // of READING
    std::string_view text;  // of REFUSED: why; valid during the call
};

// Thread-safe. A variable that is not found is searched for without end; a lost server is found again.
class ChannelAccess {
  public:
    // Called on libca's threads, one call at a time; must return soon and not call us.
    using Handler = std::function<void(const MonitorEvent&)>;
    // What libca says that concerns no single reading: a circuit lost, a duplicate name on the network.
    using Report = std::function<void(const std::string&)>;

    // Loads libca from `library` (see load_ca_library) and starts it. Errors: NOT_FOUND, IO.
    static proto::Result<std::unique_ptr<ChannelAccess>> open(const std::string& library, Report report);
    ChannelAccess(const ChannelAccess&) = delete;
    ChannelAccess& operator=(const ChannelAccess&) = delete;
    // Ends all monitors; no handler is called, or still running, after it.
    ~ChannelAccess();

    // From now on `handler` gets every change of this process variable's value and alarm. Each channel is
    // DISCONNECTED until its CONNECTED. Errors: CONFIG (a name that cannot be), IO.
    proto::Status monitor(const std::string& process_variable, Handler handler);

  private:
    ChannelAccess(const CaLibrary& ca, Report report) : ca_(ca), report_(std::move(report)) {}
    proto::Error failure(std::string_view what, int status) const;

    static void on_connection(CaConnectionEvent event);
    static void on_monitor(CaMonitorEvent event);
    static void on_exception(CaException exception);

    const CaLibrary& ca_;
    Report report_;
    CaContext* context_ = nullptr;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Handler>> monitors_;  // libca holds pointers to them
    std::vector<CaChannel*> channels_;
};

}  // namespace spillgate::hw::epics
