// One command connection to an emulated VX27xx: frames in, frames out. Owns a socket; lives as long as its
// operations do.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace spillgate::hw::emulator::dig2 {

// What becomes of a request.
struct Answer {
    enum class Fate : std::uint8_t { SEND, IGNORE, CUT };
    Fate fate = Fate::SEND;
    std::string json;
    double delay_ms = 0;
};

class CommandSession : public std::enable_shared_from_this<CommandSession> {
  public:
    // `answer` is called with the JSON text of each request, `gone` once.
    CommandSession(boost::asio::ip::tcp::socket socket,
                   std::function<Answer(CommandSession&, const std::string&)> answer,
                   std::function<void(CommandSession&)> gone);

    void run() { read_header(); }
    void close();

  private:
    void read_header();
    void read_text(std::size_t size);
    void answer_now();
    void write(const std::string& json);

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    std::function<Answer(CommandSession&, const std::string&)> answer_;
    std::function<void(CommandSession&)> gone_;
    std::array<std::uint8_t, 32> header_{};
    std::string text_;
    std::string frame_;
};

}  // namespace spillgate::hw::emulator::dig2
