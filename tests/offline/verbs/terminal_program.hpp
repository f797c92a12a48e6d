// spillgate-offline with a terminal behind its stderr, as a person sees it. Owns the process: it does not
// outlive this object.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/offline/verbs/run_program.hpp"

namespace spillgate::offline::testing {

// False, with a printed line that a test is skipped, where terminals cannot be had (no /dev/pts).
bool terminals_exist();

class TerminalProgram {
  public:
    explicit TerminalProgram(const std::vector<std::string>& arguments);
    TerminalProgram(const TerminalProgram&) = delete;
    TerminalProgram& operator=(const TerminalProgram&) = delete;
    ~TerminalProgram();

    // True as soon as the terminal shows this text; false if the program ends or time runs out before.
    bool shows(const std::string& text, std::chrono::seconds patience);
    void send(int signal) const;
    // Exit status; −1: a signal ended it, or it did not end in time.
    int wait(std::chrono::seconds patience);
    std::string out() const { return content_of(scratch_.path("out")); }
    const std::string& screen() const { return screen_; }

  private:
    bool read_some(std::chrono::milliseconds patience);

    TestDirectory scratch_;
    pid_t pid_ = -1;
    int terminal_ = -1;
    std::string screen_;
};

}  // namespace spillgate::offline::testing
