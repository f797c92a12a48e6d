// HTTP and WebSocket on loopback. Everything is bounded: connections, header, body, frames, time; a client
// that is too slow gets fewer updates, then none, and nobody else notices.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::online {

struct HttpRequest {
    std::string method;
    std::string path;  // without query
    std::string query;
    std::string body;
};

struct HttpResponse {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::shared_ptr<const void> owner;  // keeps `view` alive
    std::string_view view;              // sent instead of `body` if not empty: assets, without a copy
    bool gzipped = false;
    bool immutable = false;  // may be cached for ever: its name holds its hash
};

// One WebSocket client's conversation. All calls come from the server's thread.
class Conversation {
  public:
    virtual ~Conversation() = default;
    // A text frame of the client. false: it is nonsense, hang up.
    virtual bool hear(std::string_view text) = 0;
    // What to send now, if anything. Asked only while nothing is on its way to this client.
    virtual std::optional<std::string> say() = 0;
};

// What the server serves. Calls come from the server's thread and must not block.
class Console {
  public:
    virtual ~Console() = default;
    virtual HttpResponse get(const HttpRequest& request) = 0;
    // Calls `answer` once, from any thread. Host, Origin and token have been checked.
    virtual void post(const HttpRequest& request, std::function<void(HttpResponse)> answer) = 0;
    virtual std::unique_ptr<Conversation> converse() = 0;
    virtual const std::string& token() const = 0;  // that POST requests must carry in X-Spillgate-Token
};

struct HttpOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    std::size_t max_connections = 128;
    std::size_t max_header_bytes = 16384;
    std::size_t max_body_bytes = 65536;
    std::size_t max_frame_bytes = 65536;
    std::chrono::seconds idle_timeout{30};   // of a connection between and within requests
    std::chrono::seconds write_timeout{10};  // of one update to a WebSocket client
    std::chrono::milliseconds update_period{250};
};

// Owns a thread and sockets.
class HttpServer {
  public:
    // Errors: REFUSED (the address is not loopback), EXISTS (the port is occupied), IO.
    static proto::Result<std::unique_ptr<HttpServer>> start(std::shared_ptr<Console> console,
                                                            const HttpOptions& options);
    virtual ~HttpServer() = default;
    // Serves no more, within 200 ms. Answers that come later go nowhere.
    virtual void stop() = 0;
    virtual std::string url() const = 0;  // "http://127.0.0.1:8080"
    struct Counts {
        std::uint64_t requests = 0;
        std::uint64_t refused = 0;          // Host, Origin, token or method
        std::uint64_t turned_away = 0;      // too many connections
        std::uint64_t connections = 0;      // now
        std::uint64_t updates = 0;          // sent over WebSocket
        std::uint64_t skipped_updates = 0;  // a client was still busy with the last one
    };
    virtual Counts counts() const = 0;
};

}  // namespace spillgate::online
