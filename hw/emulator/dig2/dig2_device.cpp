#include "hw/emulator/dig2/dig2_device.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "hw/emulator/dig2/acquisition.hpp"
#include "hw/emulator/dig2/command_session.hpp"
#include "hw/emulator/dig2/command_set.hpp"

namespace spillgate::hw::emulator::dig2 {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto tick_interval = std::chrono::milliseconds(2);

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
    template <class Action>
    void on_thread(Action action);
    proto::Status halt();
    proto::Status listen(tcp::acceptor& acceptor, tcp::endpoint& endpoint);
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

    asio::io_context io_;
    tcp::endpoint command_endpoint_;
    tcp::endpoint data_endpoint_;
    tcp::acceptor command_acceptor_;
    tcp::acceptor data_acceptor_;
    asio::steady_timer tick_timer_;
    asio::steady_timer data_timer_;
    std::set<std::shared_ptr<CommandSession>> sessions_;
    CommandSession* client_ = nullptr;
    std::shared_ptr<tcp::socket> data_;
    std::array<std::uint8_t, 64> never_read_{};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
    std::thread thread_;
    std::atomic<bool> powered_ = false;

    mutable std::mutex mutex_;  // of what follows
    AcquisitionCounts counts_;
    std::uint64_t bytes_sent_ = 0;
    std::uint64_t requests_ = 0;
};

template <class Action>
void Dig2Device::on_thread(Action action) {
    if (!thread_.joinable()) return action();
    std::promise<void> done;
    asio::post(io_, [&] {
        action();
        done.set_value();
    });
    done.get_future().wait();
}

Identity Dig2Device::identity() const {
    const auto& device = config_.dig2();
    return {.model = device.model(),
            .serial = device.serial(),
            .psd = device.firmware() == config::Dig2::DPP_PSD,
            .channels = device.channels(),
            .sample_rate_mhz = config_.board().sample_rate_mhz(),
            .adc_bits = config_.board().bits(),
            .data_port = data_endpoint_.port()};
}

proto::Status Dig2Device::listen(tcp::acceptor& acceptor, tcp::endpoint& endpoint) {
    boost::system::error_code failed;
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("emulated device {}: cannot listen at {}:{}: {}", config_.name(),
                                        endpoint.address().to_string(), endpoint.port(), failed.message()),
                            failed.value());
    endpoint = acceptor.local_endpoint();
    return {};
}

proto::Status Dig2Device::start() {
    boost::system::error_code bad;
    const auto address = asio::ip::make_address(config_.dig2().address(), bad);
    if (bad)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("emulated device {}: dig2.address '{}' is no IP address",
                                        config_.name(), config_.dig2().address()));
    command_endpoint_ = {address, static_cast<std::uint16_t>(config_.dig2().port())};
    data_endpoint_ = {address, 0};
    if (auto status = listen(command_acceptor_, command_endpoint_); !status) return status;
    if (auto status = listen(data_acceptor_, data_endpoint_); !status) return status;
    preset_ = config_.dig2().timestamp_preset();
    apply_now(config_.faults());
    power_up();
    work_.emplace(io_.get_executor());
    thread_ = std::thread([this] { io_.run(); });
    return {};
}

proto::Status Dig2Device::halt() {
    if (!thread_.joinable()) return {};
    on_thread([this] { power_down(); });
    work_.reset();
    thread_.join();
    return ledger_.close();
}

void Dig2Device::power_up() {
    if (powered_) return;
    if (!command_acceptor_.is_open()) {
        // The ports were ours a moment ago; should another program have taken them, the device stays off.
        if (!listen(command_acceptor_, command_endpoint_) || !listen(data_acceptor_, data_endpoint_)) {
            boost::system::error_code ignored;
            command_acceptor_.close(ignored);
            data_acceptor_.close(ignored);
            return;
        }
    }
    const std::uint32_t runs = acquisition_ ? acquisition_->runs() : 0;
    tree_.emplace(identity());
    acquisition_.emplace(*feed_, *tree_, identity(), outbox_, ledger_, faults_,
                         feed_->ticks_of(config_.dig2().trigger_delay_ns()), runs);
    acquisition_->preset(preset_);
    commands_.emplace(*tree_, [this](const std::string& path) { return act(path); });
    measure();
    armed_ = false;
    powered_ = true;
    accept_commands();
    accept_data();
    tick();
}

