#include "daq/daemon.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "proto/endpoints.hpp"
#include "proto/run_catalogue.hpp"
#include "proto/run_file/run_description.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::daq {

namespace {

constexpr auto step_every = std::chrono::milliseconds(5);

proto::Error config_error(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

// The nearest directory above `path` that is there.
std::string nearest_above(const std::filesystem::path& path) {
    std::error_code ignored;
    auto above = std::filesystem::absolute(path, ignored).lexically_normal();
    while (above.has_relative_path() && !std::filesystem::exists(above, ignored))
        above = above.parent_path();
    return above.string();
}

// What the system says of the first directory that it would not make is no word on what is missing.
proto::Status make_runs_dir(const std::string& path) {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("runs_dir '{}' cannot be made: {} takes no new directory ({})", path,
                                        nearest_above(path), code.message()),
                            code.value());
    if (::access(path.c_str(), W_OK | X_OK) != 0) {
        const int why = errno;
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("runs_dir '{}' is not writable: {}", path, std::strerror(why)), why);
    }
    return {};
}

}  // namespace

proto::Result<Part> part_of(const config::Config& config, const std::string& daemon) {
    Part part;
    for (const auto& board : config.board())
        part.boards.push_back(board.id());
    if (config.daemon().empty()) {
        part.daemon = "daq";
        if (daemon.empty() || daemon == part.daemon) return part;
        return config_error(fmt::format(
            "there is no daemon '{}': the configuration names none, so there is only 'daq'", daemon));
    }
    std::string names;
    const config::Daemon* self = nullptr;
    for (const auto& entry : config.daemon()) {
        names += fmt::format("{}'{}'", names.empty() ? "" : ", ", entry.name());
        if (daemon.empty() ? entry.lead() : entry.name() == daemon) self = &entry;
    }
    if (!self)
        return config_error(fmt::format("there is no daemon '{}'; the configuration has {}", daemon, names));
    part.daemon = self->name();
    part.lead = self->lead();
    if (!self->board().empty()) part.boards.assign(self->board().begin(), self->board().end());
    if (part.lead)
        for (const auto& entry : config.daemon())
            if (!entry.lead()) part.followers.push_back(entry.name());
    return part;
}

proto::Result<DaemonLock> DaemonLock::take(const std::string& path, const std::string& what) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file < 0)
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", path, std::strerror(errno)), errno);
    DaemonLock lock(file);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        std::array<char, 32> pid{};
        if (::pread(file, pid.data(), pid.size() - 1, 0) <= 0) pid[0] = '?';
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("{} (process {}, {})", what, pid.data(), path));
    }
    const auto pid = fmt::format("{}", ::getpid());
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, pid.data(), pid.size(), 0) < 0)
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", path, std::strerror(errno)), errno);
    return lock;
}

