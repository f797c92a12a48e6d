#include "hw/dig2/data_link.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>

#include "hw/dig2/command_link.hpp"

namespace spillgate::hw::dig2 {

namespace asio = boost::asio;

// Its handler throws nothing.
// NOLINTNEXTLINE(bugprone-exception-escape)
DataLink::~DataLink() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    // The handler refers to this object.
    while (receiving_) {
        io_.restart();
        io_.run_one();
    }
}

proto::Status DataLink::open(const asio::ip::tcp::endpoint& to, const Limit& limit) {
    auto status = connect(io_, socket_, to, "the data connection", limit);
    if (status) receive();
    return status;
}

proto::Status DataLink::wait_until_cleared(const Limit& limit) {
    const auto how = run_until(io_, limit, [this] {
        if (ready_) next();
        return clears_ > clears_used_ || failure_.has_value();
    });
    if (failure_) return *failure_;
    if (how != Waited::DONE)
        return proto::error(how == Waited::STOPPED ? proto::ErrorKind::CLOSED : proto::ErrorKind::TIMED_OUT,
                            "the data connection: the module did not say that its data are cleared");
    clears_used_ = clears_;
    return {};
}

void DataLink::next() {
    ready_ = false;
    block_.clear();
    block_filled_ = 0;
    events_ = 0;
    receive();
}

bool DataLink::idle() const {
    boost::system::error_code failed;
    return !ready_ && header_filled_ == 0 && block_.empty() && socket_.available(failed) == 0 && !failed;
}

void DataLink::receive() {
    if (receiving_ || failure_ || ready_) return;
    receiving_ = true;
    const bool in_header = header_filled_ < header_bytes;
    auto into = in_header ? asio::buffer(header_) + header_filled_ : asio::buffer(block_) + block_filled_;
    socket_.async_read_some(into, [this](const boost::system::error_code& code, std::size_t bytes) {
        receiving_ = false;
        if (code) {
            const auto kind = code == asio::error::eof ? proto::ErrorKind::CLOSED : proto::ErrorKind::IO;
            return fail(proto::error(kind, "the data connection: " + code.message(), code.value()));
        }
        received(bytes);
        receive();
    });
}

void DataLink::received(std::size_t bytes) {
    if (header_filled_ < header_bytes) {
        header_filled_ += bytes;
        if (header_filled_ == header_bytes) header_complete();
        return;
    }
    block_filled_ += bytes;
    if (block_filled_ < block_.size()) return;
    events_ += piece_.events;
    header_filled_ = 0;
    ready_ = piece_.aligned;
}

void DataLink::header_complete() {
    piece_ = parse_block_header(header_);
    if (piece_.bytes == 0) {
        ++clears_;
        header_filled_ = 0;
        block_.clear();
        block_filled_ = 0;
        events_ = 0;
        return;
    }
    if (piece_.bytes > block_bytes_max_ - block_.size())
        return fail(
            proto::error(proto::ErrorKind::CORRUPT,
                         fmt::format("the data connection: a block of {} bytes and more; allowed are {}",
                                     piece_.bytes + block_.size(), block_bytes_max_)));
    block_.resize(block_.size() + static_cast<std::size_t>(piece_.bytes));
}

void DataLink::fail(proto::Error error) {
    failure_ = std::move(error);
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace spillgate::hw::dig2
