#include <array>

#include <catch2/catch.hpp>

#include "hw/sis3316/bank_reader.hpp"
#include "hw/sis3316/bring_up.hpp"
#include "tests/hw/sis3316/emulated_readout.hpp"

using namespace spillgate;
using namespace spillgate::hw::sis3316;
using namespace spillgate::hw::sis3316::testing;

namespace {

struct Latch {
    std::uint32_t status = 0;
    std::uint64_t ticks = 0;
    bool is_held() const { return (status & acquisition::PPS_LATCHED) != 0; }
};

Latch latch_of(Module& module) {
    const std::array addresses{vme_register::ACQUISITION, group_address(0, group_register::PPS_HIGH),
                               group_address(0, group_register::PPS_LOW)};
    std::array<std::uint32_t, 3> values{};
    REQUIRE(module.read(addresses, values).has_value());
    return {values[0], std::uint64_t{values[1]} << 32 | values[2]};
}

}  // namespace

TEST_CASE(
    "a latched mark is let go when it has been read, not behind its bank: the next one may come any time",
    "[integration]") {
    auto emulated = emulated_module(14);
    emulated.mutable_pattern()->set_trigger_hz(1);
    emulated.mutable_sis3316()->set_mark_at_user_input(true);
    auto device = EmulatorDevice::create(emulated, true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.add_mark()->mutable_latch();
    const auto settings = settings_from(board).value();
    const auto module = Module::open(settings, {}).value();
    REQUIRE(bring_up(*module, settings).has_value());
    BankReader reader(*module, settings);
    REQUIRE(reader.arm().has_value());
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!latch_of(*module).is_held())
        REQUIRE(std::chrono::steady_clock::now() < deadline);
    const auto closed = reader.swap(false).value();
    REQUIRE((closed.status & acquisition::PPS_LATCHED) != 0);
    const auto now = latch_of(*module);
    // On a slow machine the next one has come already.
    CHECK((!now.is_held() || now.ticks != closed.latched));
}
