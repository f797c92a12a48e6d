#include "hw/emulator/dig2/dig2_device.hpp"

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "hw/emulator/dig2/device.hpp"

namespace spillgate::hw::emulator::dig2 {

namespace asio = boost::asio;
using asio::ip::tcp;

void Dig2Device::on_thread(const std::function<void()>& action) {
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
