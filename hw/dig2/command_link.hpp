// The command connection: one request, one reply. Owns a socket; used by one thread.
#pragma once

#include <array>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "hw/dig2/protocol.hpp"
#include "hw/dig2/wait.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::dig2 {

// Opens `socket`; `what` is for messages ("the command connection").
proto::Status connect(boost::asio::io_context& io, boost::asio::ip::tcp::socket& socket,
                      const boost::asio::ip::tcp::endpoint& to, std::string_view what, const Limit& limit);

class CommandLink {
  public:
    // `io` also serves what else the thread waits for: data go on being received during a request.
    explicit CommandLink(boost::asio::io_context& io) : io_(io), socket_(io) {}

    // TIMED_OUT, IO.
    proto::Status open(const boost::asio::ip::tcp::endpoint& to, const Limit& limit);
    // REFUSED: the module said no, in its own words. TIMED_OUT, IO, CLOSED, CORRUPT: the connection is
    // closed, for a late reply would be taken for the next one's.
    proto::Result<Reply> call(const Request& request, const Limit& limit);
    bool is_open() const { return socket_.is_open(); }

  private:
    template <class Start>
    proto::Status transfer(const Request& request, const Limit& limit, Start start);

    boost::asio::io_context& io_;
    boost::asio::ip::tcp::socket socket_;
    std::array<std::uint8_t, header_bytes> header_{};
    std::string text_;
};

}  // namespace spillgate::hw::dig2
