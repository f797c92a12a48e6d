#include "hw/sis3316/sample_clock.hpp"

#include <initializer_list>

#include <fmt/format.h>

namespace spillgate::hw::sis3316 {

namespace {

constexpr std::uint32_t start = 0x200;
constexpr std::uint32_t stop = 0x800;
constexpr std::uint32_t write_byte = 0x1000;
constexpr std::uint32_t read_byte = 0x2000;
constexpr std::uint32_t acknowledge = 0x100;
constexpr std::uint32_t busy = 1u << 31;
constexpr std::uint32_t oscillator_write = 0xAA;
constexpr std::uint32_t oscillator_read = 0xAB;
constexpr std::uint32_t frequency_registers = 0x0D;
constexpr int attempts = 10;

// One I²C transaction. A step whose acknowledgement is lost for good spoils it: it is begun anew, which
// leaves the chip's registers as one transaction would.
class Transaction {
  public:
    explicit Transaction(Module& module) : module_(module) {}

    // False: a step is in doubt.
    proto::Result<bool> step(std::uint32_t command) {
        const RegisterWrite one{vme_register::OSCILLATOR_I2C, command};
        const auto delivery = module_.link().write(std::span(&one, 1));
        if (!delivery) return delivery.error();
        if (*delivery != Delivery::CONFIRMED) return false;
        if (auto idle = module_.await(vme_register::OSCILLATOR_I2C, busy, 0); !idle) return idle.error();
        return true;
    }
    proto::Result<bool> send(std::uint32_t byte) {
        auto sure = step(write_byte | byte);
        if (!sure || !*sure) return sure;
        const auto state = module_.read(vme_register::OSCILLATOR_I2C);
        if (!state) return state.error();
        if ((*state & acknowledge) == 0)
            return proto::error(
                proto::ErrorKind::IO,
                fmt::format("{}: {}: the oscillator does not acknowledge byte {:#04x}", module_.who(),
                            register_name(vme_register::OSCILLATOR_I2C), byte));
        return true;
    }
    proto::Result<bool> send_all(std::initializer_list<std::uint32_t> bytes) {
        auto sure = step(start);
        for (const auto byte : bytes) {
            if (!sure || !*sure) return sure;
            sure = send(byte);
        }
        if (!sure || !*sure) return sure;
        return step(stop);
    }
    proto::Result<bool> receive(std::uint32_t& byte, bool more) {
        auto sure = step(read_byte | (more ? acknowledge : 0));
        if (!sure || !*sure) return sure;
        const auto state = module_.read(vme_register::OSCILLATOR_I2C);
        if (!state) return state.error();
        byte = *state & 0xFFu;
        return true;
    }

  private:
    Module& module_;
};

proto::Status transact(Module& module, std::initializer_list<std::uint32_t> bytes) {
    for (int i = 0; i < attempts; ++i) {
        const auto sure = Transaction(module).send_all(bytes);
        if (!sure) return sure.error();
        if (*sure) return {};
    }
    return proto::error(proto::ErrorKind::TIMED_OUT,
                        fmt::format("{}: {}: no transaction comes to its end", module.who(),
                                    register_name(vme_register::OSCILLATOR_I2C)));
}

proto::Result<bool> try_read_dividers(Module& module, OscillatorDividers& dividers) {
    Transaction bus(module);
    auto sure = bus.send_all({oscillator_write, frequency_registers});
    if (!sure || !*sure) return sure;
    for (const auto command : {start, write_byte | oscillator_read}) {
        sure = bus.step(command);
        if (!sure || !*sure) return sure;
    }
    constexpr int registers = 6;
    for (int i = 0; i < registers; ++i) {
        std::uint32_t byte = 0;
        sure = bus.receive(byte, i + 1 < registers);
        if (!sure || !*sure) return sure;
        if (i == 0) dividers.hs = byte;
        if (i == 1) dividers.n1 = byte;
    }
    return bus.step(stop);
}

}  // namespace

proto::Status set_oscillator(Module& module, const OscillatorDividers& dividers) {
    const std::initializer_list<std::uint32_t> freeze{oscillator_write, 0x89, 0x10};
    const std::initializer_list<std::uint32_t> divide{oscillator_write, frequency_registers, dividers.hs,
                                                      dividers.n1};
    const std::initializer_list<std::uint32_t> unfreeze{oscillator_write, 0x89, 0x00};
    const std::initializer_list<std::uint32_t> new_frequency{oscillator_write, 0x87, 0x40};
    for (const auto& bytes : {freeze, divide, unfreeze, new_frequency})
        if (auto done = transact(module, bytes); !done) return done;
    if (auto done = module.pause(std::chrono::milliseconds(15)); !done) return done;
    OscillatorDividers found;
    for (int i = 0; i < attempts; ++i) {
        const auto sure = try_read_dividers(module, found);
        if (!sure) return sure.error();
        if (*sure) break;
    }
    if (found.hs == dividers.hs && found.n1 == dividers.n1) return {};
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("{}: {}: the oscillator's dividers read {:#04x} {:#04x}, written were "
                                    "{:#04x} {:#04x}",
                                    module.who(), register_name(vme_register::OSCILLATOR_I2C), found.hs,
                                    found.n1, dividers.hs, dividers.n1));
}

proto::Status pass_external_clock(Module& module) {
    constexpr std::uint32_t set_address = 0x0000;
    constexpr std::uint32_t write_data = 0x4000;
    struct Setting {
        std::uint32_t address;
        std::uint32_t value;
    };
    // Register 0 bit 1: bypass; register 11 bit 1: second input off.
    for (const auto& [address, value] : {Setting{0, 0x02}, Setting{11, 0x02}})
        for (const auto command : {set_address | address, write_data | value}) {
            if (auto done = module.command(vme_register::CLOCK_MULTIPLIER_SPI, command); !done) return done;
            if (auto idle = module.await(vme_register::CLOCK_MULTIPLIER_SPI, busy, 0); !idle) return idle;
        }
    return {};
}

}  // namespace spillgate::hw::sis3316
