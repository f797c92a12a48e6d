#include "tests/offline/verbs/terminal_program.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spillgate::offline::testing {

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds moment{50};

// Between fork and exec: only what is allowed there.
[[noreturn]] void become(char* const* arguments, const char* terminal, const char* out) {
    const int screen = ::open(terminal, O_RDWR | O_NOCTTY);
    const int file = ::open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (screen >= 0 && file >= 0) {
        ::dup2(file, STDOUT_FILENO);
        ::dup2(screen, STDERR_FILENO);
        ::execv(arguments[0], arguments);
    }
    ::_exit(127);
}

}  // namespace

bool terminals_exist() {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    const bool exist = terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0;
    if (terminal >= 0) ::close(terminal);
    if (!exist) std::cout << "SKIPPED: no terminal can be opened here\n";
    return exist;
}

TerminalProgram::TerminalProgram(const std::vector<std::string>& arguments) {
    terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0)
        throw std::runtime_error("cannot open a terminal");
    const std::string name = ::ptsname(terminal_);
    const auto out = scratch_.path("out");
    std::vector<std::string> words{std::string(SPILLGATE_BIN_DIR) + "/spillgate-offline"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (auto& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) become(pointers.data(), name.c_str(), out.c_str());
    if (pid_ < 0) throw std::runtime_error("cannot start the program");
}

TerminalProgram::~TerminalProgram() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (terminal_ >= 0) ::close(terminal_);
}

bool TerminalProgram::read_some(std::chrono::milliseconds patience) {
    pollfd ready{terminal_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return true;
    char bytes[4096];
    const auto n = ::read(terminal_, bytes, sizeof bytes);
    if (n > 0) screen_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
}

bool TerminalProgram::shows(const std::string& text, std::chrono::seconds patience) {
    const auto deadline = Clock::now() + patience;
    bool opened = false;
    while (screen_.find(text) == std::string::npos) {
        if (Clock::now() > deadline) return false;
        // Before the program has opened its side, and after it has ended, there is nothing to read.
        const bool read = read_some(moment);
        opened = opened || !screen_.empty();
        if (!read && opened) return screen_.find(text) != std::string::npos;
        if (!read) ::usleep(static_cast<useconds_t>(1000 * moment.count()));
    }
    return true;
}

void TerminalProgram::send(int signal) const {
    ::kill(pid_, signal);
}

int TerminalProgram::wait(std::chrono::seconds patience) {
    const auto deadline = Clock::now() + patience;
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
        if (Clock::now() > deadline) return -1;
        // A full terminal would hold the program up.
        if (!read_some(moment)) ::usleep(static_cast<useconds_t>(1000 * moment.count()));
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace spillgate::offline::testing
