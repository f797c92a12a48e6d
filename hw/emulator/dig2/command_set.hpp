// The commands of the VX27xx's server on its tree of nodes: a request's JSON text → a reply's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "hw/emulator/dig2/node_tree.hpp"

namespace spillgate::hw::emulator::dig2 {

class CommandSet {
  public:
    // `act` carries out "/cmd/…" and returns the flag of the reply (ARM, DISARM, CLEAR, RESET or none);
    // `connect` says whether a client may have the module. Errors of both: REFUSED.
    CommandSet(NodeTree& tree, std::function<proto::Result<std::string>(const std::string&)> act)
        : tree_(tree), act_(std::move(act)) {}

    // Requests that are no JSON, or name no command, get a reply that says so.
    std::string answer(const std::string& request, const std::function<proto::Status()>& connect);

  private:
    struct Request;
    struct Reply;
    proto::Result<Reply> carry_out(const Request& request, const std::function<proto::Status()>& connect);

    NodeTree& tree_;
    std::function<proto::Result<std::string>(const std::string&)> act_;
};

// A reply that refuses, as the server words it.
std::string refusal(std::string_view command, std::string_view why);

}  // namespace spillgate::hw::emulator::dig2
