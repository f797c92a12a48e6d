// What registers keep, what they refuse, and the chips behind some of them.
#include <catch2/catch.hpp>

#include "hw/emulator/sis3316/clock_chip.hpp"
#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "hw/emulator/sis3316/trapezoid.hpp"
#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using namespace spillgate::hw::emulator::sis3316;

namespace {

struct Bench {
    std::unique_ptr<EmulatedSis3316> device;
    std::unique_ptr<PlainClient> client;

    explicit Bench(const config::EmulatedModule& config = pattern_module())
        : device(EmulatedSis3316::create(config).value()) {
        device->start().value();
        client = std::make_unique<PlainClient>(device->endpoint());
        client->take_grant();
    }
};

// The I²C engine, one operation.
std::uint32_t i2c(PlainClient& client, std::uint32_t operation) {
    client.write(0x40, operation);
    const std::uint32_t result = client.read(0x40);
    REQUIRE(result >> 31 == 0);
    return result;
}

void write_oscillator(PlainClient& client, std::initializer_list<std::uint32_t> bytes) {
    i2c(client, 0x200);
    for (const std::uint32_t byte : bytes)
        REQUIRE((i2c(client, 0x1000 | byte) & 0x100) != 0);
    i2c(client, 0x800);
}

}  // namespace

TEST_CASE("every setting reads back as it was written, in all four groups") {
    Bench bench;
    std::vector<PlainClient::Register> written;
    for (std::uint32_t group = 0x1000; group < 0x5000; group += 0x1000)
        for (std::uint32_t offset = 0; offset < 0x100; offset += 4)
            written.push_back({group + offset, 0x01234560 + group + offset});
    for (std::uint32_t address : {0x2C, 0x3C, 0x50, 0x58, 0x68, 0x70, 0x74, 0x78, 0x7C, 0xB8, 0xBC})
        written.push_back({address, 0x00000301 + address});
    for (std::size_t at = 0; at < written.size(); at += 64)
        bench.client->write_all(
            {written.begin() + static_cast<std::ptrdiff_t>(at),
             written.begin() + static_cast<std::ptrdiff_t>(std::min(at + 64, written.size()))});
    for (const auto& [address, value] : written) {
        CAPTURE(address);
        REQUIRE(bench.client->read(address) == value);
    }
}

TEST_CASE("what is read-only stays, and status bits that come back in a write are ignored") {
    Bench bench;
    for (std::uint32_t address : {0x20, 0x28, 0xA4, 0xC0, 0x1100, 0x1104, 0x2110, 0x2120, 0x1130}) {
        CAPTURE(address);
        const std::uint32_t before = bench.client->read(address);
        bench.client->write(address, ~before);
        CHECK(bench.client->read(address) == before);
    }
    bench.client->write(0x60, 0xFFFF0500);
    CHECK(bench.client->read(0x60) == 0x500);
    bench.client->press(0x420);
    CHECK(bench.client->read(0x60) == 0x10500);
    bench.client->write(0x60, bench.client->read(0x60) | 0x1000);
    CHECK(bench.client->read(0x60) == 0x11500);
    bench.client->write(0x5C, 0x03300010);
    CHECK(bench.client->read(0x5C) == 0x10);
    CHECK(bench.client->read(0x5D0) == 0);  // no such register
    CHECK((bench.client->status() & 0x20) != 0);
}

TEST_CASE("a healthy module says so") {
    auto config = pattern_module();
    config.mutable_sis3316()->set_serial(317);
    Bench bench(config);
    CHECK(bench.client->read(0x28) == 317);
    CHECK(bench.client->read(0x20) == 120);
    bench.client->write(0xA0, 0xE0E0E0E0);
    CHECK(bench.client->read(0xA0) == 0x18181818);
    CHECK(bench.client->read(0xA4) == 0);
    for (std::uint32_t group = 0x1000; group < 0x5000; group += 0x1000) {
        bench.client->write(group, 0x400);
        CHECK(bench.client->read(group + 0x104) == 0x00130118);
        CHECK(bench.client->read(group + 0x100) == 0x02500007);
    }
    config.mutable_sis3316()->set_serial(3);
    Bench early(config);
    CHECK(early.client->read(0x1104) == 0x00130018);
}

