#include "hw/sis3316/settings.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "hw/sis3316/group_settings.hpp"
#include "hw/sis3316/protocol.hpp"
#include "proto/sis3316_event.hpp"

namespace spillgate::hw::sis3316 {

namespace {

constexpr double on_board_mhz[] = {250, 125, 62.5};
constexpr OscillatorDividers on_board_dividers[] = {{0x20, 0xC2}, {0x21, 0xC2}, {0x23, 0xC2}};
constexpr double fastest_16_bit_mhz = 125;

proto::Status check_board(const config::Board& board, const Refuse& refuse) {
    const auto& device = board.sis3316();
    if (board.is_signed())
        return refuse("is_signed", "true", "ADC type (0x1100)", "false: its samples are offset binary");
    if (board.bits() != 14 && board.bits() != 16)
        return refuse("bits", fmt::format("{}", board.bits()), "ADC type (0x1100)", "14 or 16");
    const bool fits_chip = board.sample_rate_mhz() <= (board.bits() == 16 ? fastest_16_bit_mhz : 250);
    const bool is_on_board =
        device.clock() != config::Sis3316::ON_BOARD ||
        std::ranges::find(on_board_mhz, board.sample_rate_mhz()) != std::end(on_board_mhz);
    if (!fits_chip || !is_on_board)
        return refuse("sample_rate_mhz", fmt::format("{}", board.sample_rate_mhz()),
                      register_name(vme_register::OSCILLATOR_I2C),
                      board.bits() == 16 ? "125 or 62.5 with 16 bits; an external clock up to 125"
                                         : "250, 125 or 62.5; an external clock up to 250");
    if (device.front_panel_lead() && device.clock() == config::Sis3316::FRONT_PANEL)
        return refuse("front_panel_lead", "true", register_name(vme_register::FRONT_PANEL_BUS),
                      "false where the clock comes from the front-panel bus: one module drives it");
    for (const auto& input : device.input())
        for (const auto channel : input.channel())
            if (channel >= channels)
                return refuse("input.channel", fmt::format("{}", channel),
                              register_name(group_address(0, group_register::EVENT_CONFIGURATION)),
                              "channels 0 to 15");
    return {};
}

// Forced triggers and marks share the external trigger.
proto::Status check_triggers(const config::Board& board, const ModuleSettings& settings,
                             const Refuse& refuse) {
    const auto inputs = inputs_of(board.sis3316());
    const bool external = std::ranges::any_of(
        inputs, [](const auto* input) { return input != nullptr && input->external_trigger(); });
    const auto acquisition = register_name(vme_register::ACQUISITION);
    const double random_hz = board.sis3316().random_trigger_hz();
    if (random_hz > 0 && !external)
        return refuse("random_trigger_hz", fmt::format("{}", random_hz), acquisition,
                      "0 unless an input has external_trigger: none would record it");
    int latches = 0;
    for (const auto& mark : board.mark()) {
        latches += mark.has_latch() ? 1 : 0;
        if (mark.has_trigger() && random_hz > 0)
            return refuse("random_trigger_hz", fmt::format("{}", random_hz), acquisition,
                          "0 with a mark from the trigger: forced triggers would look like marks");
    }
    if (latches > 1)
        return refuse("mark.latch", fmt::format("{} times", latches), register_name(vme_register::NIM_INPUT),
                      "once: the module has one latch");
    if (std::ranges::none_of(settings.layout, &ChannelLayout::enabled))
        return refuse("input", "no enabled channel",
                      register_name(group_address(0, group_register::EVENT_CONFIGURATION)), "at least one");
    return {};
}

void put_module_registers(const config::Board& board, ModuleSettings& settings) {
    const auto& device = board.sis3316();
    const auto inputs = inputs_of(device);
    const bool external = std::ranges::any_of(
        inputs, [](const auto* input) { return input != nullptr && input->external_trigger(); });
    const bool follows_bus = device.clock() == config::Sis3316::FRONT_PANEL;
    const bool latches = std::ranges::any_of(board.mark(), [](const auto& mark) { return mark.has_latch(); });
    const auto put = [&](std::uint32_t address, std::uint32_t value, std::uint32_t mask, const char* field) {
        settings.registers.push_back({address, value, mask, false, field});
    };

    put(vme_register::CLOCK_SOURCE, static_cast<std::uint32_t>(device.clock()) - 1, 3, "clock");
    std::uint32_t bus = device.front_panel_lead() || follows_bus ? 1u << 1 : 0;
    if (device.front_panel_lead()) bus |= 1u << 0 | 1u << 4;
    if (device.front_panel_lead() && device.clock() == config::Sis3316::NIM) bus |= 1u << 5;
    put(vme_register::FRONT_PANEL_BUS, bus, 0x37, "front_panel_lead");

    std::uint32_t nim = 0;
    if (device.clock() == config::Sis3316::NIM) nim |= nim_input::CLOCK_ENABLE;
    if (external && !follows_bus) nim |= nim_input::TRIGGER;
    if (latches) nim |= nim_input::PPS;
    put(vme_register::NIM_INPUT, nim, nim_input::WRITABLE, "input.external_trigger, mark.latch");

    // Keys 0x418 and 0x41C work only with these two enabled.
    std::uint32_t control = 0;
    if (external) control |= acquisition::EXTERNAL_TRIGGER;
    if (external && follows_bus) control |= acquisition::FRONT_PANEL_TRIGGER;
    if (device.clear_timestamp()) control |= acquisition::EXTERNAL_CLEAR;
    if (device.clear_timestamp() && follows_bus) control |= acquisition::FRONT_PANEL_CLEAR;
    put(vme_register::ACQUISITION, control, acquisition::WRITABLE, "input.external_trigger, clear_timestamp");
}

std::uint32_t tap_delay(std::uint32_t bits, double mhz) {
    const bool is_fast = mhz > 93.75;  // half way between the rates that the taps are given for
    if (bits == 16) return 0x300u + (is_fast ? 0x7Fu : 0x10u);
    return 0x300u + (is_fast ? 0x48u : 0x00u);
}

}  // namespace

std::uint32_t ChannelLayout::header_words() const {
    return proto::sis3316_words_by_format(format_bits) + (averaged_samples > 0 ? 1 : 0);
}

std::uint32_t ChannelLayout::words() const {
    return header_words() + raw_samples / 2 + averaged_samples / 2;
}

std::int64_t ChannelLayout::reach_before() const {
    return averaged_samples > 0 ? std::max(pretrigger, averaged_pretrigger) : pretrigger;
}

std::int64_t ChannelLayout::longest_ticks() const {
    const auto averages = std::int64_t{averaged_samples} * average_ticks;
    return std::max<std::int64_t>(raw_samples, averages > 0 ? pretrigger + averages : 0);
}

std::uint32_t ModuleSettings::longest_event_words() const {
    std::uint32_t most = 0;
    for (const auto& channel : layout)
        if (channel.enabled) most = std::max(most, channel.words());
    return most;
}

std::int64_t ModuleSettings::reach_before() const {
    std::int64_t most = 0;
    for (const auto& channel : layout)
        if (channel.enabled) most = std::max(most, channel.reach_before());
    return most;
}

std::int64_t ModuleSettings::longest_ticks() const {
    std::int64_t most = 0;
    for (const auto& channel : layout)
        if (channel.enabled) most = std::max(most, channel.longest_ticks());
    return most;
}

double frequency_hz_of(const config::Board& board) {
    return board.sample_rate_mhz() * 1e6;
}

proto::Result<ModuleSettings> settings_from(const config::Board& board) {
    const auto& device = board.sis3316();
    ModuleSettings settings;
    settings.who =
        board.name().empty()
            ? fmt::format("board {} (SIS3316 at {})", board.id(), device.address())
            : fmt::format("board {} '{}' (SIS3316 at {})", board.id(), board.name(), device.address());
    const Refuse refuse{settings.who};
    if (auto checked = check_board(board, refuse); !checked) return checked.error();
    settings.bits = board.bits();
    settings.frequency_hz = frequency_hz_of(board);
    settings.device = device;
    settings.has_on_board_clock = device.clock() == config::Sis3316::ON_BOARD;
    if (settings.has_on_board_clock)
        settings.dividers =
            on_board_dividers[std::ranges::find(on_board_mhz, board.sample_rate_mhz()) - on_board_mhz];
    settings.tap_delay = tap_delay(board.bits(), board.sample_rate_mhz());
    settings.udp_configuration = device.packet_gap() | (device.jumbo() ? 1u << 4 : 0u);
    put_module_registers(board, settings);
    for (std::uint32_t group = 0; group < groups; ++group)
        if (auto put = put_group(board, group, refuse, settings); !put) return put.error();
    if (auto checked = check_triggers(board, settings, refuse); !checked) return checked.error();
    return settings;
}

}  // namespace spillgate::hw::sis3316
