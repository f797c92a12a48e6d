// HTTP and WebSocket on loopback. Everything is bounded: places, header, body, frames, rates, time; a client
// that is too slow gets fewer updates, then none, and nobody else notices.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "online/feed/topic.hpp"
#include "online/http/exchange.hpp"
#include "online/http/router.hpp"
#include "proto/result.hpp"

namespace spillgate::online {

// What a request's header says, before anything of its body is read.
struct Head {
    std::string method;
    std::string path;
    std::string query;
    std::string host;
    std::string origin;         // empty: none
    std::string cookie;         // the whole header
    std::string authorization;  // the whole header
    std::string csrf;           // X-Spillgate-CSRF
    bool proxied = false;  // carries a proxy's header, or speaks HTTP/1.0, as a proxy without settings does
};

// One WebSocket client's conversation. All calls come from the server's thread.
class Conversation {
  public:
    virtual ~Conversation() = default;
    // A text frame of the client. Errors: why it is hung up on.
    virtual proto::Status hear(std::string_view text) = 0;
    // What to send now; null: nothing new. Asked only while nothing is on its way to this client. Errors: why
    // it is hung up on.
    virtual proto::Result<SharedText> say() = 0;
    // Sent if there was nothing else for a second.
    virtual SharedText sign_of_life() = 0;
};

// What the server serves. Calls come from the server's thread and must not block.
class Site {
  public:
    virtual ~Site() = default;
    virtual const Router& router() const = 0;
    // Who asks; or the refusal, if nobody like this may ask for `route` (null: there is no such route).
    virtual std::variant<Caller, Response> admit(const Head& head, const Route* route) = 0;
    // The path at which WebSockets begin is /api/ws; a route of this path says what is needed.
    virtual std::unique_ptr<Conversation> converse(const Caller& caller) = 0;
    // After HttpServer::wake(), before anybody is asked what to say; and each second.
    virtual void look() {}
    // Nobody is served any more: lets go of replies that it still owes.
    virtual void close() {}
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    std::size_t places = 128;
    std::size_t reserved_places = 32;  // of these, only for who has signed in
    std::size_t max_header_bytes = 16384;
    std::size_t max_frame_bytes = 65536;
    double requests_per_s = 100;                 // of one connection; as many at once
    double frames_per_s = 20;                    // of one WebSocket client; twice as many at once
    std::chrono::seconds idle_timeout{30};       // of a connection between and within requests
    std::chrono::seconds write_timeout{10};      // of one update to a WebSocket client
    std::chrono::milliseconds push_period{100};  // between two updates to one client
};

// Owns a thread and sockets.
class HttpServer {
  public:
    // Errors: REFUSED (the address is not loopback), EXISTS (the port is occupied), IO.
    static proto::Result<std::unique_ptr<HttpServer>> start(std::shared_ptr<Site> site,
                                                            const ServerOptions& options);
    virtual ~HttpServer() = default;
    // Serves no more, within 200 ms. Answers that come later go nowhere.
    virtual void stop() = 0;
    virtual std::string url() const = 0;  // "http://127.0.0.1:8080"
    // There may be something new for WebSocket clients. From any thread, at once.
    virtual void wake() = 0;
    struct Counts {
        std::uint64_t requests = 0;
        std::uint64_t refused = 0;          // not admitted, too large, too often, or not HTTP
        std::uint64_t turned_away = 0;      // connections: there was no place, or another one needed it
        std::uint64_t connections = 0;      // now
        std::uint64_t updates = 0;          // sent over WebSocket
        std::uint64_t skipped_updates = 0;  // a client was still busy with the last one
    };
    virtual Counts counts() const = 0;
};

}  // namespace spillgate::online
