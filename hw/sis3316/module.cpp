#include "hw/sis3316/module.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace spillgate::hw::sis3316 {

namespace {

constexpr int grant_polls = 100;
constexpr int await_polls = 1000;
constexpr int most_rewrites = 10;
constexpr std::uint32_t jumbo_bit = 1u << 4;
constexpr std::uint32_t udp_configuration_bits = 0x1F;

Generation generation_of(config::Sis3316::Generation generation) {
    return generation == config::Sis3316::LEGACY ? Generation::LEGACY : Generation::WITH_IDENTIFIER;
}

LinkSettings link_settings(const ModuleSettings& settings) {
    const auto& device = settings.device;
    LinkSettings link;
    link.name = settings.who;
    link.address = device.address();
    link.port = static_cast<std::uint16_t>(device.port());
    link.local_port =
        static_cast<std::uint16_t>(device.has_local_port() ? device.local_port() : device.port());
    link.timeout = std::chrono::nanoseconds(static_cast<std::int64_t>(device.timeout_ms() * 1e6));
    link.retransmissions = device.retransmissions();
    link.receive_buffer_bytes = device.receive_buffer_bytes();
    return link;
}

}  // namespace

proto::Result<std::unique_ptr<Module>> Module::open(const ModuleSettings& settings, std::stop_token stop) {
    auto link = Link::open(link_settings(settings));
    if (!link) return link.error();
    auto module = std::unique_ptr<Module>(new Module(std::move(*link), settings.who));
    module->link_->obey(std::move(stop));
    if (settings.device.generation() != config::Sis3316::PROBE)
        module->link_->speak(generation_of(settings.device.generation()));
    else if (auto probed = module->link_->probe(); !probed)
        return probed.error();
    if (auto granted = module->take_grant(settings.device.kill_other_grant()); !granted)
        return granted.error();
    return module;
}

Module::~Module() {
    if (granted_) (void)link_->write_link(link_register::ARBITRATION, 0);
}

// Link writes are never acknowledged: each look at the register follows a write.
proto::Status Module::take_grant(bool kill_other) {
    std::uint32_t state = 0;
    for (int poll = 0; poll < grant_polls; ++poll) {
        if (kill_other && (state & arbitration::OTHER_GRANT) != 0)
            if (auto sent = link_->write_link(link_register::ARBITRATION, arbitration::KILL); !sent)
                return sent;
        if (auto sent = link_->write_link(link_register::ARBITRATION, arbitration::REQUEST); !sent)
            return sent;
        const auto read = link_->read_link(link_register::ARBITRATION);
        if (!read) return read.error();
        state = *read;
        if ((state & arbitration::OWN_GRANT) != 0) {
            granted_ = true;
            return {};
        }
        if ((state & arbitration::OTHER_GRANT) != 0 && !kill_other) break;
        if (auto paused = pause(std::chrono::milliseconds(1)); !paused) return paused;
    }
    return proto::error(
        proto::ErrorKind::IO,
        fmt::format("{}: no grant: link register 0x10 reads {:#010x}{}", who_, state,
                    (state & arbitration::OTHER_GRANT) != 0
                        ? "; another interface holds the module, kill_other_grant would take it"
                        : ""));
}

