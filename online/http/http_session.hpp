// One HTTP connection; may become a WebSocket. The header is read first: who asks, and for what, decides how
// much of a body is read, if any. For server.cpp alone.
#pragma once

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "online/http/feed_session.hpp"

namespace spillgate::online {

class HttpSession final : public Connection, public std::enable_shared_from_this<HttpSession> {
  public:
    HttpSession(tcp::socket socket, std::shared_ptr<Shared> shared)
        : Connection(std::move(shared)),
          stream_(std::move(socket)),
          requests_(shared_->options.requests_per_s, shared_->options.requests_per_s) {}

    void read() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(shared_->options.max_header_bytes));
        parser_->body_limit(boost::none);  // until the header says for what it is
        stream_.expires_after(shared_->options.idle_timeout);
        http::async_read_header(stream_, buffer_, *parser_,
                                [self = shared_from_this()](beast::error_code failed, std::size_t) {
                                    if (self->readable(failed)) self->take_header();
                                });
    }

    void evict() override {
        beast::error_code ignored;
        stream_.socket().close(ignored);
    }

  private:
    bool readable(beast::error_code failed) {
        if (!failed) return true;
        if (failed == http::error::header_limit) {
            give_up(refusal(431, "the header is too large"));
        } else if (failed == http::error::body_limit) {
            give_up(refusal(413, "the body is too large"));
        } else if (failed != http::error::end_of_stream && failed != http::error::partial_message &&
                   failed.category() == http::make_error_code(http::error::bad_version).category()) {
            // The parser's own refusals deserve an answer, a broken connection does not.
            give_up(refusal(400, "this is not HTTP"));
        } else {
            close();
        }
        return false;
    }

    void take_header() {
        heard_at = Clock::now();
        ++shared_->requests;
        if (!requests_.take(heard_at)) {
            auto often = refusal(429, "too many requests on one connection");
            often.headers.emplace_back("Retry-After", "1");
            return give_up(std::move(often));
        }
        const auto& request = parser_->get();
        keep_alive_ = request.keep_alive();
        const Head head = head_of(request);
        auto match = shared_->site->router().find(head.method, head.path);
        auto admitted = shared_->site->admit(head, match.route);
        if (auto* const refused = std::get_if<Response>(&admitted)) return give_up(std::move(*refused));
        asked_.caller = std::move(std::get<Caller>(admitted));
        signed_in = !asked_.caller.person.empty();
        if (head.method != "GET" && head.method != "HEAD" && head.method != "POST")
            return give_up(refusal(405, "allowed: GET, HEAD, POST"));
        if (match.route == nullptr) {
            return give_up(match.other_method ? refusal(405, "there is another method for this")
                                              : refusal(404, "there is no such endpoint"));
        }
        if (websocket::is_upgrade(request)) return become_feed(head);
        asked_.method = head.method;
        asked_.path = head.path;
        asked_.query = head.query;
        asked_.host = head.host;
        asked_.values = std::move(match.values);
        read_body(*match.route);
    }

    static Head head_of(const http::request<http::string_body>& request) {
        Head head;
        head.method = to_string(request.method_string());
        const std::string target = to_string(request.target());
        const auto question = target.find('?');
        head.path = target.substr(0, question);
        if (question != std::string::npos) head.query = target.substr(question + 1);
        head.host = to_string(request[http::field::host]);
        head.origin = to_string(request[http::field::origin]);
        head.cookie = to_string(request[http::field::cookie]);
        head.authorization = to_string(request[http::field::authorization]);
        head.csrf = to_string(request["X-Spillgate-CSRF"]);
        head.proxied = request.version() < 11 || request.count(http::field::forwarded) > 0 ||
                       request.count(http::field::via) > 0 || request.count("X-Real-IP") > 0 ||
                       std::any_of(request.begin(), request.end(), [](const auto& field) {
                           return beast::iequals(field.name_string().substr(0, 12), "X-Forwarded-");
                       });
        return head;
    }

    void become_feed(const Head& head) {
        if (head.path != "/api/ws") return give_up(refusal(404, "there is no WebSocket here"));
        stream_.expires_never();
        auto feed = std::make_shared<FeedSession>(stream_.release_socket(), shared_, asked_.caller);
        shared_->places.enter(feed);
        std::erase_if(shared_->feeds, [](const auto& other) { return other.expired(); });
        shared_->feeds.push_back(feed);
        feed->accept(parser_->get());
    }

    void read_body(const Route& route) {
        const auto announced = parser_->content_length();
        if (announced && *announced > route.max_body) {
            return give_up(refusal(
                413, fmt::format("the body is too large; allowed are {} bytes here", route.max_body)));
        }
        parser_->body_limit(route.max_body);  // for what is not announced
        stream_.expires_after(shared_->options.idle_timeout);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this(), &route](beast::error_code failed, std::size_t) {
                             if (self->readable(failed)) self->serve(route);
                         });
    }

    void serve(const Route& route) {
        standing = Standing::BUSY;  // not earlier: whoever only announces a body could hold a place by it
        auto& request = parser_->get();
        auto type = to_string(request[http::field::content_type]);
        type.resize(std::min(type.size(), type.find(';')));
        std::ranges::transform(type, type.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        asked_.content_type = std::move(type);
        asked_.body = std::move(request.body());
        // The answer may come from another thread, and later than this connection lives.
        stream_.expires_never();
        route.serve(asked_, [self = shared_from_this()](Response response) {
            asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
                self->write(std::move(response), self->asked_.method == "HEAD");
            });
        });
    }

    // Answers and ends: what follows on this connection is not read.
    void give_up(Response response) {
        ++shared_->refused;
        keep_alive_ = false;
        write(std::move(response), false);
    }

    void write(Response response, bool head_only) {
        content_ = std::move(response);
        const std::string_view body = content_.view.empty() ? std::string_view(content_.body) : content_.view;
        answer_.emplace();
        answer_->result(content_.status);
        answer_->version(11);
        answer_->keep_alive(keep_alive_);
        answer_->set(http::field::content_type, content_.content_type);
        answer_->set(http::field::cache_control,
                     content_.immutable ? "public, max-age=31536000, immutable" : "no-store");
        answer_->set("Content-Security-Policy", beast_view(content_policy));
        answer_->set("X-Content-Type-Options", "nosniff");
        answer_->set("Referrer-Policy", "no-referrer");
        if (content_.gzipped) answer_->set(http::field::content_encoding, "gzip");
        for (const auto& [name, value] : content_.headers)
            answer_->set(name, value);
        answer_->content_length(body.size());
        if (head_only) {
            answer_->body() = {nullptr, 0, false};
        } else {
            answer_->body() = {const_cast<char*>(body.data()), body.size(), false};  // Beast only reads it
        }
        serializer_.emplace(*answer_);
        stream_.expires_after(shared_->options.idle_timeout);
        const auto done = [self = shared_from_this()](beast::error_code failed, std::size_t) {
            if (failed || !self->keep_alive_) return self->close();
            self->standing = Standing::IDLE;
            self->heard_at = Clock::now();
            self->read();
        };
        if (head_only) {
            serializer_->split(true);
            http::async_write_header(stream_, *serializer_, done);
        } else {
            http::async_write(stream_, *serializer_, done);
        }
    }

    // What still comes is thrown away for a while: were it left unread, the system would take our answer
    // back.
    void close() {
        standing = Standing::UNKNOWN;
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        stream_.expires_after(std::chrono::seconds(1));
        drain(drained_at_most);
    }

    void drain(std::size_t left) {
        buffer_.clear();
        stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this(), left](
                                                           beast::error_code failed, std::size_t bytes) {
            if (!failed && bytes < left) self->drain(left - bytes);
        });
    }

    static constexpr std::size_t drained_at_most = 1 << 20;

    beast::tcp_stream stream_;
    RateLimit requests_;
    beast::flat_buffer buffer_{65536};
    std::optional<http::request_parser<http::string_body>> parser_;
    Request asked_;
    Response content_;
    std::optional<http::response<http::buffer_body>> answer_;
    std::optional<http::response_serializer<http::buffer_body>> serializer_;
    bool keep_alive_ = false;
};

}  // namespace spillgate::online
