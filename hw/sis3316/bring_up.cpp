#include "hw/sis3316/bring_up.hpp"

#include <map>

#include <fmt/format.h>

#include "hw/sis3316/adc_inputs.hpp"
#include "hw/sis3316/sample_clock.hpp"

namespace spillgate::hw::sis3316 {

std::string words_of(const Difference& difference) {
    return fmt::format("{} reads {:#010x}, written was {:#010x} (bits {:#010x}; from {})",
                       register_name(difference.address), difference.read, difference.written,
                       difference.mask, difference.field);
}

proto::Status reset_and_clock(Module& module, const ModuleSettings& settings) {
    if (auto done = module.command(key::RESET, 0); !done) return done;
    if (auto done = module.command(key::DISARM, 0); !done) return done;
    if (settings.has_on_board_clock) {
        if (auto done = set_oscillator(module, settings.dividers); !done) return done;
    } else if (settings.device.clock() == config::Sis3316::NIM) {
        if (auto done = pass_external_clock(module); !done) return done;
    }
    const auto source = static_cast<std::uint32_t>(settings.device.clock()) - 1;
    if (auto done = module.write(vme_register::CLOCK_SOURCE, source); !done) return done;
    if (auto done = module.command(key::CLOCK_RESET, 0); !done) return done;
    if (auto done = module.pause(std::chrono::milliseconds(20)); !done) return done;
    constexpr std::uint32_t calibrate = 0xF00;
    for (const auto value : {calibrate, settings.tap_delay}) {
        std::vector<RegisterWrite> taps;
        taps.reserve(groups);
        for (std::uint32_t group = 0; group < groups; ++group)
            taps.push_back({group_address(group, group_register::TAP_DELAY), value});
        if (auto done = module.command(taps); !done) return done;
        if (auto done = module.pause(std::chrono::milliseconds(2)); !done) return done;
    }
    return {};
}

proto::Status set_up_inputs(Module& module, const ModuleSettings& settings) {
    for (std::uint32_t group = 0; group < groups; ++group) {
        if (auto done = set_up_adc_chips(module, group, settings.bits); !done) return done;
        if (auto done = set_offsets(module, group, settings); !done) return done;
    }
    return {};
}

proto::Result<std::vector<Difference>> apply(Module& module, const ModuleSettings& settings) {
    // The last write of each address is what must stand there in the end.
    std::map<std::uint32_t, RegisterSetting> final;
    for (const auto& setting : settings.registers) {
        auto value = setting.value;
        if (setting.keeps_others) {
            const auto old = module.read(setting.address);
            if (!old) return old.error();
            value = (value & setting.mask) | (*old & ~setting.mask);
        }
        // One by one: the order counts, and a lost request then names its register.
        const RegisterWrite one{setting.address, value};
        if (auto done = module.command(std::span(&one, 1)); !done) return done.error();
        final[setting.address] = setting;
    }
    std::vector<std::uint32_t> addresses;
    addresses.reserve(final.size());
    for (const auto& [address, setting] : final)
        addresses.push_back(address);
    std::vector<std::uint32_t> values(addresses.size());
    if (auto got = module.read(addresses, values); !got) return got.error();
    std::vector<Difference> differences;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto& setting = final[addresses[i]];
        if (((values[i] ^ setting.value) & setting.mask) != 0)
            differences.push_back({addresses[i], setting.value, values[i], setting.mask, setting.field});
    }
    return differences;
}

proto::Result<Identity> bring_up(Module& module, const ModuleSettings& settings) {
    auto identity = module.identify();
    if (!identity) return identity;
    if (auto fits = check_identity(*identity, settings); !fits) return fits.error();
    if (auto done = reset_and_clock(module, settings); !done) return done.error();
    if (auto done = set_up_inputs(module, settings); !done) return done.error();
    const auto differences = apply(module, settings);
    if (!differences) return differences.error();
    if (!differences->empty()) {
        const auto more = differences->size() - 1;
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("{}: {}{}", settings.who, words_of(differences->front()),
                        more == 0 ? "" : fmt::format(", and {} registers more differ", more)));
    }
    if (auto done = module.set_packets(settings.udp_configuration); !done) return done.error();
    return identity;
}

}  // namespace spillgate::hw::sis3316
