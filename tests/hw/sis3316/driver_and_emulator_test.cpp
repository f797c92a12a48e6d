// The driver against the emulator, which was written from the same manual by other hands.
#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "hw/sis3316/bring_up.hpp"
#include "hw/sis3316/sis3316.hpp"
#include "proto/sis3316_event.hpp"
#include "tests/hw/batch_contract.hpp"

using namespace spillgate;
using emulator_device = hw::emulator::sis3316::EmulatedSis3316;
using hw::emulator::Fate;
using hw::testing::BatchContract;

namespace {

constexpr auto patience = std::chrono::seconds(60);

config::EmulatedModule emulated_module(std::uint32_t bits) {
    config::EmulatedModule module;
    module.set_name("sis");
    auto& board = *module.mutable_board();
    board.set_id(3);
    board.set_bits(bits);
    board.set_sample_rate_mhz(bits == 16 ? 125 : 250);
    module.mutable_pattern()->set_trigger_hz(500);
    module.mutable_sis3316()->set_port(0);
    module.mutable_sis3316()->set_paced(false);
    if (bits == 16) module.mutable_sis3316()->set_adc_firmware(0x01250007);
    return module;
}

// The board that reads it: four channels, one of each group, on the common trigger.
config::Board board_of(const emulator_device& device, std::uint32_t bits) {
    config::Board board;
    board.set_id(3);
    board.set_name("sis");
    board.set_bits(bits);
    board.set_sample_rate_mhz(bits == 16 ? 125 : 250);
    auto& sis = *board.mutable_sis3316();
    sis.set_address("127.0.0.1");
    const auto endpoint = device.endpoint();
    sis.set_port(static_cast<std::uint32_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1))));
    sis.set_local_port(0);
    sis.set_timeout_ms(20);
    auto& input = *sis.add_input();
    for (const std::uint32_t channel : {0u, 5u, 10u, 15u})
        input.add_channel(channel);
    input.set_record_ns(8000);
    input.set_pretrigger_ns(800);
    return board;
}

// What a source yielded, gathered on its own thread.
class Readout : public hw::Sink {
  public:
    explicit Readout(std::unique_ptr<hw::Source> source)
        : source_(std::move(source)), contract_(source_->info()) {}
    ~Readout() override { stop(); }

    void start() {
        thread_ = std::jthread([this](const std::stop_token& stop) {
            // As the daemon does: a lost device is tried again.
            while (!stop.stop_requested()) {
                const auto status = source_->run(*this, stop);
                if (status) return;
                const std::lock_guard lock(mutex_);
                errors_.push_back(status.error());
            }
        });
    }
    void stop() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
    }

    hw::Batch empty() override { return {}; }
    bool wait_and_put(hw::Batch&& batch) override { return put_or_drop(std::move(batch)); }
    bool put_or_drop(hw::Batch&& batch) override {
        const std::lock_guard lock(mutex_);
        contract_.check(batch);
        for (auto& event : batch.device_events)
            counts_[event.name] += event.count;
        batches_.push_back(std::move(batch));
        came_.notify_all();
        return true;
    }

    template <class Condition>
    bool wait_for(Condition condition) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, patience, [&] { return condition(batches_); });
    }
    const std::vector<hw::Batch>& batches() const { return batches_; }  // once it is stopped
    std::uint64_t count_of(const std::string& name) const {
        const auto found = counts_.find(name);
        return found == counts_.end() ? 0 : found->second;
    }
    const std::vector<std::string>& violations() const { return contract_.violations(); }

  private:
    std::unique_ptr<hw::Source> source_;
    BatchContract contract_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<hw::Batch> batches_;
    std::vector<proto::Error> errors_;
    std::map<std::string, std::uint64_t> counts_;
    std::jthread thread_;
};

std::size_t traces_of(const std::vector<hw::Batch>& batches, std::uint32_t epoch = 0) {
    std::size_t traces = 0;
    for (const auto& batch : batches)
        if (batch.watermark.epoch == epoch) traces += batch.traces.size();
    return traces;
}

using Key = std::pair<std::uint32_t, std::int64_t>;  // channel, timestamp

std::map<Key, std::size_t> delivered(const std::vector<hw::Batch>& batches, std::int64_t pretrigger) {
    std::map<Key, std::size_t> times;
    for (const auto& batch : batches)
        for (const auto& trace : batch.traces)
            if (trace.stream == wire::RAW) ++times[{trace.channel, trace.first.ticks + pretrigger}];
    return times;
}

