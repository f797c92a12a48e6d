// Who runs this process, by the system's word for it.
#pragma once

#include <string>

namespace spillgate::daq {

// The login name of the process's real user; "uid 1000" if the system has no name for it.
std::string login_name();

}  // namespace spillgate::daq
