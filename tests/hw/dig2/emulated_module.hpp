// A driver and an emulated module for tests: configuration, a run on a thread of its own, and what came of it
// beside the emulator's ledger.
#pragma once

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <boost/crc.hpp>
#include <unistd.h>

#include "hw/dig2/dig2.hpp"
#include "hw/emulator/dig2/dig2_device.hpp"
#include "tests/hw/batch_contract.hpp"
#include "tests/hw/collecting_sink.hpp"

namespace spillgate::hw::dig2::testing {

inline std::uint32_t crc_of(std::span<const std::uint16_t> samples) {
    boost::crc_32_type crc;
    for (const std::uint16_t sample : samples) {
        crc.process_byte(static_cast<unsigned char>(sample & 0xFF));
        crc.process_byte(static_cast<unsigned char>(sample >> 8));
    }
    return crc.checksum();
}

// One channel's samples of one event.
struct Recorded {
    std::uint32_t run = 0;  // ledger: from 1; driver: epoch + 1
    std::uint32_t channel = 0;
    std::int64_t stamp = 0;  // ticks of the trigger
    std::uint32_t samples = 0;
    std::uint32_t crc = 0;
    std::uint32_t energy = 0;
    std::uint32_t energy_short = 0;
    auto operator<=>(const Recorded&) const = default;
};

inline std::vector<Recorded> read_ledger(const std::string& path, std::int64_t ticks_per_stamp) {
    std::vector<Recorded> lines;
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::vector<std::string> fields;
        std::istringstream text(line);
        for (std::string field; std::getline(text, field, ',');)
            fields.push_back(field);
        lines.push_back({static_cast<std::uint32_t>(std::stoul(fields.at(0))),
                         static_cast<std::uint32_t>(std::stoul(fields.at(1))),
                         static_cast<std::int64_t>(std::stoull(fields.at(2))) * ticks_per_stamp,
                         static_cast<std::uint32_t>(std::stoul(fields.at(4))),
                         static_cast<std::uint32_t>(std::stoul(fields.at(5), nullptr, 16)),
                         static_cast<std::uint32_t>(std::stoul(fields.at(6))),
                         static_cast<std::uint32_t>(std::stoul(fields.at(7)))});
    }
    return lines;
}

// Waits for a condition, for as long as a busy machine may take.
inline bool wait_for(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

class EmulatedModule {
  public:
    explicit EmulatedModule(config::Dig2::Firmware firmware) {
        static std::atomic<int> number{0};
        ledger_ =
            "/tmp/spillgate-dig2-" + std::to_string(::getpid()) + "-" + std::to_string(++number) + ".csv";
        module.set_name("dig2");
        module.set_ledger_file(ledger_);
        auto& emulated = *module.mutable_dig2();
        emulated.set_firmware(firmware);
        emulated.set_channels(8);
        auto& board = *module.mutable_board();
        board.set_id(4);
        board.set_name("scope");
        board.set_sample_rate_mhz(250);
        board.set_bits(14);
        module.mutable_pattern()->set_trigger_hz(100);

        driver = board;
        auto& dig2 = *driver.mutable_dig2();
        dig2.set_firmware(firmware);
        dig2.set_address("127.0.0.1");
        dig2.set_timeout_ms(20000);
        auto& input = *dig2.add_input();
        for (const std::uint32_t channel : {1u, 4u, 5u})
            input.add_channel(channel);
        input.set_record_ns(1600);
        input.set_pretrigger_ns(400);
        if (firmware == config::Dig2::SCOPE) return;
        for (const double length : {80.0, 800.0}) {
            auto& gate = *input.add_charge_gate();
            gate.set_begin_ns(360);
            gate.set_length_ns(length);
        }
    }
    ~EmulatedModule() {
        stop_run();
        if (device) (void)device->stop();
        std::remove(ledger_.c_str());
    }

    void start_device() {
        device = emulator::dig2::make_dig2_device(module).value();
        device->start().value();
        const std::string endpoint = device->endpoint();
        driver.mutable_dig2()->set_port(
            static_cast<std::uint32_t>(std::stoul(endpoint.substr(endpoint.find(':') + 1))));
        source = make_dig2(driver).value();
    }
    // As the daemon does: a module that is lost is tried again.
    void start_run() {
        contract = std::make_unique<hw::testing::BatchContract>(source->info());
        thread_ = std::jthread([this](const std::stop_token& stop) {
            hw::testing::VisitingSink sink([this](const Batch& batch) { visit(batch); });
            while (!stop.stop_requested()) {
                const auto status = source->run(sink, stop);
                if (status) break;
                const std::scoped_lock lock(mutex);
                errors.push_back(status.error());
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
        });
    }
    void stop_run() {
        if (!thread_.joinable()) return;
        thread_.request_stop();
        thread_.join();
    }
    std::size_t traces() const {
        const std::scoped_lock lock(mutex);
        return recorded.size();
    }
    std::uint64_t dropped(const std::string& name) const {
        const std::scoped_lock lock(mutex);
        const auto found = drops.find(name);
        return found == drops.end() ? 0 : found->second;
    }
    std::vector<std::string> messages() const {
        const std::scoped_lock lock(mutex);
        std::vector<std::string> list;
        for (const auto& error : errors)
            list.push_back(error.message);
        return list;
    }
    std::uint32_t epochs() const {
        const std::scoped_lock lock(mutex);
        return epochs_;
    }
    std::int64_t watermark() const {
        const std::scoped_lock lock(mutex);
        return watermark_;
    }
    std::vector<Recorded> ledger(std::int64_t ticks_per_stamp) {
        return read_ledger(ledger_, ticks_per_stamp);
    }

    config::EmulatedModule module;
    config::Board driver;
    std::unique_ptr<emulator::EmulatedDevice> device;
    std::unique_ptr<Source> source;
    std::unique_ptr<hw::testing::BatchContract> contract;
    mutable std::mutex mutex;
    std::vector<Recorded> recorded;
    std::vector<proto::Error> errors;
    std::map<std::string, std::uint64_t> drops;
    std::uint64_t readopted = 0;

  private:
    void visit(const Batch& batch) {
        const std::scoped_lock lock(mutex);
        contract->check(batch);
        watermark_ = batch.watermark.ticks;
        epochs_ = std::max(epochs_, batch.watermark.epoch + 1);
        const auto pretrigger = static_cast<std::int64_t>(driver.dig2().input(0).pretrigger_ns() *
                                                          driver.sample_rate_mhz() * 1e-3);
        for (const auto& trace : batch.traces) {
            const auto samples = std::span(batch.samples).subspan(trace.offset, trace.count);
            Recorded one{trace.first.epoch + 1, trace.channel, trace.first.ticks + pretrigger, trace.count,
                         crc_of(samples)};
            if (driver.dig2().firmware() == config::Dig2::DPP_PSD) {
                std::uint64_t word = 0;
                for (const char byte : trace.device_header)
                    word = word << 8 | static_cast<std::uint8_t>(byte);
                one.energy = static_cast<std::uint32_t>(word & 0xFFFF);
                one.energy_short = static_cast<std::uint32_t>(word >> 26 & 0xFFFF);
            }
            recorded.push_back(one);
        }
        for (const auto& event : batch.device_events) {
            if (event.kind == DeviceEvent::Kind::READOPTED) ++readopted;
            if (event.kind == DeviceEvent::Kind::DROPPED) drops[event.name] += event.count;
        }
    }

    std::string ledger_;
    std::uint32_t epochs_ = 0;
    std::int64_t watermark_ = INT64_MIN;
    std::jthread thread_;
};

}  // namespace spillgate::hw::dig2::testing
