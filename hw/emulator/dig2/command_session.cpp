#include "hw/emulator/dig2/command_session.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/endian/conversion.hpp>

namespace spillgate::hw::emulator::dig2 {

namespace asio = boost::asio;

namespace {
constexpr std::uint64_t request_bytes_max = std::uint64_t{1} << 20;
}

CommandSession::CommandSession(asio::ip::tcp::socket socket,
                               std::function<Answer(CommandSession&, const std::string&)> answer,
                               std::function<void(CommandSession&)> gone)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      answer_(std::move(answer)),
      gone_(std::move(gone)) {
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void CommandSession::close() {
    boost::system::error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
    if (auto gone = std::exchange(gone_, nullptr)) gone(*this);
}

void CommandSession::read_header() {
    asio::async_read(socket_, asio::buffer(header_),
                     [self = shared_from_this()](const boost::system::error_code& code, std::size_t) {
                         if (code) return self->close();
                         const auto size = boost::endian::load_big_u64(self->header_.data());
                         if (size == 0 || size > request_bytes_max) return self->close();
                         self->read_text(static_cast<std::size_t>(size));
                     });
}

void CommandSession::read_text(std::size_t size) {
    text_.resize(size);
    asio::async_read(socket_, asio::buffer(text_),
                     [self = shared_from_this()](const boost::system::error_code& code, std::size_t) {
                         if (code) return self->close();
                         self->answer_now();
                     });
}

void CommandSession::answer_now() {
    Answer answer = answer_(*this, text_);
    switch (answer.fate) {
        case Answer::Fate::CUT:
            return close();
        case Answer::Fate::IGNORE:
            return read_header();
        case Answer::Fate::SEND:
            break;
    }
    if (answer.delay_ms <= 0) return write(answer.json);
    timer_.expires_after(std::chrono::microseconds(static_cast<std::int64_t>(answer.delay_ms * 1e3)));
    timer_.async_wait(
        [self = shared_from_this(), json = std::move(answer.json)](const boost::system::error_code& code) {
            if (!code) self->write(json);
        });
}

void CommandSession::write(const std::string& json) {
    std::array<std::uint8_t, 32> header{};
    boost::endian::store_big_u64(header.data(), json.size());
    frame_.assign(header.begin(), header.end());
    frame_ += json;
    asio::async_write(socket_, asio::buffer(frame_),
                      [self = shared_from_this()](const boost::system::error_code& code, std::size_t) {
                          if (code) return self->close();
                          self->read_header();
                      });
}

}  // namespace spillgate::hw::emulator::dig2
