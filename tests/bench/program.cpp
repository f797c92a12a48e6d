#include "tests/bench/program.hpp"

#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spillgate::bench {

proto::Result<Program> Program::start(const std::filesystem::path& program,
                                      std::vector<std::string> arguments, const std::filesystem::path& log) {
    std::string name = program.string();
    std::vector<char*> argv{name.data()};
    for (auto& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = 0;
    const int code = ::posix_spawn(&pid, name.c_str(), &files, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (code != 0)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("cannot start {}: {}", name, std::strerror(code)), code);
    return Program(pid, program, log);
}

Program::Program(Program&& other) noexcept
    : pid_(other.pid_),
      program_(std::move(other.program_)),
      log_(std::move(other.log_)),
      status_(other.status_),
      ended_(std::exchange(other.ended_, true)) {}

Program::~Program() {
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

bool Program::look() {
    if (!ended_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
    return ended_;
}

bool Program::running() {
    return !look();
}

proto::Status Program::wait(std::chrono::seconds patience) {
    const auto name = program_.filename().string();
    for (const auto deadline = std::chrono::steady_clock::now() + patience; !look();) {
        if (std::chrono::steady_clock::now() > deadline)
            return proto::error(proto::ErrorKind::TIMED_OUT,
                                fmt::format("{} did not end within {} s", name, patience.count()));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0)
        return proto::error(proto::ErrorKind::REFUSED, fmt::format("{} failed: {}", name, tail_of(log_)));
    return {};
}

proto::Status Program::stop(std::chrono::seconds patience) {
    if (running()) ::kill(pid_, SIGTERM);
    return wait(patience);
}

double Program::resident_megabytes() const {
    std::ifstream in(fmt::format("/proc/{}/status", pid_));
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

double Program::cpu_seconds() const {
    std::ifstream in(fmt::format("/proc/{}/stat", pid_));
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    // Behind the name in brackets: state, ten more fields, then user and system time.
    const auto after_name = text.rfind(')');
    if (after_name == std::string::npos) return 0;
    std::istringstream fields(text.substr(after_name + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i)
        fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string tail_of(const std::filesystem::path& path) {
    constexpr std::size_t kept = 600;
    std::ifstream in(path);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    if (text.size() > kept) text.erase(0, text.size() - kept);
    return text;
}

}  // namespace spillgate::bench
