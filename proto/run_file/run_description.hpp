// run.txtpb: the description of a run as text that people can read, closed by a line with its checksum.
#pragma once

#include <string>
#include <string_view>

#include "proto/result.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::proto {

inline constexpr std::string_view run_description_name = "run.txtpb";
inline constexpr std::size_t max_run_description_bytes = std::size_t{64} << 20;

// Text format, then "# crc32c: HHHHHHHH" over every byte before that line.
std::string format_run_description(const wire::RunDescription& description);
// Fields that are not known are ignored. Errors: CORRUPT (no or wrong checksum, not text format),
// UNSUPPORTED.
Result<wire::RunDescription> parse_run_description(std::string_view text, const std::string& path);
// Errors: also NOT_FOUND, IO.
Result<wire::RunDescription> read_run_description(const std::string& run_directory);

}  // namespace spillgate::proto
