// Calibration files: protobuf text that carries its own hash. What is in them:
// proto/schema/calibration.proto.
#pragma once

#include <string>
#include <variant>

#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

inline constexpr std::uint32_t calibration_major = 1;

using Calibration = std::variant<wire::SpeCalibration, wire::HpgeCalibration>;

// The file's text, its hash set; equal content is equal text.
std::string calibration_text(Calibration calibration);
const std::string& sha256_of(const Calibration& calibration);

// Errors: CORRUPT (no calibration, hash that does not hold), UNSUPPORTED (kind, major version).
proto::Result<Calibration> parse_calibration(const std::string& text, const std::string& name);
// Errors: NOT_FOUND, IO, and those of parse_calibration.
proto::Result<Calibration> load_calibration(const std::string& path);
// Replaces the file at `path`. Errors: IO, DISK_FULL.
proto::Status save_calibration(const Calibration& calibration, const std::string& path);

}  // namespace spillgate::offline