proto::Result<Identity> Module::identify() {
    Identity identity;
    identity.generation = link_->generation();
    identity.receive_buffer_bytes = link_->receive_buffer_bytes();
    const auto module_id = link_->read_link(link_register::MODULE_ID);
    if (!module_id) return module_id.error();
    identity.module_id = *module_id;
    if (*module_id >> 16 != 0x3316)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("{}: link register 0x04 (module id) reads {:#010x}; an SIS3316 reads "
                                        "0x3316….",
                                        who_, *module_id));
    const auto hardware = link_->read_link(link_register::HARDWARE_VERSION);
    if (!hardware) return hardware.error();
    identity.hardware_version = *hardware & 0xFu;

    std::vector<RegisterWrite> clear;
    std::vector<std::uint32_t> addresses{vme_register::SERIAL, vme_register::TEMPERATURE};
    for (std::uint32_t group = 0; group < groups; ++group) {
        clear.push_back({group_address(group, group_register::TAP_DELAY), 0x400});
        addresses.push_back(group_address(group, group_register::FIRMWARE));
        addresses.push_back(group_address(group, group_register::STATUS));
    }
    clear.push_back({vme_register::LINK_STATUS, 0xE0E0E0E0});
    addresses.push_back(vme_register::LINK_STATUS);
    if (auto cleared = command(clear); !cleared) return cleared.error();
    std::vector<std::uint32_t> values(addresses.size());
    if (auto got = read(addresses, values); !got) return got.error();
    identity.serial = values[0] & 0xFFFFu;
    identity.serial_valid = (values[0] >> 16 & 1u) == 0;
    const auto quarters = static_cast<std::int32_t>(values[1] << 22) >> 22;
    identity.temperature_c = quarters / 4.0;
    for (std::uint32_t group = 0; group < groups; ++group) {
        identity.adc_firmware[group] = values[2 + 2 * group];
        identity.adc_status[group] = values[3 + 2 * group];
        // Two healthy readings: slow links of the first modules have bit 8 clear.
        if ((identity.adc_status[group] & 0x001300F8u) != 0x00130018u)
            identity.doubts.push_back(fmt::format("{} reads {:#010x}; healthy is 0x00130118",
                                                  register_name(group_address(group, group_register::STATUS)),
                                                  identity.adc_status[group]));
    }
    identity.link_status = values.back();
    if (identity.link_status != 0x18181818)
        identity.doubts.push_back(fmt::format("{} reads {:#010x}; healthy is 0x18181818",
                                              register_name(vme_register::LINK_STATUS),
                                              identity.link_status));
    return identity;
}

proto::Result<std::uint32_t> Module::read(std::uint32_t address) {
    std::uint32_t value = 0;
    if (auto got = read(std::span(&address, 1), std::span(&value, 1)); !got) return got.error();
    return value;
}

proto::Status Module::read(std::span<const std::uint32_t> addresses, std::span<std::uint32_t> values) {
    for (std::size_t at = 0; at < addresses.size(); at += most_registers) {
        const auto count = std::min(most_registers, addresses.size() - at);
        if (auto got = link_->read(addresses.subspan(at, count), values.subspan(at, count)); !got) return got;
    }
    return {};
}

proto::Result<bool> Module::is_as_written(std::span<const RegisterWrite> writes) {
    std::array<std::uint32_t, most_registers> addresses{};
    std::array<std::uint32_t, most_registers> values{};
    std::ranges::transform(writes, addresses.begin(), &RegisterWrite::address);
    if (auto got =
            link_->read(std::span(addresses).first(writes.size()), std::span(values).first(writes.size()));
        !got)
        return got.error();
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const bool is_overwritten =
            std::any_of(writes.begin() + static_cast<std::ptrdiff_t>(i) + 1, writes.end(),
                        [&](const RegisterWrite& later) { return later.address == writes[i].address; });
        if (!is_overwritten && values[i] != writes[i].value) return false;
    }
    return true;
}

proto::Status Module::write(std::span<const RegisterWrite> writes) {
    for (std::size_t at = 0; at < writes.size(); at += most_registers) {
        const auto part = writes.subspan(at, std::min(most_registers, writes.size() - at));
        for (int times = 0;; ++times) {
            const auto delivery = link_->write(part);
            if (!delivery) return delivery.error();
            if (*delivery == Delivery::CONFIRMED) break;
            const auto there = is_as_written(part);
            if (!there) return there.error();
            if (*there) break;
            if (times == most_rewrites)
                return proto::error(proto::ErrorKind::TIMED_OUT,
                                    fmt::format("{}: {} does not take a value: neither acknowledged nor read "
                                                "back",
                                                who_, register_name(part.front().address)));
        }
    }
    return {};
}

proto::Status Module::write(std::uint32_t address, std::uint32_t value) {
    const RegisterWrite one{address, value};
    return write(std::span(&one, 1));
}

