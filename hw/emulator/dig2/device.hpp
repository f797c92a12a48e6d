// The emulated VX27xx itself: what it owns and what it can be told. dig2_device.cpp holds its life,
// device_connections.cpp what comes and goes on its two connections.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "hw/emulator/dig2/acquisition.hpp"
#include "hw/emulator/dig2/command_session.hpp"
#include "hw/emulator/dig2/command_set.hpp"
#include "hw/emulator/emulated_device.hpp"

namespace spillgate::hw::emulator::dig2 {

// All but start, stop and the public requests runs on the device's own thread.
class Dig2Device final : public EmulatedDevice {
  public:
    Dig2Device(const config::EmulatedModule& module, std::unique_ptr<DetectorFeed> feed, Ledger ledger)
        : config_(module),
          feed_(std::move(feed)),
          ledger_(std::move(ledger)),
          faults_(module.faults(), 0),
          outbox_(module.dig2().buffer_bytes()),
          command_acceptor_(io_),
          data_acceptor_(io_),
          tick_timer_(io_),
          data_timer_(io_) {}
    // Posting and waiting fail only for want of memory.
    // NOLINTNEXTLINE(bugprone-exception-escape)
    ~Dig2Device() override { (void)halt(); }

    std::string name() const override { return config_.name(); }
    std::string kind() const override { return "dig2"; }
    std::string endpoint() const override {
        return fmt::format("{}:{}", command_endpoint_.address().to_string(), command_endpoint_.port());
    }
    proto::Status start() override;
    proto::Status stop() override { return halt(); }
    std::vector<Statistic> statistics() const override;

    void apply(const config::EmulatedFaults& faults) override {
        on_thread([&] { apply_now(faults); });
    }
    void power(bool on) override {
        on_thread([&] { on ? power_up() : power_down(); });
    }
    bool powered() const override { return powered_; }
    proto::Status step_clock(std::int64_t ticks) override {
        on_thread([&] {
            if (acquisition_) acquisition_->step(ticks);
        });
        return {};
    }
    proto::Status preset_timestamp(std::uint64_t ticks) override {
        on_thread([&] {
            preset_ = ticks;
            if (acquisition_) acquisition_->preset(ticks);
        });
        return {};
    }
    proto::Status lose_grant(bool lost) override {
        on_thread([&] {
            lost_grant_ = lost;
            if (lost) close_connections();
        });
        return {};
    }
    proto::Status fill_memory() override {
        on_thread([&] { outbox_.stuff(); });
        return {};
    }

  private:
    void on_thread(const std::function<void()>& action);
    proto::Status halt();
    proto::Status listen(boost::asio::ip::tcp::acceptor& acceptor, boost::asio::ip::tcp::endpoint& endpoint);
    Identity identity() const;
    void power_up();
    void power_down();
    void apply_now(const config::EmulatedFaults& faults);
    void close_connections();
    void accept_commands();
    void accept_data();
    Answer answer(CommandSession& session, const std::string& request);
    proto::Result<std::string> act(const std::string& path);
    void measure();
    void tick();
    void send_data();
    void write_piece();
    void close_data();

    config::EmulatedModule config_;
    std::unique_ptr<DetectorFeed> feed_;
    Ledger ledger_;
    FaultDraws faults_;
    Outbox outbox_;
    std::optional<NodeTree> tree_;
    std::optional<Acquisition> acquisition_;
    std::optional<CommandSet> commands_;
    bool armed_ = false;
    bool lost_grant_ = false;
    std::uint64_t preset_ = 0;

    boost::asio::io_context io_;
    boost::asio::ip::tcp::endpoint command_endpoint_;
    boost::asio::ip::tcp::endpoint data_endpoint_;
    boost::asio::ip::tcp::acceptor command_acceptor_;
    boost::asio::ip::tcp::acceptor data_acceptor_;
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer data_timer_;
    std::set<std::shared_ptr<CommandSession>> sessions_;
    CommandSession* client_ = nullptr;
    std::shared_ptr<boost::asio::ip::tcp::socket> data_;
    std::array<std::uint8_t, 64> never_read_{};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
    std::thread thread_;
    std::atomic<bool> powered_ = false;

    mutable std::mutex mutex_;  // of what follows
    AcquisitionCounts counts_;
    std::uint64_t bytes_sent_ = 0;
    std::uint64_t requests_ = 0;
};

}  // namespace spillgate::hw::emulator::dig2
