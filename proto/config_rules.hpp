// What a configuration may not contradict: rules between fields, beyond the range of each.
#pragma once

#include <string>
#include <vector>

#include "proto/schema/config.pb.h"

namespace spillgate::proto {

// A contradiction: the message and the field to point at (index −1 for a field that is not repeated), and one
// clause that says what was found and what is allowed.
struct Contradiction {
    const google::protobuf::Message* message = nullptr;
    std::string field;
    int index = -1;
    std::string text;
};

// All contradictions, in the order of the rules; empty if there are none. Pointers are into `config`.
std::vector<Contradiction> contradictions(const config::Config& config);

}  // namespace spillgate::proto