// Every event that the module stored up to the last watermark of epoch 0, exactly once; nothing else.
void check_against_ledger(const std::vector<hw::emulator::LedgerEntry>& ledger,
                          const std::vector<hw::Batch>& batches, std::int64_t pretrigger) {
    const auto times = delivered(batches, pretrigger);
    REQUIRE_FALSE(times.empty());
    std::int64_t watermark = 0;
    for (const auto& batch : batches)
        watermark = std::max(watermark, batch.watermark.ticks);
    // What was stored before the first delivered event had been thrown away with the bank of the start-up.
    std::int64_t first = INT64_MAX;
    for (const auto& [key, count] : times)
        first = std::min(first, key.second);
    std::map<Key, std::size_t> stored;
    std::int64_t before = 0;
    bool cleared = false;
    for (auto entry = ledger.rbegin(); entry != ledger.rend(); ++entry) {
        // From the last clear of the timestamp counter on.
        const auto ticks = static_cast<std::int64_t>(entry->timestamp);
        if (before != 0 && ticks > before + 1000000) cleared = true;
        if (cleared) break;
        before = ticks;
        if (entry->fate == Fate::STORED) ++stored[{entry->channel, ticks}];
    }
    std::size_t missing = 0;
    for (const auto& [key, count] : stored) {
        CHECK(count == 1);
        if (key.second < first || key.second - pretrigger >= watermark) continue;
        const auto found = times.find(key);
        if (found == times.end()) ++missing;
    }
    CHECK(missing == 0);
    std::size_t repeated = 0;
    std::size_t invented = 0;
    for (const auto& [key, count] : times) {
        if (count != 1) ++repeated;
        if (!stored.contains(key)) ++invented;
    }
    CHECK(repeated == 0);
    CHECK(invented == 0);
}

// Samples follow the pattern: channel × 257 + trigger × 4099 + sample, modulo the bits.
void check_samples(const std::vector<hw::Batch>& batches, unsigned bits) {
    const unsigned mask = (1u << bits) - 1;
    std::size_t wrong = 0;
    for (const auto& batch : batches)
        for (const auto& trace : batch.traces) {
            if (trace.stream != wire::RAW) continue;
            const auto* samples = batch.samples.data() + trace.offset;
            for (std::uint32_t i = 1; i < trace.count; ++i)
                if (((samples[0] + i) & mask) != samples[i]) ++wrong;
        }
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("an emulated SIS3316 is prepared and read: every event of its ledger once", "[integration]") {
    const unsigned bits = GENERATE(14u, 16u);
    auto device = emulator_device::create(emulated_module(bits), true).value();
    REQUIRE(device->start().has_value());
    const auto board = board_of(*device, bits);
    auto source = hw::sis3316::make_sis3316(board).value();
    CHECK(source->info().simulated);
    CHECK(source->info().kind == "sis3316");
    const auto prepared = source->prepare();
    INFO((prepared ? std::string() : prepared.error().message));
    REQUIRE(prepared.has_value());
    Readout readout(std::move(source));
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 1000; }));
    readout.stop();
    REQUIRE(device->stop().has_value());
    CHECK(readout.violations() == std::vector<std::string>{});
    check_against_ledger(device->ledger(), readout.batches(), bits == 16 ? 100 : 200);
    check_samples(readout.batches(), bits);
}

TEST_CASE("with 1 packet in 20 dropped, doubled or reordered every event comes exactly once",
          "[integration]") {
    const bool is_legacy = GENERATE(false, true);
    auto module = emulated_module(14);
    module.mutable_pattern()->set_trigger_hz(100);
    if (is_legacy) module.mutable_sis3316()->set_firmware(0x2007);
    auto device = emulator_device::create(module, true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_retransmissions(5);
    auto source = hw::sis3316::make_sis3316(board).value();
    REQUIRE(source->prepare().has_value());
    config::EmulatedFaults faults;
    faults.set_drop_fraction(0.05);
    faults.set_duplicate_fraction(0.05);
    faults.set_reorder_fraction(is_legacy ? 0 : 0.05);
    device->apply(faults);
    Readout readout(std::move(source));
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 1200; }));
    readout.stop();
    REQUIRE(device->stop().has_value());
    CHECK(readout.violations() == std::vector<std::string>{});
    CHECK(readout.count_of("link-timeout") > 0);
    check_against_ledger(device->ledger(), readout.batches(), 200);
    check_samples(readout.batches(), 14);
}

