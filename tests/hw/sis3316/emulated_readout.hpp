// An emulated SIS3316 over UDP and the driver that reads it, for tests: what came of it, beside the
// emulator's own ledger.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "hw/sis3316/sis3316.hpp"
#include "tests/hw/batch_contract.hpp"

namespace spillgate::hw::sis3316::testing {

using EmulatorDevice = hw::emulator::sis3316::EmulatedSis3316;
using hw::emulator::Fate;
using hw::testing::BatchContract;

inline constexpr auto patience = std::chrono::seconds(60);

inline config::EmulatedModule emulated_module(std::uint32_t bits) {
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
inline config::Board board_of(const EmulatorDevice& device, std::uint32_t bits) {
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

inline std::size_t traces_of(const std::vector<hw::Batch>& batches, std::uint32_t epoch = 0) {
    std::size_t traces = 0;
    for (const auto& batch : batches)
        if (batch.watermark.epoch == epoch) traces += batch.traces.size();
    return traces;
}

using Key = std::pair<std::uint32_t, std::int64_t>;  // channel, timestamp

// Whole events, by how often they came.
inline std::map<Key, std::size_t> delivered(const std::vector<hw::Batch>& batches, std::int64_t pretrigger) {
    std::map<Key, std::size_t> times;
    for (const auto& batch : batches)
        for (const auto& trace : batch.traces)
            if (trace.stream == wire::RAW && (trace.flags & proto::TRACE_TRUNCATED) == 0)
                ++times[{trace.channel, trace.first.ticks + pretrigger}];
    return times;
}

inline std::uint64_t statistic(const EmulatorDevice& device, const std::string& name) {
    for (const auto& statistic : device.statistics())
        if (statistic.name == name) return statistic.value;
    return 0;
}

// From the last clear of the timestamp counter on, the newest first.
inline std::vector<hw::emulator::LedgerEntry> since_clear(
    const std::vector<hw::emulator::LedgerEntry>& ledger) {
    std::vector<hw::emulator::LedgerEntry> entries;
    for (auto entry = ledger.rbegin(); entry != ledger.rend(); ++entry) {
        if (!entries.empty() && entry->timestamp > entries.back().timestamp + 1000000) break;
        entries.push_back(*entry);
    }
    return entries;
}

// Every event that the module stored whole up to the last watermark of epoch 0, exactly once; nothing else.
inline void check_against_ledger(const std::vector<hw::emulator::LedgerEntry>& ledger,
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
    for (const auto& entry : since_clear(ledger))
        if (entry.fate == Fate::STORED) ++stored[{entry.channel, static_cast<std::int64_t>(entry.timestamp)}];
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
inline void check_samples(const std::vector<hw::Batch>& batches, unsigned bits) {
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

}  // namespace spillgate::hw::sis3316::testing