void Dig2Device::power_down() {
    powered_ = false;
    tick_timer_.cancel();
    data_timer_.cancel();
    close_connections();
    boost::system::error_code ignored;
    command_acceptor_.close(ignored);
    data_acceptor_.close(ignored);
    if (acquisition_) acquisition_->abandon();
    outbox_.clear();
}

void Dig2Device::apply_now(const config::EmulatedFaults& faults) {
    faults_.apply(faults);
    lost_grant_ = faults.lost_grant();
    if (lost_grant_) close_connections();
}

void Dig2Device::close_connections() {
    for (const auto& session : std::set(sessions_))
        session->close();
    close_data();
}

void Dig2Device::close_data() {
    if (!data_) return;
    boost::system::error_code ignored;
    data_->close(ignored);
    data_.reset();
    outbox_.connection_lost();
}

void Dig2Device::measure() {
    const auto count = [](std::uint64_t value) { return fmt::format("{}", value); };
    tree_->measure("/par/triggercnt", [this, count] { return count(acquisition_->triggers_in_run()); });
    tree_->measure("/par/losttriggercnt", [this, count] { return count(acquisition_->lost_in_run()); });
    tree_->measure("/par/acquisitionstatus", [this] {
        return fmt::format("{}", (armed_ ? 1 : 0) | (acquisition_->running() ? 2 : 0));
    });
    tree_->measure("/par/realtimemonitor",
                   [this] { return fmt::format("{:.0f}", acquisition_->seconds_in_run() * 1e9); });
}

void Dig2Device::accept_commands() {
    command_acceptor_.async_accept([this](const boost::system::error_code& code, tcp::socket socket) {
        if (code) return;
        auto session = std::make_shared<CommandSession>(
            std::move(socket),
            [this](CommandSession& from, const std::string& request) { return answer(from, request); },
            [this](CommandSession& gone) {
                if (client_ == &gone) client_ = nullptr;
                std::erase_if(sessions_, [&gone](const auto& known) { return known.get() == &gone; });
            });
        sessions_.insert(session);
        session->run();
        accept_commands();
    });
}

Answer Dig2Device::answer(CommandSession& session, const std::string& request) {
    {
        const std::scoped_lock lock(mutex_);
        ++requests_;
    }
    const auto& faults = faults_.faults();
    if (faults.silent() || faults_.strikes(faults.request_drop_fraction()))
        return {Answer::Fate::IGNORE, {}, 0};
    Answer answer;
    if (faults_.strikes(faults.access_timeout_fraction())) {
        answer.json = refusal("getValue", "access time-out");
    } else {
        answer.json = commands_->answer(request, [&]() -> proto::Status {
            if (lost_grant_ || (client_ != nullptr && client_ != &session))
                return proto::error(proto::ErrorKind::REFUSED, "another client has the module");
            client_ = &session;
            return {};
        });
    }
    if (faults_.strikes(faults.corrupt_identifier_fraction())) answer.json = refusal("getPath", "garbled");
    if (faults_.strikes(faults.drop_fraction())) answer.fate = Answer::Fate::CUT;
    if (faults_.strikes(faults.delay_fraction())) answer.delay_ms = faults.delay_ms();
    return answer;
}

proto::Result<std::string> Dig2Device::act(const std::string& path) {
    const auto refused = [](const char* why) { return proto::error(proto::ErrorKind::REFUSED, why); };
    if (path == "/cmd/reset") {
        acquisition_->abandon();
        armed_ = false;
        tree_->reset();
        outbox_.clear();
        return "RESET";
    }
    if (path == "/cmd/cleardata") {
        outbox_.clear();
        return "CLEAR";
    }
    if (path == "/cmd/armacquisition") {
        if (armed_) return refused("already armed");
        armed_ = true;
        outbox_.clear();
        return "ARM";
    }
    if (path == "/cmd/disarmacquisition") {
        acquisition_->stop();
        armed_ = false;
        return "DISARM";
    }
    if (path == "/cmd/swstartacquisition") {
        if (!armed_) return refused("not armed");
        if (acquisition_->running()) return refused("running");
        acquisition_->start();
        return "";
    }
    if (path == "/cmd/swstopacquisition") {
        acquisition_->stop();
        return "";
    }
    if (path == "/cmd/sendswtrigger") {
        acquisition_->software_trigger();
        return "";
    }
    return refused("not a command");
}

