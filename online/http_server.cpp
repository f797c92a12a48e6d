// The one translation unit that compiles Boost.Beast.
#include "online/http_server.hpp"

#include <atomic>
#include <deque>
#include <thread>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>

#include "online/request_guard.hpp"

namespace spillgate::online {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;

// The page may load nothing from elsewhere, and nobody may frame it. Styles are set by the plotting libraries
// at run time.
constexpr std::string_view content_policy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors "
    "'none'; "
    "base-uri 'none'; form-action 'none'";

std::string to_string(beast::string_view text) {
    return {text.data(), text.size()};
}

struct Shared {  // by all sessions; used on the server's thread, counts from any
    std::shared_ptr<Console> console;
    HttpOptions options;
    std::atomic<std::uint64_t> requests{0}, refused{0}, turned_away{0}, connections{0}, updates{0},
        skipped{0};
};

// Counts a connection while it lives.
class Place {
  public:
    explicit Place(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) { ++shared_->connections; }
    ~Place() { --shared_->connections; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    std::shared_ptr<Shared> shared_;
};

// One WebSocket client. At most one message is on its way to it; meanwhile versions pass it by.
class FeedSession : public std::enable_shared_from_this<FeedSession> {
  public:
    FeedSession(tcp::socket socket, std::shared_ptr<Shared> shared, std::unique_ptr<Place> place)
        : stream_(std::move(socket)),
          timer_(stream_.get_executor()),
          shared_(std::move(shared)),
          place_(std::move(place)),
          conversation_(shared_->console->converse()) {}

    void accept(const http::request<http::string_body>& request) {
        stream_.set_option(websocket::stream_base::timeout{shared_->options.write_timeout,
                                                           shared_->options.idle_timeout, true});
        stream_.read_message_max(shared_->options.max_frame_bytes);
        stream_.text(true);
        stream_.async_accept(request, [self = shared_from_this()](beast::error_code failed) {
            if (failed) return;
            self->read();
            self->tick();
        });
    }

  private:
    void read() {
        stream_.async_read(incoming_, [self = shared_from_this()](beast::error_code failed, std::size_t) {
            if (failed) return self->hang_up();
            const auto bytes = self->incoming_.cdata();
            const bool sense =
                self->stream_.got_text() &&
                self->conversation_->hear({static_cast<const char*>(bytes.data()), bytes.size()});
            self->incoming_.consume(self->incoming_.size());
            if (!sense) return self->hang_up();
            self->update();
            self->read();
        });
    }

    void tick() {
        timer_.expires_after(shared_->options.update_period);
        timer_.async_wait([self = shared_from_this()](beast::error_code failed) {
            if (failed || self->gone_) return;
            self->update();
            self->tick();
        });
    }

    void update() {
        if (gone_) return;
        if (writing_) {
            ++shared_->skipped;
            if (std::chrono::steady_clock::now() - writing_since_ > shared_->options.write_timeout) hang_up();
            return;
        }
        auto text = conversation_->say();
        if (!text) return;
        outgoing_ = std::move(*text);
        writing_ = true;
        writing_since_ = std::chrono::steady_clock::now();
        ++shared_->updates;
        stream_.async_write(asio::buffer(outgoing_),
                            [self = shared_from_this()](beast::error_code failed, std::size_t) {
                                self->writing_ = false;
                                if (failed) self->hang_up();
                            });
    }

    void hang_up() {
        gone_ = true;
        timer_.cancel();
        beast::error_code ignored;
        beast::get_lowest_layer(stream_).socket().close(ignored);
    }

    websocket::stream<beast::tcp_stream> stream_;
    asio::steady_timer timer_;
    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Place> place_;
    std::unique_ptr<Conversation> conversation_;
    beast::flat_buffer incoming_;
    std::string outgoing_;
    bool writing_ = false;
    bool gone_ = false;
    std::chrono::steady_clock::time_point writing_since_;
};

// One HTTP connection; may become a WebSocket.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
  public:
    HttpSession(tcp::socket socket, std::shared_ptr<Shared> shared)
        : stream_(std::move(socket)), shared_(std::move(shared)), place_(std::make_unique<Place>(shared_)) {}

