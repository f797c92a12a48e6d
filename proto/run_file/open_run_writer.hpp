// A run writer for a directory of any name: repair writes beside the original under a name of its own.
#pragma once

#include "proto/run_file/run_writer.hpp"

namespace spillgate::proto {

// Creates <parent>/<name>/. Errors: EXISTS, IO, DISK_FULL.
Result<std::unique_ptr<RunWriter>> open_run_writer(FileLayer& files, const std::string& parent,
                                                   const std::string& name,
                                                   const wire::RunDescription& description,
                                                   const config::Storage& storage);

}  // namespace spillgate::proto
