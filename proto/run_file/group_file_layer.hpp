// For files that not everybody may read, such as those that hold what is sealed.
#pragma once

#include "proto/run_file/file_layer.hpp"

namespace spillgate::proto {

// As posix_file_layer(), but its files have mode 0640 from before their first byte, whatever the umask.
FileLayer& group_file_layer();

}  // namespace spillgate::proto
