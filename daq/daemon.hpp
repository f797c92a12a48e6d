// The program spillgate-daq. Owns the daemon's lock, sockets and threads; stops a run in progress cleanly.
#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daq/control_server.hpp"
#include "daq/journal.hpp"
#include "daq/publisher.hpp"
#include "daq/run_control.hpp"
#include "proto/config_loader.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

struct DaemonOptions {
    std::string daemon;       // of the config; empty: its lead
    std::string runtime_dir;  // empty: the config's
    std::string runs_dir;     // empty: the config's
};

// Who this process is among the daemons of a configuration.
struct Part {
    std::string daemon;
    bool lead = true;
    std::vector<std::string> followers;  // of the lead
    std::vector<std::uint32_t> boards;
};

// A configuration without daemons is one lead called "daq". Errors: CONFIG (no such daemon).
proto::Result<Part> part_of(const config::Config& config, const std::string& daemon);

// Held while a daemon of this name runs in this directory. Owns a file.
class DaemonLock {
  public:
    // Errors: REFUSED (held by another process, with its pid), IO.
    static proto::Result<DaemonLock> take(const std::string& path, const std::string& what);
    DaemonLock(DaemonLock&& other) noexcept;
    DaemonLock& operator=(DaemonLock&&) = delete;
    ~DaemonLock();

  private:
    explicit DaemonLock(int file) : file_(file) {}
    int file_;
};

class Daemon {
  public:
    // Everything that can fail at start-up. Errors: CONFIG, REFUSED, IO.
    static proto::Result<std::unique_ptr<Daemon>> create(proto::LoadedConfig config,
                                                         const DaemonOptions& options);

    // Returns when `signal` has become non-zero and a run in progress has ended. `start`: begin a run of this
    // type at once (the lead only).
    proto::Status run(const volatile std::sig_atomic_t& signal, std::optional<wire::RunType> start);
    const std::string& name() const { return name_; }

  private:
    Daemon() = default;
    void name_aborted_runs(const std::string& runs_dir, proto::RunCatalogue& catalogue);

    std::string name_;
    Journal journal_;
    std::vector<DaemonLock> locks_;
    std::unique_ptr<Publisher> publisher_;
    std::unique_ptr<RunControl> control_;
    std::unique_ptr<ControlServer> server_;
};

}  // namespace spillgate::daq
