// A program of ours, run as a process of its own. Owns the process: it does not outlive this object.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "proto/result.hpp"

namespace spillgate::bench {

class Program {
  public:
    // Standard output and error go to `log`. Errors: IO.
    static proto::Result<Program> start(const std::filesystem::path& program,
                                        std::vector<std::string> arguments, const std::filesystem::path& log);
    Program(Program&& other) noexcept;
    Program& operator=(Program&&) = delete;
    ~Program();  // kills it, if it still runs

    bool running();
    // Waits for its end. Errors: TIMED_OUT; REFUSED with the end of its log, if its exit status is not 0.
    proto::Status wait(std::chrono::seconds patience);
    // Asks it to end (SIGTERM), then wait().
    proto::Status stop(std::chrono::seconds patience);
    // As the system says now; 0 if it has ended.
    double resident_megabytes() const;
    double cpu_seconds() const;  // of all its threads, user and system

  private:
    Program(pid_t pid, std::filesystem::path program, std::filesystem::path log)
        : pid_(pid), program_(std::move(program)), log_(std::move(log)) {}
    bool look();

    pid_t pid_;
    std::filesystem::path program_;
    std::filesystem::path log_;
    int status_ = 0;
    bool ended_ = false;
};

// The last lines of a text file.
std::string tail_of(const std::filesystem::path& path);

}  // namespace spillgate::bench
