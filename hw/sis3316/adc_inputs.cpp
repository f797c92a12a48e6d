#include "hw/sis3316/adc_inputs.hpp"

#include <fmt/format.h>

namespace spillgate::hw::sis3316 {

namespace {

constexpr std::uint32_t spi_write = 0x80000000;
constexpr std::uint32_t spi_read = 0xC0000000;
constexpr std::uint32_t output_enable = 1u << 24;
constexpr std::uint32_t chips = 2;
constexpr std::uint32_t any_busy = 1u << 31;
constexpr std::uint32_t chip_id_register = 0x01;
constexpr std::uint32_t ad9268_id = 0x32;

struct ChipSetting {
    std::uint32_t address;
    std::uint32_t value;
};
// Output mode, input span, power mode, and the write that makes them work.
constexpr ChipSetting ad9643[] = {{0x14, 0x04}, {0x18, 0x00}, {0x08, 0x00}, {0xFF, 0x01}};
constexpr ChipSetting ad9268[] = {{0x14, 0x40}, {0x18, 0xC0}, {0x08, 0x00}, {0xFF, 0x01}};

proto::Status send(Module& module, std::uint32_t group, std::uint32_t offset, std::uint32_t word) {
    if (auto done = module.command(group_address(group, offset), word); !done) return done;
    return module.await(vme_register::ADC_BUSY, any_busy, 0);
}

std::uint32_t spi_word(std::uint32_t chip, std::uint32_t address, std::uint32_t value) {
    return output_enable | chip << 22 | address << 8 | value;
}

}  // namespace

proto::Status set_up_adc_chips(Module& module, std::uint32_t group, std::uint32_t bits) {
    for (std::uint32_t chip = 0; chip < chips; ++chip) {
        if (auto done =
                send(module, group, group_register::ADC_SPI, spi_read | spi_word(chip, chip_id_register, 0));
            !done)
            return done;
        const auto id = module.read(group_address(group, group_register::SPI_READBACK));
        if (!id) return id.error();
        const bool has_16_bits = (*id & 0xFFu) == ad9268_id;
        if (has_16_bits != (bits == 16))
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("{}: {}: ADC chip {} says id {:#04x}, which has {} bits; "
                            "configured is bits: {}",
                            module.who(), register_name(group_address(group, group_register::ADC_SPI)),
                            chip + 1, *id & 0xFFu, has_16_bits ? 16 : 14, bits));
        for (const auto& setting : has_16_bits ? ad9268 : ad9643)
            if (auto done = send(module, group, group_register::ADC_SPI,
                                 spi_write | spi_word(chip, setting.address, setting.value));
                !done)
                return done;
    }
    return send(module, group, group_register::ADC_SPI, output_enable);
}

proto::Status set_offsets(Module& module, std::uint32_t group, const ModuleSettings& settings) {
    constexpr std::uint32_t internal_reference = 0x88F00001;
    constexpr std::uint32_t load = 0xC0000000;
    constexpr std::uint32_t write_value = 0x82000000;
    for (const auto word : {internal_reference, load})
        if (auto done = send(module, group, group_register::OFFSET_DAC, word); !done) return done;
    for (std::uint32_t c = 0; c < channels_per_group; ++c) {
        const auto value = settings.offset_dac[group * channels_per_group + c];
        if (auto done = send(module, group, group_register::OFFSET_DAC, write_value | c << 20 | value << 4);
            !done)
            return done;
    }
    return send(module, group, group_register::OFFSET_DAC, load);
}

}  // namespace spillgate::hw::sis3316