proto::Status Module::command(std::span<const RegisterWrite> writes) {
    for (std::size_t at = 0; at < writes.size(); at += most_registers) {
        const auto part = writes.subspan(at, std::min(most_registers, writes.size() - at));
        for (int times = 0;; ++times) {
            const auto delivery = link_->write(part);
            if (!delivery) return delivery.error();
            if (*delivery == Delivery::CONFIRMED) break;
            if (times == most_rewrites)
                return proto::error(
                    proto::ErrorKind::TIMED_OUT,
                    fmt::format("{}: {} is not acknowledged", who_, register_name(part.front().address)));
        }
    }
    return {};
}

proto::Status Module::command(std::uint32_t address, std::uint32_t value) {
    const RegisterWrite one{address, value};
    return command(std::span(&one, 1));
}

proto::Result<Delivery> Module::act_once(std::uint32_t key) {
    const RegisterWrite one{key, 0};
    return link_->write(std::span(&one, 1));
}

proto::Status Module::await(std::uint32_t address, std::uint32_t mask, std::uint32_t wanted) {
    std::uint32_t value = 0;
    for (int poll = 0; poll < await_polls; ++poll) {
        const auto got = read(address);
        if (!got) return got.error();
        value = *got;
        if ((value & mask) == wanted) return {};
    }
    return proto::error(proto::ErrorKind::TIMED_OUT,
                        fmt::format("{}: {} stays {:#010x}; awaited: {:#x} in bits {:#x}", who_,
                                    register_name(address), value, wanted, mask));
}

proto::Status Module::pause(std::chrono::milliseconds time) {
    return link_->pause_until(std::chrono::steady_clock::now() + time);
}

proto::Status Module::set_packets(std::uint32_t udp_configuration) {
    for (int times = 0; times < most_rewrites; ++times) {
        if (auto sent = link_->write_link(link_register::UDP_CONFIGURATION, udp_configuration); !sent)
            return sent;
        const auto got = link_->read_link(link_register::UDP_CONFIGURATION);
        if (!got) return got.error();
        if ((*got & udp_configuration_bits) != udp_configuration) continue;
        link_->set_jumbo((udp_configuration & jumbo_bit) != 0);
        return {};
    }
    return proto::error(proto::ErrorKind::IO,
                        fmt::format("{}: link register 0x08 (UDP configuration) does not take {:#x}", who_,
                                    udp_configuration));
}

proto::Status check_identity(const Identity& identity, const ModuleSettings& settings) {
    const auto& who = settings.who;
    const auto refuse = [&](const std::string& what) {
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("{}: {}", who, what));
    };
    if (settings.device.has_serial() &&
        (!identity.serial_valid || identity.serial != settings.device.serial()))
        return refuse(fmt::format(
            "{} says serial number {}; configured is {}", register_name(vme_register::SERIAL),
            identity.serial_valid ? fmt::format("{}", identity.serial) : "none", settings.device.serial()));
    const std::uint32_t type = settings.bits == 16 ? 0x0125 : 0x0250;
    for (std::uint32_t group = 0; group < groups; ++group) {
        const auto firmware = identity.adc_firmware[group];
        const auto name = register_name(group_address(group, group_register::FIRMWARE));
        if (firmware >> 16 != type)
            return refuse(fmt::format("{} reads {:#010x}; a board with bits: {} needs ADC type {:#06x}", name,
                                      firmware, settings.bits, type));
        if ((firmware >> 8 & 0xFFu) != 0)
            return refuse(
                fmt::format("{} reads {:#010x}: firmware version {:#04x} has another event format; "
                            "known is 0x00, the standard firmware",
                            name, firmware, firmware >> 8 & 0xFFu));
        // Up to revision 6 the pretrigger delay has 11 bits.
        constexpr std::int64_t longest_of_old = 2042;
        for (std::uint32_t c = 0; c < channels_per_group; ++c) {
            const auto& layout = settings.layout[group * channels_per_group + c];
            if (layout.enabled && layout.pretrigger > longest_of_old && (firmware & 0xFFFFu) <= 6)
                return refuse(fmt::format(
                    "channel {}: pretrigger_ns is {} samples, which {} cannot hold with firmware {:#06x}; "
                    "allowed: up to {} samples",
                    group * channels_per_group + c, layout.pretrigger,
                    register_name(group_address(group, group_register::PRETRIGGER)), firmware & 0xFFFFu,
                    longest_of_old));
        }
    }
    return {};
}

}  // namespace spillgate::hw::sis3316