    void read() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(shared_->options.max_header_bytes));
        parser_->body_limit(shared_->options.max_body_bytes);
        stream_.expires_after(shared_->options.idle_timeout);
        http::async_read(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](beast::error_code failed, std::size_t) { self->handle(failed); });
    }

  private:
    void handle(beast::error_code failed) {
        if (failed == http::error::header_limit) return give_up(431, "the header is too large");
        if (failed == http::error::body_limit) return give_up(413, "the body is too large");
        if (failed == http::error::end_of_stream || failed == beast::error::timeout) return close();
        if (failed) {
            // The parser's own refusals deserve an answer, a broken connection does not.
            const bool nonsense =
                failed.category() == http::make_error_code(http::error::bad_version).category();
            return nonsense ? give_up(400, "this is not HTTP") : close();
        }
        ++shared_->requests;
        const auto& request = parser_->get();
        keep_alive_ = request.keep_alive();
        const auto host = to_string(request[http::field::host]);
        const auto origin = to_string(request[http::field::origin]);
        if (!is_loopback_host(host)) return refuse(403, "this server answers to loopback names only");
        if (!origin.empty() && !is_same_origin(origin, host))
            return refuse(403, "requests from other pages are refused");
        std::string target = to_string(request.target());
        HttpRequest asked;
        asked.method = to_string(request.method_string());
        const auto question = target.find('?');
        asked.path = target.substr(0, question);
        if (question != std::string::npos) asked.query = target.substr(question + 1);
        if (websocket::is_upgrade(request)) {
            if (asked.path != "/api/ws") return refuse(404, "there is no WebSocket here");
            stream_.expires_never();
            std::make_shared<FeedSession>(stream_.release_socket(), shared_, std::move(place_))
                ->accept(request);
            return;
        }
        if (request.method() == http::verb::get || request.method() == http::verb::head) {
            return write(shared_->console->get(asked), request.method() == http::verb::head);
        }
        if (request.method() != http::verb::post) return refuse(405, "allowed: GET, HEAD, POST");
        if (!tokens_equal(to_string(request["X-Spillgate-Token"]), shared_->console->token())) {
            return refuse(403, "the token of this console is missing or old: reload the page");
        }
        asked.body = request.body();
        // The answer may come from another thread, and later than this connection lives.
        stream_.expires_never();
        shared_->console->post(asked, [self = shared_from_this()](HttpResponse response) {
            asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
                self->write(std::move(response), false);
            });
        });
    }

    void refuse(unsigned status, std::string_view why) {
        ++shared_->refused;
        HttpResponse response;
        response.status = status;
        response.content_type = "text/plain";
        response.body = fmt::format("{}\n", why);
        write(std::move(response), false);
    }

    void give_up(unsigned status, std::string_view why) {
        keep_alive_ = false;
        refuse(status, why);
    }

    void write(HttpResponse response, bool head_only) {
        content_ = std::move(response);
        const std::string_view body = content_.view.empty() ? std::string_view(content_.body) : content_.view;
        answer_.emplace();
        answer_->result(content_.status);
        answer_->version(11);
        answer_->keep_alive(keep_alive_);
        answer_->set(http::field::content_type, content_.content_type);
        answer_->set(http::field::cache_control,
                     content_.immutable ? "public, max-age=31536000, immutable" : "no-store");
        answer_->set("Content-Security-Policy",
                     beast::string_view(content_policy.data(), content_policy.size()));
        answer_->set("X-Content-Type-Options", "nosniff");
        answer_->set("Referrer-Policy", "no-referrer");
        if (content_.gzipped) answer_->set(http::field::content_encoding, "gzip");
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
            self->read();
        };
        if (head_only) {
            serializer_->split(true);
            http::async_write_header(stream_, *serializer_, done);
        } else {
            http::async_write(stream_, *serializer_, done);
        }
    }

    void close() {
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    beast::tcp_stream stream_;
    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Place> place_;
    beast::flat_buffer buffer_{65536};
    std::optional<http::request_parser<http::string_body>> parser_;
    HttpResponse content_;
    std::optional<http::response<http::buffer_body>> answer_;
    std::optional<http::response_serializer<http::buffer_body>> serializer_;
    bool keep_alive_ = false;
};

class BeastServer final : public HttpServer {
  public:
    BeastServer(std::shared_ptr<Console> console, const HttpOptions& options)
        : shared_(std::make_shared<Shared>()), acceptor_(context_), retry_(context_) {
        shared_->console = std::move(console);
        shared_->options = options;
    }

    ~BeastServer() override { BeastServer::stop(); }

    void stop() override {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }

    proto::Status open() {
        const HttpOptions& options = shared_->options;
        beast::error_code failed;
        const auto address = asio::ip::make_address(options.address, failed);
        if (failed || !address.is_loopback()) {
            return proto::error(
                proto::ErrorKind::REFUSED,
                fmt::format("network.http_address is \"{}\"; allowed are loopback addresses (127.0.0.1, "
                            "::1)",
                            options.address));
        }
        const tcp::endpoint endpoint(address, options.port);
        acceptor_.open(endpoint.protocol(), failed);
        if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
        if (!failed) acceptor_.bind(endpoint, failed);
        if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
        if (failed) {
            const bool occupied = failed == asio::error::address_in_use;
            return proto::error(
                occupied ? proto::ErrorKind::EXISTS : proto::ErrorKind::IO,
                occupied
                    ? fmt::format("{}:{} is occupied by another program; end it, or set network.http_port "
                                  "to another port (0: any free one)",
                                  options.address, options.port)
                    : fmt::format("cannot listen at {}:{}: {}", options.address, options.port,
                                  failed.message()),
                failed.value());
        }
        const auto local = acceptor_.local_endpoint();
        url_ = local.address().is_v6()
                   ? fmt::format("http://[{}]:{}", local.address().to_string(), local.port())
                   : fmt::format("http://{}:{}", local.address().to_string(), local.port());
        accept();
        thread_ = std::thread([this] { context_.run(); });
        return {};
    }

    std::string url() const override { return url_; }
    Counts counts() const override {
        return {shared_->requests,    shared_->refused, shared_->turned_away,
                shared_->connections, shared_->updates, shared_->skipped};
    }

  private:
    void accept() {
        acceptor_.async_accept([this](beast::error_code failed, tcp::socket socket) {
            if (failed) {
                // Out of descriptors, most likely: give the others time to end.
                retry_.expires_after(std::chrono::milliseconds(50));
                retry_.async_wait([this](beast::error_code stopped) {
                    if (!stopped) accept();
                });
                return;
            }
            if (shared_->connections >= shared_->options.max_connections) {
                ++shared_->turned_away;  // and closed, as it goes out of scope
            } else {
                std::make_shared<HttpSession>(std::move(socket), shared_)->read();
            }
            accept();
        });
    }

    std::shared_ptr<Shared> shared_;
    asio::io_context context_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    std::string url_;
    std::thread thread_;
};

}  // namespace

proto::Result<std::unique_ptr<HttpServer>> HttpServer::start(std::shared_ptr<Console> console,
                                                             const HttpOptions& options) {
    auto server = std::make_unique<BeastServer>(std::move(console), options);
    if (auto opened = server->open(); !opened) return opened.error();
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace spillgate::online
