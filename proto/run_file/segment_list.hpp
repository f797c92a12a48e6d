// The segment files of a run directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::proto {

// Number in a segment's file name; nothing if it is not one.
std::optional<std::uint32_t> segment_number(const std::string& path);
// Their paths in order of their numbers. Errors: NOT_FOUND, IO.
Result<std::vector<std::string>> list_segments(const std::string& run_directory);

}  // namespace spillgate::proto
