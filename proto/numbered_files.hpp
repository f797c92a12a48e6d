// Files DIRECTORY/NNNN.txtpb that are written once and never changed: what people sign, one file for each act
// or version, from 0001 on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/run_file/file_layer.hpp"

namespace spillgate::proto {

std::string numbered_name(std::size_t number);  // "0001.txtpb", "10000.txtpb"

// The names of all *.txtpb in there, in the order of their numbers; none without a directory. Whether they
// are numbered without a gap, the caller sees. Errors: IO.
Result<std::vector<std::string>> numbered_names(const std::string& directory);

// Writes DIRECTORY/NNNN.txtpb, read-only, making the directory if it is missing. The file is whole and
// durable when this returns, and never half there, whenever the program dies. Errors: EXISTS (somebody was
// faster); IO, DISK_FULL.
Status write_numbered(const std::string& directory, std::size_t number, std::string_view text,
                      FileLayer& files = posix_file_layer());

}  // namespace spillgate::proto
