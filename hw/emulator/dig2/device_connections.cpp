#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "hw/emulator/dig2/device.hpp"

namespace spillgate::hw::emulator::dig2 {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto tick_interval = std::chrono::milliseconds(2);

}  // namespace

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

}  // namespace spillgate::hw::emulator::dig2
