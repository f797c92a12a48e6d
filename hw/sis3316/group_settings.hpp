// The settings of one ADC FPGA: four channels share its gate, record length, pretrigger delay, accumulators
// and averaging; trigger, format, gain and offset are each channel's own.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "hw/sis3316/settings.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::sis3316 {

// Says in one sentence what a module cannot hold.
class Refuse {
  public:
    explicit Refuse(std::string who) : who_(std::move(who)) {}
    proto::Error operator()(std::string_view field, std::string_view value, std::string_view register_text,
                            std::string_view allowed) const;

  private:
    std::string who_;
};

// The entry that holds for each channel, the last one that names it; null where the channel is off.
std::array<const config::DigitizerInput*, channels> inputs_of(const config::Sis3316& device);

// Appends to settings.registers, layout and offset_dac. Errors: CONFIG.
proto::Status put_group(const config::Board& board, std::uint32_t group, const Refuse& refuse,
                        ModuleSettings& settings);

}  // namespace spillgate::hw::sis3316
