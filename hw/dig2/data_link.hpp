// The data connection: pieces with a header each, put together to blocks of whole events. Owns a socket; used
// by one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "hw/dig2/protocol.hpp"
#include "hw/dig2/wait.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::dig2 {

class DataLink {
  public:
    // A block is at most `block_bytes_max` long: memory for more is never asked for.
    DataLink(boost::asio::io_context& io, std::size_t block_bytes_max)
        : io_(io), socket_(io), block_bytes_max_(block_bytes_max) {}
    ~DataLink();
    DataLink(const DataLink&) = delete;
    DataLink& operator=(const DataLink&) = delete;

    // Connects and receives from then on, one block ahead of what is consumed.
    proto::Status open(const boost::asio::ip::tcp::endpoint& to, const Limit& limit);
    // Waits for the mark that the module sends after it has cleared its data; what came before is let go.
    proto::Status wait_until_cleared(const Limit& limit);

    bool has_block() const { return ready_; }
    std::span<const std::uint8_t> block() const { return block_; }
    std::uint32_t events() const { return events_; }
    void next();  // after the block has been used: go on
    // Nothing has come of a further block, as of now.
    bool idle() const;
    // Why nothing will come any more: IO, CLOSED, CORRUPT (a block longer than allowed).
    const std::optional<proto::Error>& failure() const { return failure_; }

  private:
    void receive();
    void received(std::size_t bytes);
    void header_complete();
    void fail(proto::Error error);

    boost::asio::io_context& io_;
    boost::asio::ip::tcp::socket socket_;
    std::size_t block_bytes_max_;
    std::array<std::uint8_t, header_bytes> header_{};
    std::size_t header_filled_ = 0;
    BlockHeader piece_;
    std::vector<std::uint8_t> block_;
    std::size_t block_filled_ = 0;
    std::uint32_t events_ = 0;
    std::uint64_t clears_ = 0;
    std::uint64_t clears_used_ = 0;
    bool ready_ = false;
    bool receiving_ = false;
    std::optional<proto::Error> failure_;
};

}  // namespace spillgate::hw::dig2
