#include "hw/dig2/command_link.hpp"

#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace spillgate::hw::dig2 {

namespace asio = boost::asio;
using Failed = std::optional<boost::system::error_code>;

namespace {

// Ends an operation that refers to locals: closes the socket and lets the handler run.
void give_up(asio::io_context& io, asio::ip::tcp::socket& socket, const Failed& done) {
    boost::system::error_code ignored;
    socket.close(ignored);
    while (!done) {
        io.restart();
        io.run_one();
    }
}

proto::Error ended(Waited how, const boost::system::error_code& code, const std::string& what) {
    if (how == Waited::STOPPED) return proto::error(proto::ErrorKind::CLOSED, what + ": stopped");
    if (how == Waited::TIMED_OUT)
        return proto::error(proto::ErrorKind::TIMED_OUT, what + ": no answer in time");
    const auto kind = code == asio::error::eof ? proto::ErrorKind::CLOSED : proto::ErrorKind::IO;
    return proto::error(kind, fmt::format("{}: {}", what, code.message()), code.value());
}

}  // namespace

proto::Status connect(asio::io_context& io, asio::ip::tcp::socket& socket, const asio::ip::tcp::endpoint& to,
                      std::string_view what, const Limit& limit) {
    Failed done;
    socket.async_connect(to, [&done](const boost::system::error_code& code) { done = code; });
    const auto how = run_until(io, limit, [&done] { return done.has_value(); });
    if (how == Waited::DONE && !*done) {
        boost::system::error_code ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        socket.set_option(asio::socket_base::keep_alive(true), ignored);
        return {};
    }
    give_up(io, socket, done);
    return ended(how, *done, fmt::format("{} to {}:{}", what, to.address().to_string(), to.port()));
}

proto::Status CommandLink::open(const asio::ip::tcp::endpoint& to, const Limit& limit) {
    return connect(io_, socket_, to, "the command connection", limit);
}

template <class Start>
proto::Status CommandLink::transfer(const Request& request, const Limit& limit, Start start) {
    Failed done;
    start([&done](const boost::system::error_code& code, std::size_t) { done = code; });
    const auto how = run_until(io_, limit, [&done] { return done.has_value(); });
    if (how == Waited::DONE && !*done) return {};
    give_up(io_, socket_, done);
    return ended(how, *done, fmt::format("{} {}", request.command, request.query));
}

proto::Result<Reply> CommandLink::call(const Request& request, const Limit& limit) {
    if (!socket_.is_open()) return proto::error(proto::ErrorKind::CLOSED, "the command connection is closed");
    const std::string frame = request_frame(request);
    auto status = transfer(request, limit, [&](auto handler) {
        asio::async_write(socket_, asio::buffer(frame), std::move(handler));
    });
    if (!status) return status.error();
    status = transfer(request, limit, [&](auto handler) {
        asio::async_read(socket_, asio::buffer(header_), std::move(handler));
    });
    if (!status) return status.error();
    boost::system::error_code ignored;
    const auto size = reply_size(header_);
    if (!size) {
        socket_.close(ignored);
        return size.error();
    }
    text_.resize(*size);
    status = transfer(request, limit, [&](auto handler) {
        asio::async_read(socket_, asio::buffer(text_), std::move(handler));
    });
    if (!status) return status.error();
    auto reply = parse_reply(text_, request.command);
    if (!reply) {
        socket_.close(ignored);
        return reply.error();
    }
    if (!reply->result)
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("{} {} is refused: {}", request.command, request.query,
                                        reply->values.empty() ? "no reason given" : reply->values.front()));
    return reply;
}

}  // namespace spillgate::hw::dig2
