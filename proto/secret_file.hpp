// Secrets, each in a file of its own that nobody else may read.
#pragma once

#include <string>

#include "proto/result.hpp"

namespace spillgate::proto {

// What the file holds, without the end of its line. Errors: NOT_FOUND, IO, REFUSED (its mode is wider than
// 0600), CONFIG (it holds nothing).
Result<std::string> read_secret(const std::string& path);

}  // namespace spillgate::proto
