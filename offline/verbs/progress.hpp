// One line on a terminal that says how fast a long work goes and how long it will still take; nothing if
// stderr is not a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace spillgate::offline {

class Progress {
  public:
    // `total` units of work, 0 if unknown; `what` names the unit ("slots").
    Progress(std::string label, std::string what, std::uint64_t total);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();  // ends the line

    void advance(std::uint64_t n = 1);

  private:
    void show();

    std::string label_, what_;
    std::uint64_t total_, done_ = 0, look_at_ = 0;
    bool on_terminal_, shown_ = false;
    std::chrono::steady_clock::time_point begin_, last_;
};

// "0:07", "12:34", "1:02:03".
std::string duration_text(double seconds);

}  // namespace spillgate::offline
