// Replaces one field of a message by its path, as `--set` does.
#pragma once

#include <string_view>

#include <google/protobuf/message.h>

#include "proto/result.hpp"

namespace spillgate::offline {

// "path.to.field=value". Messages on the way are made if they are absent; an element of a repeated message is
// named by its `name` field or its index from 0; a repeated number is replaced as a whole by "[1, 2, 3]".
// Errors: CONFIG (a part of the path that is not there, with what is; a value of another type).
proto::Status change_field(google::protobuf::Message& message, std::string_view change);

}  // namespace spillgate::offline
