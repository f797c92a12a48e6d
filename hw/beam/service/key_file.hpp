// CURVE keys that lie in files only their owner may read.
#pragma once

#include <string>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::hw::beam {

// The file's keys, one a line, in Z85 (40 characters each, ZeroMQ RFC 32): `count` of them. Errors:
// NOT_FOUND, IO; REFUSED (not a plain file of ours, or others may read or write it); CONFIG (not the right
// number of keys).
proto::Result<std::vector<std::string>> read_key_file(const std::string& path, std::size_t count);

}  // namespace spillgate::hw::beam
