// What the server's sessions share. For server.cpp alone, the one translation unit that compiles Boost.Beast.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "online/http/places.hpp"
#include "online/http/rate_limit.hpp"
#include "online/http/server.hpp"

namespace spillgate::online {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

// The page may load nothing from elsewhere, and nobody may frame it. Styles are set by the plotting libraries
// at run time.
constexpr std::string_view content_policy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors "
    "'none'; "
    "base-uri 'none'; form-action 'none'";

inline std::string to_string(beast::string_view text) {
    return {text.data(), text.size()};
}

inline beast::string_view beast_view(std::string_view text) {
    return {text.data(), text.size()};
}

class FeedSession;

struct Shared {  // by all sessions; used on the server's thread, counts from any
    Shared(std::shared_ptr<Site> served, const ServerOptions& chosen)
        : site(std::move(served)), options(chosen), places(chosen.places, chosen.reserved_places) {}
    std::shared_ptr<Site> site;
    ServerOptions options;
    Places places;
    std::vector<std::weak_ptr<FeedSession>> feeds;
    std::atomic<std::uint64_t> requests{0}, refused{0}, turned_away{0}, connections{0}, updates{0},
        skipped{0};
};

// A connection that is counted while it lives.
class Connection : public Guest {
  public:
    explicit Connection(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
        heard_at = Clock::now();
        ++shared_->connections;
    }
    ~Connection() override { --shared_->connections; }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

  protected:
    std::shared_ptr<Shared> shared_;
};

}  // namespace spillgate::online