DaemonLock::DaemonLock(DaemonLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

DaemonLock::~DaemonLock() {
    if (file_ >= 0) ::close(file_);
}

proto::Result<std::unique_ptr<Daemon>> Daemon::create(proto::LoadedConfig config,
                                                      const DaemonOptions& options) {
    auto part = part_of(config.config, options.daemon);
    if (!part) return config_error(fmt::format("{}: {}", config.path, part.error().message));
    const auto runtime_dir =
        options.runtime_dir.empty() ? config.config.network().runtime_dir() : options.runtime_dir;
    const auto runs_dir = options.runs_dir.empty() ? config.config.storage().runs_dir() : options.runs_dir;

    auto daemon = std::unique_ptr<Daemon>(new Daemon());
    daemon->name_ = part->daemon;
    if (auto status = proto::prepare_runtime_dir(runtime_dir); !status) return status.error();
    if (auto status = make_runs_dir(runs_dir); !status) return status.error();

    // A second bind would silently take an ipc socket over, so the name is guarded by a lock.
    auto lock = DaemonLock::take(fmt::format("{}/{}.lock", runtime_dir, part->daemon),
                                 fmt::format("another daemon '{}' runs in {}", part->daemon, runtime_dir));
    if (!lock) return lock.error();
    daemon->locks_.push_back(std::move(*lock));

    std::optional<proto::RunCatalogue> catalogue;
    if (part->lead) {
        auto runs_lock = DaemonLock::take(fmt::format("{}/lead.lock", runs_dir),
                                          fmt::format("another lead writes runs to {}", runs_dir));
        if (!runs_lock) return runs_lock.error();
        daemon->locks_.push_back(std::move(*runs_lock));
        auto opened = proto::RunCatalogue::open(runs_dir);
        if (!opened) return opened.error();
        catalogue = std::move(*opened);
        daemon->name_aborted_runs(runs_dir, *catalogue);
    }

    const auto& network = config.config.network();
    auto publisher = Publisher::bind(proto::data_endpoint(runtime_dir, part->daemon),
                                     static_cast<int>(network.send_high_water()),
                                     config.config.buffers().publisher_messages());
    if (!publisher) return publisher.error();
    daemon->publisher_ = std::move(*publisher);

    RunControlSettings settings{std::move(config), part->daemon, part->lead, part->followers,
                                part->boards,      runtime_dir,  runs_dir};
    daemon->control_ =
        std::make_unique<RunControl>(std::move(settings), std::move(catalogue), *daemon->publisher_,
                                     proto::posix_file_layer(), daemon->journal_);
    if (auto status = daemon->control_->start_slow_control(); !status) return status.error();
    auto server = ControlServer::bind(proto::control_endpoint(runtime_dir, part->daemon),
                                      [control = daemon->control_.get()](const wire::Request& request) {
                                          return control->handle(request);
                                      });
    if (!server) return server.error();
    daemon->server_ = std::move(*server);
    daemon->journal_.info("daemon", fmt::format("daemon {}{} is ready in {}, runs go to {}", part->daemon,
                                                part->lead ? " (lead)" : "", runtime_dir, runs_dir));
    return daemon;
}

// Runs that were begun and never ended: a crash or power loss cut them. Nothing of them is changed. It may
// also have come between what the run's directory says and what the catalogue says, so the directory is
// believed.
void Daemon::name_aborted_runs(const std::string& runs_dir, proto::RunCatalogue& catalogue) {
    const auto listed = catalogue.list();
    if (!listed) return journal_.warn("catalogue", listed.error().message);
    std::map<std::string, wire::RunDescription> unsettled;  // by directory
    std::set<std::string> settled;
    for (const auto& run : *listed) {
        const auto name = proto::run_directory_name(run.number(), run.daemon(), true);
        if (run.stop_utc_ns() != 0 || run.stop_reason() == "aborted")
            settled.insert(name);
        else
            unsettled[name] = run;
    }
    std::error_code failed;
    std::filesystem::directory_iterator entries(runs_dir, failed);
    for (; !failed && entries != std::filesystem::directory_iterator{}; entries.increment(failed)) {
        const auto name = entries->path().filename().string();
        if (!name.starts_with("run-") || settled.contains(name)) continue;
        const auto run = proto::read_run_description(entries->path().string());
        if (run && name == proto::run_directory_name(run->number(), run->daemon(), true))
            unsettled[name] = *run;
    }
    for (auto& [name, run] : unsettled) {
        if (run.stop_utc_ns() == 0) {
            run.set_stop_reason("aborted");
            journal_.warn(
                fmt::format("aborted {}", run.number()),
                fmt::format("run {} in {}/{} has no end record: aborted. Its whole blocks can be read; "
                            "spillgate-offline verify --repair writes a complete copy",
                            run.number(), runs_dir, name));
        }
        if (auto status = catalogue.record(run); !status) journal_.warn("catalogue", status.error().message);
    }
}

proto::Status Daemon::run(const volatile std::sig_atomic_t& signal, std::optional<wire::RunType> start) {
    if (start) {
        wire::Request request;
        request.set_client("command line");
        request.mutable_start()->set_type(*start);
        const auto reply = control_->handle(request);
        if (!reply.ok()) return proto::error(proto::ErrorKind::REFUSED, reply.reason());
    }
    bool told = false;
    for (;;) {
        control_->set_ignored(server_->malformed(), server_->unanswered());
        control_->step();
        if (signal != 0 && !told) {
            told = true;
            journal_.info("control", fmt::format("signal {}: stopping", static_cast<int>(signal)));
            control_->shut_down("signal");
        }
        if (told && control_->at_rest()) break;
        std::this_thread::sleep_for(step_every);
    }
    control_->step();  // tells subscribers the state at the end
    return {};
}

}  // namespace spillgate::daq
