// What a figure depends on besides the code.
#pragma once

#include <string>

namespace spillgate::bench {

std::string machine();   // processor, cores, memory
std::string compiler();  // name, version, build type
std::string today();     // UTC date

// CPU time stolen by other guests of this host, as a fraction of all CPU time since construction.
class StealMeter {
  public:
    StealMeter();
    double fraction() const;

  private:
    double stolen_ = 0;
    double total_ = 0;
};

}  // namespace spillgate::bench