TEST_CASE("the reset key clears thresholds, group ids and the ADCs' output enable") {
    Bench bench;
    bench.client->write_all(
        {{0x1044, 0x88000100}, {0x2014, 0x400000}, {0x300C, 0x01000000}, {0x60, 0x500}, {0x50, 2}});
    bench.client->press(0x400);
    for (std::uint32_t address : {0x1044, 0x2014, 0x300C, 0x60})
        CHECK(bench.client->read(address) == 0);
    CHECK(bench.client->read(0x50) == 2);  // another chip
}

TEST_CASE("the oscillator is set over I2C, and reads back") {
    Bench bench;
    PlainClient& client = *bench.client;
    write_oscillator(client, {0xAA, 0x89, 0x10});
    write_oscillator(client, {0xAA, 0x0D, 0x20, 0xC2, 0xBC, 0x33, 0xE4, 0xF2});
    write_oscillator(client, {0xAA, 0x89, 0x00});
    write_oscillator(client, {0xAA, 0x87, 0x40});
    for (const auto& statistic : bench.device->statistics())
        if (statistic.name == "oscillator-khz") CHECK(statistic.value == 250000);

    i2c(client, 0x200);
    i2c(client, 0x10AA);
    i2c(client, 0x100D);
    i2c(client, 0x400);
    CHECK((i2c(client, 0x10AB) & 0x100) != 0);
    const std::vector<std::uint32_t> expected{0x20, 0xC2, 0xBC, 0x33, 0xE4, 0xF2};
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK((i2c(client, i < 5 ? 0x2100 : 0x2000) & 0xFF) == expected[i]);
    i2c(client, 0x800);
    // Nobody else is on the bus.
    i2c(client, 0x200);
    CHECK((i2c(client, 0x10A0) & 0x100) == 0);
}

TEST_CASE("the oscillator's dividers make the module's three frequencies") {
    for (const auto& [high, mhz] : {std::pair{0x20u, 250.0}, {0x21u, 125.0}, {0x23u, 62.5}}) {
        ClockChip chip;
        for (const std::uint32_t operation : {0x200u, 0x10AAu, 0x100Du, 0x1000u | high, 0x10C2u, 0x800u})
            chip.write(operation);
        CHECK(chip.frequency_mhz() == mhz);
    }
}

TEST_CASE("ADC chips have the id of their kind and keep their registers, the DAC reads back") {
    auto config = pattern_module();
    for (const auto& [firmware, bits, id] :
         {std::tuple{0x02500007u, 14u, 0x82u}, {0x01250007u, 16u, 0x32u}}) {
        config.mutable_sis3316()->set_adc_firmware(firmware);
        config.mutable_board()->set_bits(bits);
        Bench bench(config);
        PlainClient& client = *bench.client;
        client.write(0x100C, 0xC1000100);
        CHECK((client.read(0x110C) & 0xFF) == id);
        client.write(0x100C, 0x8140180B);  // second chip, register 0x18
        client.write(0x100C, 0xC1401800);
        CHECK((client.read(0x110C) & 0xFF) == 0x0B);
        client.write(0x100C, 0xC1001800);
        CHECK((client.read(0x110C) & 0xFF) == 0);
        client.write(0x1008, 0x82000000 | 1 << 20 | 0x8000 << 4);
        CHECK((client.read(0x1108) & 0xFFFFF0) == (1 << 20 | 0x8000 << 4));
    }
}

TEST_CASE("a trapezoid is the later sum less the earlier one") {
    const std::vector<std::uint16_t> samples{10, 10, 10, 10, 10, 30, 30, 30, 30, 10, 10};
    std::vector<std::int32_t> values;
    trapezoid(samples, {2, 1}, false, values);
    CHECK(values == std::vector<std::int32_t>{0, 20, 40, 40, 20, -20, -40});
    trapezoid(samples, {2, 1}, true, values);
    CHECK(values == std::vector<std::int32_t>{0, -20, -40, -40, -20, 20, 40});
    trapezoid(std::span(samples).first(4), {2, 1}, false, values);
    CHECK(values.empty());
}
