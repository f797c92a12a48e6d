#include <array>
#include <string_view>

#include <fmt/format.h>

#include "hw/sis3316/settings.hpp"

namespace spillgate::hw::sis3316 {

namespace {

struct Named {
    std::uint32_t offset;
    std::string_view name;
    std::uint32_t count = 1;
    std::uint32_t step = 4;
};

constexpr std::array link_names{
    Named{link_register::CONTROL, "control and status"},
    Named{link_register::MODULE_ID, "module id and firmware"},
    Named{link_register::UDP_CONFIGURATION, "UDP configuration"},
    Named{link_register::LAST_ACK_STATUS, "last acknowledge status"},
    Named{link_register::ARBITRATION, "arbitration"},
    Named{link_register::ERROR_COUNTERS, "link error counters"},
    Named{link_register::SPEED_TEST, "8 ns counter"},
    Named{link_register::HARDWARE_VERSION, "hardware version"},
};

constexpr std::array vme_names{
    Named{vme_register::TEMPERATURE, "temperature"},
    Named{vme_register::SERIAL, "serial number"},
    Named{vme_register::OSCILLATOR_I2C, "sample clock oscillator"},
    Named{vme_register::CLOCK_SOURCE, "sample clock source"},
    Named{vme_register::CLOCK_MULTIPLIER_SPI, "sample clock multiplier"},
    Named{vme_register::FRONT_PANEL_BUS, "front-panel bus"},
    Named{vme_register::NIM_INPUT, "NIM inputs"},
    Named{vme_register::ACQUISITION, "acquisition control"},
    Named{vme_register::NIM_OUTPUT_TO, "LEMO output TO"},
    Named{vme_register::NIM_OUTPUT_UO, "LEMO output UO"},
    Named{vme_register::TRANSFER, "data transfer control", groups},
    Named{vme_register::TRANSFER_STATUS, "data transfer status", groups},
    Named{vme_register::LINK_STATUS, "ADC FPGA link status"},
    Named{vme_register::ADC_BUSY, "ADC busy"},
};

constexpr std::array group_names{
    Named{group_register::TAP_DELAY, "input tap delay"},
    Named{group_register::GAIN_TERMINATION, "gain and termination"},
    Named{group_register::OFFSET_DAC, "offset DAC"},
    Named{group_register::ADC_SPI, "ADC SPI"},
    Named{group_register::EVENT_CONFIGURATION, "event configuration"},
    Named{group_register::HEADER_ID, "channel header id"},
    Named{group_register::ADDRESS_THRESHOLD, "address threshold"},
    Named{group_register::GATE_WINDOW, "trigger gate window"},
    Named{group_register::RAW_DATA, "raw data buffer"},
    Named{group_register::PILE_UP, "pile-up"},
    Named{group_register::PRETRIGGER, "pretrigger delay"},
    Named{group_register::AVERAGING, "averaging"},
    Named{group_register::DATA_FORMAT, "data format"},
    Named{group_register::MAW_BUFFER, "MAW test buffer"},
    Named{group_register::TRIGGER_DELAY, "internal trigger delay"},
    Named{group_register::COINCIDENCE, "internal gate and coincidence"},
    Named{group_register::FIR_SETUP, "FIR trigger setup", channels_per_group, 0x10},
    Named{group_register::FIR_THRESHOLD, "trigger threshold", channels_per_group, 0x10},
    Named{group_register::HIGH_THRESHOLD, "high-energy threshold", channels_per_group, 0x10},
    Named{group_register::SUM_THRESHOLD, "sum trigger threshold"},
    Named{group_register::STATISTICS_MODE, "trigger statistics mode"},
    Named{group_register::PEAK_CHARGE, "peak and charge"},
    Named{group_register::EXTENDED_RAW, "extended raw data length"},
    Named{group_register::EXTENDED_EVENT, "extended event configuration"},
    Named{group_register::ACCUMULATOR, "accumulator gate", 8},
    Named{group_register::HISTOGRAM, "energy histogram", channels_per_group},
    Named{group_register::FIRMWARE, "firmware"},
    Named{group_register::STATUS, "status"},
    Named{group_register::PREVIOUS_BANK, "previous bank address", channels_per_group},
    Named{group_register::PPS_HIGH, "latched timestamp, high"},
    Named{group_register::PPS_LOW, "latched timestamp, low"},
};

template <std::size_t N>
std::string find(const std::array<Named, N>& names, std::uint32_t offset) {
    for (const auto& named : names) {
        if (offset < named.offset || offset >= named.offset + named.count * named.step) continue;
        if ((offset - named.offset) % named.step != 0) continue;
        if (named.count == 1) return std::string(named.name);
        return fmt::format("{} {}", named.name, (offset - named.offset) / named.step + 1);
    }
    return "register";
}

}  // namespace

std::string register_name(std::uint32_t address) {
    if (address < link_register::END) return fmt::format("{} ({:#04x})", find(link_names, address), address);
    if (address < 0x1000) return fmt::format("{} ({:#04x})", find(vme_names, address), address);
    return fmt::format("{} ({:#06x}, group {})", find(group_names, address & 0xFFFu), address,
                       address / 0x1000);
}

std::vector<std::uint32_t> named_registers() {
    std::vector<std::uint32_t> addresses;
    const auto add = [&](const auto& names, std::uint32_t base) {
        for (const auto& named : names)
            for (std::uint32_t i = 0; i < named.count; ++i)
                addresses.push_back(base + named.offset + i * named.step);
    };
    add(link_names, 0);
    add(vme_names, 0);
    for (std::uint32_t group = 0; group < groups; ++group)
        add(group_names, group_address(group, 0));
    return addresses;
}

}  // namespace spillgate::hw::sis3316
