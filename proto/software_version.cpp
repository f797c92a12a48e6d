#include "proto/software_version.hpp"

namespace spillgate::proto {

std::string software_version() {
    return SPILLGATE_VERSION;
}

}  // namespace spillgate::proto