TEST_CASE("an emulated SIS3316 that loses its power is adopted again, in a new epoch", "[integration]") {
    auto device = emulator_device::create(emulated_module(14), true).value();
    REQUIRE(device->start().has_value());
    Readout readout(hw::sis3316::make_sis3316(board_of(*device, 14)).value());
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 100; }));
    device->power(false);
    device->power(true);
    const auto is_back = [](const auto& batches) {
        return !batches.empty() && batches.back().watermark.epoch > 0 &&
               traces_of(batches, batches.back().watermark.epoch) >= 100;
    };
    CHECK(readout.wait_for(is_back));
    readout.stop();
    CHECK(readout.violations() == std::vector<std::string>{});
    std::size_t readopted = 0;
    for (const auto& batch : readout.batches())
        for (const auto& event : batch.device_events)
            readopted += event.kind == hw::DeviceEvent::Kind::READOPTED ? 1 : 0;
    CHECK(readopted >= 1);
}

TEST_CASE("timestamps of an emulated SIS3316 run on across the wrap of their 48 bits", "[integration]") {
    auto module = emulated_module(14);
    module.mutable_sis3316()->set_timestamp_preset((std::uint64_t{1} << 48) - 250'000'000);  // a second
    auto device = emulator_device::create(module, true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_clear_timestamp(false);
    auto source = hw::sis3316::make_sis3316(board).value();
    REQUIRE(source->prepare().has_value());
    // Wherever start-up left the counter, the wrap is still ahead.
    REQUIRE(device->preset_timestamp((std::uint64_t{1} << 48) - 250'000'000).has_value());
    Readout readout(std::move(source));
    readout.start();
    const auto has_wrapped = [](const auto& batches) {
        return !batches.empty() && batches.back().watermark.ticks > (std::int64_t{1} << 48);
    };
    CHECK(readout.wait_for(has_wrapped));
    readout.stop();
    CHECK(readout.violations() == std::vector<std::string>{});
    CHECK(readout.count_of("timestamp-rollover") == 1);
}

TEST_CASE("a bank that fills up is named with the stretch that it lost", "[integration]") {
    auto device = emulator_device::create(emulated_module(14), true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_bank_threshold_words(3000);  // three events
    board.mutable_sis3316()->set_swap_ms(200);
    auto source = hw::sis3316::make_sis3316(board).value();
    REQUIRE(source->prepare().has_value());
    Readout readout(std::move(source));
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) {
        return std::ranges::any_of(batches, [](const auto& batch) {
            return std::ranges::any_of(batch.device_events,
                                       [](const auto& event) { return event.name == "bank-full"; });
        });
    }));
    readout.stop();
    for (const auto& batch : readout.batches())
        for (const auto& event : batch.device_events)
            if (event.name == "bank-full") CHECK(before(event.time, event.until));
}

TEST_CASE("forced triggers come at random and are counted", "[integration]") {
    auto module = emulated_module(14);
    module.mutable_pattern()->set_trigger_hz(0.1);
    auto device = emulator_device::create(module, true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_random_trigger_hz(200);
    Readout readout(hw::sis3316::make_sis3316(board).value());
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 2000; }));
    readout.stop();
    CHECK(readout.count_of("random-trigger-sent") > 0);
    CHECK(readout.violations() == std::vector<std::string>{});
}

TEST_CASE("a wrong serial number, ADC type or firmware refuses before the run, with module and register",
          "[integration]") {
    auto module = emulated_module(14);
    module.mutable_sis3316()->set_serial(17);
    auto device = emulator_device::create(module).value();
    REQUIRE(device->start().has_value());
    const auto refusal = [&](const config::Board& board) {
        return hw::sis3316::make_sis3316(board).value()->prepare().error().message;
    };
    auto other_serial = board_of(*device, 14);
    other_serial.mutable_sis3316()->set_serial(18);
    CHECK_THAT(refusal(other_serial), Catch::Contains("sis") && Catch::Contains("0x28") &&
                                          Catch::Contains("17") && Catch::Contains("18"));
    auto other_type = board_of(*device, 14);
    other_type.set_bits(16);
    other_type.set_sample_rate_mhz(125);
    CHECK_THAT(refusal(other_type), Catch::Contains("0x1100") && Catch::Contains("0x0125"));
    device->power(false);
    CHECK_THAT(refusal(board_of(*device, 14)),
               Catch::Contains("127.0.0.1") && Catch::Contains("register 0x04"));
}

TEST_CASE("a module that another interface holds is taken only if that is configured", "[integration]") {
    auto device = emulator_device::create(emulated_module(14)).value();
    REQUIRE(device->start().has_value());
    REQUIRE(device->lose_grant(true).has_value());
    auto board = board_of(*device, 14);
    const auto refused = hw::sis3316::make_sis3316(board).value()->prepare();
    REQUIRE_FALSE(refused.has_value());
    CHECK_THAT(refused.error().message, Catch::Contains("0x10") && Catch::Contains("kill_other_grant"));
    board.mutable_sis3316()->set_kill_other_grant(true);
    CHECK(hw::sis3316::make_sis3316(board).value()->prepare().has_value());
}
