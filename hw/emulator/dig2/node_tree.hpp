// The parameters of an emulated VX27xx as a tree of nodes with paths and handles, as a client finds them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator::dig2 {

// What the module is.
struct Identity {
    std::string model;
    std::string serial;
    bool psd = false;
    std::uint32_t channels = 0;
    double sample_rate_mhz = 0;
    unsigned adc_bits = 0;
    std::uint16_t data_port = 0;
};

struct Node {
    enum class Type { DIGITIZER, FOLDER, CHANNEL, PARAMETER, ATTRIBUTE, COMMAND, ENDPOINT };
    Type type = Type::FOLDER;
    std::string value;
    bool writable = false;
    bool number = false;
    double least = 0;
    double most = 0;
    double step = 0;
    std::vector<std::string> allowed;  // of a text; several joined with | if `list`
    bool list = false;
};

// Names are lower case inside; queries in any case. Errors are REFUSED, with what the module would answer.
class NodeTree {
  public:
    explicit NodeTree(const Identity& identity);

    void reset();  // all parameters to their defaults
    // "/par/numch" from the node of `handle`; "" is that node. An existing path.
    proto::Result<std::string> resolve(std::uint32_t handle, std::string_view query) const;
    proto::Result<std::string> get(const std::string& path) const;
    // A number is rounded to its step. One path, or all of "/ch/0..7/par/x".
    proto::Status set(std::uint32_t handle, std::string_view query, std::string_view value);

    const Node& node(const std::string& path) const { return nodes_.at(path); }
    std::uint32_t handle_of(const std::string& path) const;
    std::vector<std::string> children(const std::string& path) const;
    std::string tree(const std::string& path) const;  // as JSON text

    // Values that are not set but measured.
    void measure(const std::string& path, std::function<std::string()> value) {
        measured_[path] = std::move(value);
    }
    double number(const std::string& path) const;
    bool is(const std::string& path, std::string_view value) const;       // in any case
    bool contains(const std::string& path, std::string_view word) const;  // of a list

  private:
    void add(const std::string& path, Node node);
    void build();
    void build_scope();
    void build_channel(std::uint32_t channel);
    void number_node(const std::string& path, double value, double least, double most, double step);
    void text_node(const std::string& path, std::string value, std::vector<std::string> allowed,
                   bool list = false);
    void fact(const std::string& path, std::string value);
    proto::Status set_one(const std::string& path, std::string_view value);

    Identity identity_;
    std::map<std::string, Node> nodes_;  // by canonical path; "" is the module
    std::vector<std::string> paths_;     // by handle − first_handle
    std::map<std::string, std::uint32_t> handles_;
    std::map<std::string, std::function<std::string()>> measured_;
};

std::string lower(std::string_view text);
std::string_view name_of(Node::Type type);

}  // namespace spillgate::hw::emulator::dig2
