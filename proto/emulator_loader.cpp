#include "proto/emulator_loader.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "proto/ruled_text.hpp"

namespace spillgate::proto {

namespace {

using Found = std::vector<Contradiction>;

constexpr std::uint32_t type_14_bits = 0x0250;
constexpr std::uint32_t type_16_bits = 0x0125;

// Devices and services have one set of names: requests at run time go by them.
template <class Named>
void name_is_new(const Named& item, std::set<std::string>& seen, Found& found) {
    if (item.name().empty())
        found.push_back({&item, "name", -1, "the name is empty"});
    else if (!seen.insert(item.name()).second)
        found.push_back({&item, "name", -1, fmt::format("a second '{}'; names must differ", item.name())});
}

// Nothing protects an emulator's ports.
template <class Device>
void is_on_loopback(const Device& device, Found& found) {
    if (!device.address().starts_with("127."))
        found.push_back({&device, "address", -1,
                         fmt::format("address is '{}'; an emulator listens on loopback, 127.…, alone",
                                     device.address())});
}

void sis3316(const config::EmulatedModule& module, Found& found) {
    const auto& device = module.sis3316();
    is_on_loopback(device, found);
    const std::uint32_t type = device.adc_firmware() >> 16;
    if (type != type_14_bits && type != type_16_bits) {
        found.push_back({&device, "adc_firmware", -1,
                         fmt::format("adc_firmware is of type {:#06x}; allowed are {:#06x} (14 bits) and "
                                     "{:#06x} (16 bits)",
                                     type, type_14_bits, type_16_bits)});
        return;
    }
    const unsigned bits = type == type_16_bits ? 16 : 14;
    if (module.board().bits() != bits)
        found.push_back({&module.board(), "bits", -1,
                         fmt::format("bits is {}; a module with adc_firmware {:#010x} has {}",
                                     module.board().bits(), device.adc_firmware(), bits)});
}

void looks_at_something(const config::EmulatedModule& module, Found& found) {
    const auto& board = module.board();
    if (board.is_signed())
        found.push_back(
            {&board, "is_signed", -1, "is_signed is true; emulated digitizers give unsigned codes"});
    if (!board.has_simulation() && !module.has_pattern())
        found.push_back({&board, "id", -1,
                         fmt::format("module '{}' looks at nothing; its board needs a simulation, or the "
                                     "module a pattern",
                                     module.name())});
}

}  // namespace

std::vector<Contradiction> contradictions(const config::Emulator& emulator) {
    Found found;
    std::set<std::string> names;
    std::set<std::pair<std::string, std::uint32_t>> taken;
    const auto port_is_free = [&](const auto& device) {
        if (device.port() != 0 && !taken.emplace(device.address(), device.port()).second)
            found.push_back({&device, "port", -1,
                             fmt::format("a second device at {}:{}", device.address(), device.port())});
    };
    for (const auto& module : emulator.module()) {
        name_is_new(module, names, found);
        looks_at_something(module, found);
        if (module.has_sis3316()) {
            sis3316(module, found);
            port_is_free(module.sis3316());
        } else if (module.has_dig2()) {
            is_on_loopback(module.dig2(), found);
            port_is_free(module.dig2());
        } else {
            found.push_back({&module, "name", -1,
                             fmt::format("module '{}' is no device; allowed: sis3316, dig2", module.name())});
        }
    }
    for (const auto& beam : emulator.beam())
        name_is_new(beam, names, found);
    if (!emulator.control_endpoint().starts_with("ipc://"))
        found.push_back(
            {&emulator, "control_endpoint", -1,
             fmt::format("control_endpoint is '{}'; allowed is ipc://PATH", emulator.control_endpoint())});
    return found;
}

Result<config::Emulator> parse_emulator(const std::string& text, const std::string& name) {
    config::Emulator emulator;
    if (const auto read = read_ruled(text, name, emulator, contradictions); !read) return read.error();
    return emulator;
}

Result<config::Emulator> load_emulator(const std::string& path) {
    const auto text = read_text(path);
    if (!text) return text.error();
    return parse_emulator(*text, path);
}

}  // namespace spillgate::proto
