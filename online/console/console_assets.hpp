// The built web page, embedded in the program.
#pragma once

#include <span>

#include "online/assets.hpp"

namespace spillgate::online {

std::span<const Asset> console_assets();

}  // namespace spillgate::online
