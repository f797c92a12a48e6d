// One VX27xx behind its command connection: identify, configure with readback, start and stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hw/dig2/command_link.hpp"
#include "hw/dig2/settings.hpp"

namespace spillgate::hw::dig2 {

// What the module says of itself.
struct ModuleFacts {
    std::string model;
    std::string serial;
    std::string firmware;  // FwType
    std::uint32_t server_version = 0;
    double sample_rate_mhz = 0;
    ModuleTraits traits;
    std::optional<double> impedance_ohm;
    std::uint16_t data_port = 0;
    std::size_t block_bytes_max = 0;
};

struct Difference {
    Setting setting;
    std::string read;
};

class Module {
  public:
    Module(boost::asio::io_context& io, const config::Board& board);

    // Connects and asks who is there. Errors: TIMED_OUT, IO, CLOSED, REFUSED, CORRUPT.
    proto::Result<ModuleFacts> identify(const std::stop_token& stop);
    // That it is the module of the configuration. Errors: CONFIG.
    proto::Status check(const ModuleFacts& facts) const;
    // Resets it, checks every number against the limits that it states, sets all, reads all back. Errors:
    // CONFIG with the first setting that it cannot hold, or with all that differ.
    proto::Status configure(const ModuleFacts& facts, const std::vector<Setting>& settings,
                            const std::stop_token& stop);
    // What it holds otherwise than set.
    proto::Result<std::vector<Difference>> differences(const std::vector<Setting>& settings,
                                                       const std::stop_token& stop);

    proto::Status command(std::string_view path, const std::stop_token& stop);
    proto::Status command_within(std::string_view path, std::chrono::milliseconds time);
    proto::Result<std::string> value(std::string_view path, const std::stop_token& stop);

  private:
    Limit limit(const std::stop_token& stop) const;
    proto::Result<std::string> ask(std::string_view command, std::uint32_t handle, std::string_view query,
                                   const std::stop_token& stop);
    proto::Result<double> number(std::string_view path, const std::stop_token& stop);
    proto::Result<std::uint16_t> data_port(const std::stop_token& stop);
    proto::Status check_limits(const ModuleFacts& facts, const Setting& setting, const std::stop_token& stop);
    std::optional<double> stated(const std::string& path, const std::stop_token& stop);
    proto::Error named(proto::Error error) const;

    const config::Board& board_;
    std::chrono::microseconds timeout_;
    CommandLink link_;
    std::uint32_t device_ = 0;
    std::map<std::string, std::optional<double>> stated_;
};

}  // namespace spillgate::hw::dig2