void Dig2Device::accept_data() {
    data_acceptor_.async_accept([this](const boost::system::error_code& code, tcp::socket socket) {
        if (code) return;
        close_data();
        data_ = std::make_shared<tcp::socket>(std::move(socket));
        outbox_.clear();  // a connection begins with the mark of cleared data
        // A client sends nothing here: what ends this read is the end of the connection.
        data_->async_read_some(asio::buffer(never_read_),
                               [this, mine = data_](const boost::system::error_code&, std::size_t) {
                                   if (data_ == mine) close_data();
                               });
        send_data();
        accept_data();
    });
}

void Dig2Device::tick() {
    acquisition_->advance();
    {
        const std::scoped_lock lock(mutex_);
        counts_ = acquisition_->counts();
    }
    send_data();
    tick_timer_.expires_after(tick_interval);
    tick_timer_.async_wait([this](const boost::system::error_code& code) {
        if (!code && powered_) tick();
    });
}

void Dig2Device::send_data() {
    if (!data_ || outbox_.sending() || outbox_.empty() || faults_.faults().silent()) return;
    outbox_.set_sending(true);
    if (!faults_.strikes(faults_.faults().delay_fraction())) return write_piece();
    data_timer_.expires_after(
        std::chrono::microseconds(static_cast<std::int64_t>(faults_.faults().delay_ms() * 1e3)));
    data_timer_.async_wait([this](const boost::system::error_code& code) {
        if (!code && data_) write_piece();
    });
}

void Dig2Device::write_piece() {
    // The piece goes with the handler: the outbox may let go of it when the connection ends.
    auto piece = std::make_shared<const Bytes>(outbox_.front());
    asio::async_write(*data_, asio::buffer(*piece),
                      [this, piece, mine = data_](const boost::system::error_code& code, std::size_t bytes) {
                          if (data_ != mine) return;
                          if (code) return close_data();
                          {
                              const std::scoped_lock lock(mutex_);
                              bytes_sent_ += bytes;
                          }
                          outbox_.set_sending(false);
                          outbox_.pop();
                          send_data();
                      });
}

std::vector<Statistic> Dig2Device::statistics() const {
    const std::scoped_lock lock(mutex_);
    return {{"requests", requests_},
            {"bytes-sent", bytes_sent_},
            {"triggers", counts_.triggers},
            {"stored", counts_.stored},
            {"lost-busy", counts_.lost_busy},
            {"lost-full", counts_.lost_full},
            {"lost-behind", counts_.lost_behind},
            {"corrupted", counts_.corrupted}};
}

}  // namespace

proto::Result<std::unique_ptr<EmulatedDevice>> make_dig2_device(const config::EmulatedModule& module) {
    const auto& device = module.dig2();
    const bool scope = device.firmware() == config::Dig2::SCOPE;
    if (scope && device.channels() > 64)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("emulated device {}: dig2.channels {}; the scope firmware has at most 64",
                        module.name(), device.channels()));
    FeedOptions options;
    options.frequency_error = device.frequency_error();
    if (device.has_mark_channel())
        options.mark = MarkChannel{device.mark_channel(), device.mark_pulse_adc(), device.mark_pulse_ns()};
    if (module.has_pattern()) options.pattern = module.pattern();
    auto feed = DetectorFeed::create(module.board(), options);
    if (!feed) return feed.error();
    auto ledger = Ledger::create(module.ledger_file());
    if (!ledger) return ledger.error();
    return std::unique_ptr<EmulatedDevice>(
        std::make_unique<Dig2Device>(module, std::move(*feed), std::move(*ledger)));
}

}  // namespace spillgate::hw::emulator::dig2
