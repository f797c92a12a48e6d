// Spills that trigger all 16 channels at the same sample, while banks are swapped and while they are too
// small.
#include <set>

#include <catch2/catch.hpp>

#include "tests/hw/sis3316/emulated_readout.hpp"

using namespace spillgate;
using namespace spillgate::hw::sis3316::testing;

namespace {

constexpr std::size_t channels = 16;
constexpr std::size_t header_words = 3;

// Events of a quarter of a millisecond, so that some of them are being recorded when banks are swapped.
config::EmulatedModule slow_module() {
    auto module = emulated_module(14);
    module.mutable_board()->set_sample_rate_mhz(62.5);
    module.mutable_pattern()->set_trigger_hz(20);
    return module;
}
constexpr std::int64_t slow_pretrigger = 200;

config::Board slow_board(const EmulatorDevice& device) {
    auto board = board_of(device, 14);
    board.set_sample_rate_mhz(62.5);
    auto& sis = *board.mutable_sis3316();
    sis.set_jumbo(true);
    sis.set_swap_ms(1);
    auto& input = *sis.mutable_input(0);
    input.clear_channel();  // all
    input.set_record_ns(16384 * 16);
    input.set_pretrigger_ns(slow_pretrigger * 16);
    return board;
}

std::int64_t last_watermark(const std::vector<hw::Batch>& batches) {
    std::int64_t watermark = 0;
    for (const auto& batch : batches)
        watermark = std::max(watermark, batch.watermark.ticks);
    return watermark;
}

// By timestamp, the channels whose whole events came.
std::map<std::int64_t, std::set<std::uint32_t>> spills_of(const std::vector<hw::Batch>& batches,
                                                          std::int64_t pretrigger) {
    std::map<std::int64_t, std::set<std::uint32_t>> spills;
    for (const auto& [key, count] : delivered(batches, pretrigger))
        spills[key.second].insert(key.first);
    return spills;
}

struct Stretch {
    std::int64_t from = 0;
    std::int64_t until = 0;
};

std::vector<Stretch> dropped(const std::vector<hw::Batch>& batches, const std::string& name) {
    std::vector<Stretch> stretches;
    for (const auto& batch : batches)
        for (const auto& event : batch.device_events)
            if (event.kind == hw::DeviceEvent::Kind::DROPPED && event.name == name)
                stretches.push_back({event.time.ticks, event.until.ticks});
    return stretches;
}

std::unique_ptr<EmulatorDevice> started(const config::EmulatedModule& module) {
    auto device = EmulatorDevice::create(module, true).value();
    REQUIRE(device->start().has_value());
    return device;
}

// Every whole event once, with its own samples.
void end_and_check(EmulatorDevice& device, Readout& readout, std::int64_t pretrigger) {
    readout.stop();
    REQUIRE(device.stop().has_value());
    CHECK_THAT(readout.violations(), Catch::Equals(std::vector<std::string>{}));
    check_against_ledger(device.ledger(), readout.batches(), pretrigger);
    check_samples(readout.batches(), 14);
}

bool is_in(const std::vector<Stretch>& stretches, std::int64_t ticks) {
    return std::ranges::any_of(stretches,
                               [&](const Stretch& s) { return s.from <= ticks && ticks < s.until; });
}

}  // namespace

TEST_CASE("16 channels that trigger at once come whole and once, though banks are swapped meanwhile",
          "[integration]") {
    const auto device = started(slow_module());
    Readout readout(hw::sis3316::make_sis3316(slow_board(*device)).value());
    readout.start();
    CHECK(readout.wait_for([&](const auto& batches) {
        return statistic(*device, "events-across-swaps") >= 3 * channels &&
               traces_of(batches) >= std::size_t{40} * channels;
    }));
    end_and_check(*device, readout, slow_pretrigger);
    const auto complete_until = last_watermark(readout.batches());
    for (const auto& [timestamp, seen] : spills_of(readout.batches(), slow_pretrigger))
        if (timestamp - slow_pretrigger < complete_until) CHECK(seen.size() == channels);
    CHECK(readout.count_of("event-cut") == 0);
    CHECK(readout.count_of("bank-full") == 0);
}

TEST_CASE("events of 16 channels that a swap cuts come as far as they go, and are named", "[integration]") {
    auto module = slow_module();
    module.mutable_faults()->set_truncate_at_swap(true);
    const auto device = started(module);
    Readout readout(hw::sis3316::make_sis3316(slow_board(*device)).value());
    readout.start();
    CHECK(readout.wait_for([&](const auto& batches) {
        return readout.count_of("event-cut") >= 3 * channels &&
               traces_of(batches) >= std::size_t{40} * channels;
    }));
    end_and_check(*device, readout, slow_pretrigger);

    std::map<Key, std::uint32_t> cut;  // samples
    for (const auto& entry : since_clear(device->ledger()))
        if (entry.fate == Fate::TRUNCATED)
            cut[{entry.channel, static_cast<std::int64_t>(entry.timestamp)}] = entry.words;
    const auto stretches = dropped(readout.batches(), "event-cut");
    std::size_t seen = 0;
    for (const auto& batch : readout.batches())
        for (const auto& trace : batch.traces) {
            if ((trace.flags & proto::TRACE_TRUNCATED) == 0) continue;
            ++seen;
            const auto entry = cut.find({trace.channel, trace.first.ticks + slow_pretrigger});
            REQUIRE(entry != cut.end());
            CHECK(trace.count == 2 * (entry->second - header_words));
            CHECK(is_in(stretches, trace.first.ticks + trace.count));
            CHECK_FALSE(is_in(stretches, trace.first.ticks + trace.count - 1));
            cut.erase(entry);  // once
        }
    CHECK(seen > 0);
    CHECK(seen <= readout.count_of("event-cut"));  // some had no sample yet
}

TEST_CASE("16 channels that trigger at once into banks too small: what is lost is named, the rest is right",
          "[integration]") {
    auto module = emulated_module(14);
    module.mutable_pattern()->set_trigger_hz(4000);
    const auto device = started(module);
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_jumbo(true);
    board.mutable_sis3316()->set_bank_threshold_words(4500);  // four events, at 4000 Hz
    board.mutable_sis3316()->set_swap_ms(100);
    board.mutable_sis3316()->mutable_input(0)->clear_channel();
    constexpr std::int64_t pretrigger = 200;
    Readout readout(hw::sis3316::make_sis3316(board).value());
    readout.start();
    CHECK(readout.wait_for([&](const auto& batches) {
        // An event in progress at a swap comes on top of what had filled the bank.
        return readout.count_of("bank-full") >= 10 * channels &&
               statistic(*device, "events-across-swaps") >= 2 * channels &&
               traces_of(batches) >= std::size_t{40} * channels;
    }));
    end_and_check(*device, readout, pretrigger);

    const auto spills = spills_of(readout.batches(), pretrigger);
    REQUIRE_FALSE(spills.empty());
    const auto complete_until = last_watermark(readout.batches());
    const auto stretches = dropped(readout.batches(), "bank-full");
    std::size_t lost = 0;
    std::size_t unnamed = 0;
    for (const auto& entry : since_clear(device->ledger())) {
        const auto ticks = static_cast<std::int64_t>(entry.timestamp);
        if (ticks < spills.begin()->first || ticks - pretrigger >= complete_until) continue;
        if (hw::emulator::has_words(entry.fate)) continue;
        ++lost;
        if (!is_in(stretches, ticks)) ++unnamed;
    }
    CHECK(lost > 0);
    CHECK(unnamed == 0);
}
