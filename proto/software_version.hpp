// Which spillgate this is: written into every run, spectrum, calibration and unblinding.
#pragma once

#include <string>

namespace spillgate::proto {

// "0.1.0", the project's version in the top CMakeLists.txt.
std::string software_version();

}  // namespace spillgate::proto
