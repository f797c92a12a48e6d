#include "offline/verbs/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace spillgate::offline {

Progress::Progress(std::string label, std::string what, std::uint64_t total)
    : label_(std::move(label)),
      what_(std::move(what)),
      total_(total),
      on_terminal_(isatty(STDERR_FILENO) != 0),
      begin_(std::chrono::steady_clock::now()),
      last_(begin_) {}

Progress::~Progress() {
    if (!shown_) return;
    show();
    std::fputc('\n', stderr);
}

void Progress::advance(std::uint64_t n) {
    done_ += n;
    if (!on_terminal_ || done_ < look_at_) return;
    // A look at the clock costs more than a unit of small work, so not at each.
    look_at_ = done_ + 16;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(250)) return;
    last_ = now;
    show();
}

void Progress::show() {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
    const double rate = spent.count() > 0 ? static_cast<double>(done_) / spent.count() : 0;
    std::string line = fmt::format("\r{}: {} {}, {:.0f}/s", label_, done_, what_, rate);
    if (total_ > 0 && done_ <= total_ && rate > 0)
        line += fmt::format(", {:.0f} %, {} left",
                            100.0 * static_cast<double>(done_) / static_cast<double>(total_),
                            duration_text(static_cast<double>(total_ - done_) / rate));
    line += "\x1b[K";  // what an earlier, longer line left behind
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
    shown_ = true;
}

std::string duration_text(double seconds) {
    const auto s = static_cast<std::uint64_t>(std::clamp(seconds, 0.0, 1e15));
    if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    return fmt::format("{}:{:02}", s / 60, s % 60);
}

}  // namespace spillgate::offline
