#include "daq/doctor/service_checks.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.hpp>

#include "daq/control_client.hpp"
#include "proto/endpoints.hpp"
#include "proto/names.hpp"

namespace spillgate::daq::doctor {

namespace {

constexpr auto answer_within = std::chrono::seconds(2);

// Held while a daemon runs (daq/daemon.hpp).
bool lock_is_held(const std::string& runtime_dir, const std::string& daemon) {
    const int file = ::open(fmt::format("{}/{}.lock", runtime_dir, daemon).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(file);
    return held;
}

}  // namespace

Finding check_runtime_dir(const std::string& runtime_dir) {
    struct stat found{};
    if (::lstat(runtime_dir.c_str(), &found) != 0) {
        if (errno == ENOENT)
            return ok("runtime_dir", fmt::format("{}: the daemon will make it", runtime_dir));
        return unknown("runtime_dir", fmt::format("{}: {}", runtime_dir, std::strerror(errno)));
    }
    if (!S_ISDIR(found.st_mode))
        return bad("runtime_dir", fmt::format("{} is not a directory", runtime_dir),
                   "name another one as network.runtime_dir");
    if (found.st_uid != ::geteuid())
        return bad("runtime_dir",
                   fmt::format("{} belongs to user {}, not to this one ({})", runtime_dir, found.st_uid,
                               ::geteuid()),
                   "run spillgate as its owner, or name another one as network.runtime_dir");
    const auto mode = fmt::format("{} has mode {:04o}", runtime_dir, found.st_mode & 07777);
    if ((found.st_mode & 0027) == 0) return ok("runtime_dir", mode);
    return bad("runtime_dir", mode, "others could speak to the daemon: close it",
               fmt::format("chmod 0750 {}", runtime_dir));
}

std::optional<wire::DaemonStatus> ask_daemon(const std::string& runtime_dir, const std::string& daemon) {
    if (!lock_is_held(runtime_dir, daemon)) return std::nullopt;
    zmq::context_t context(1);
    ControlClient client(context, proto::control_endpoint(runtime_dir, daemon));
    wire::Request request;
    request.set_client("spillgate-ctl");
    request.mutable_status();
    auto reply = client.ask(request, answer_within);
    if (!reply) return std::nullopt;
    return reply->status();
}

Finding check_daemon(const std::string& runtime_dir, const std::string& daemon,
                     const std::optional<wire::DaemonStatus>& status) {
    const auto check = fmt::format("daemon {}", daemon);
    if (status) {
        const auto run = status->run().number();
        return ok(check, fmt::format("{}{}", wire::name_of(status->state()),
                                     run == 0 ? "" : fmt::format(", run {}", run)));
    }
    if (!lock_is_held(runtime_dir, daemon)) return ok(check, fmt::format("does not run in {}", runtime_dir));
    return bad(check, fmt::format("runs in {}, but does not answer", runtime_dir),
               "see its log; end it and start it again");
}

}  // namespace spillgate::daq::doctor
