#include "daq/slow_control/push_server.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "daq/slow_control/csv_file.hpp"
#include "proto/loopback.hpp"

namespace spillgate::daq {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::size_t most_connections = 32;
constexpr std::uint32_t longest_header = 4096;
constexpr std::uint64_t longest_body = 256;
constexpr auto patience = std::chrono::seconds(5);
constexpr std::string_view path_begin = "/slow/";

struct Shared {  // by all sessions
    PushServer::Take take;
    std::atomic<std::uint64_t> taken{0}, refused{0}, turned_away{0}, connections{0};
};

// One connection, for one request.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(tcp::socket socket, std::shared_ptr<Shared> shared)
        : stream_(std::move(socket)), shared_(std::move(shared)) {
        ++shared_->connections;
        parser_.header_limit(longest_header);
        parser_.body_limit(longest_body);
    }
    ~Session() { --shared_->connections; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void read() {
        stream_.expires_after(patience);
        http::async_read(
            stream_, buffer_, parser_,
            [self = shared_from_this()](beast::error_code failed, std::size_t) { self->handle(failed); });
    }

  private:
    void handle(beast::error_code failed) {
        if (failed == http::error::header_limit) return refuse(431, "the header is too long");
        if (failed == http::error::body_limit) return refuse(413, "a number is shorter than this");
        if (failed) {
            // The parser's own refusals deserve an answer, a broken connection does not.
            const auto& parsers = http::make_error_code(http::error::bad_version).category();
            if (failed.category() == parsers && failed != http::error::end_of_stream)
                return refuse(400, "this is not HTTP");
            return;
        }
        const auto& request = parser_.get();
        const auto text = [](beast::string_view view) { return std::string_view(view.data(), view.size()); };
        if (!proto::is_loopback_host(text(request[http::field::host])))
            return refuse(403, "this server answers to loopback names only");
        if (!request[http::field::origin].empty()) return refuse(403, "web pages may not set values");
        const auto target = text(request.target());
        if (!target.starts_with(path_begin)) return refuse(404, "allowed: POST /slow/<name>");
        if (request.method() != http::verb::post) return refuse(405, "allowed: POST");
        std::string_view body = request.body();
        if (body.ends_with('\n')) body.remove_suffix(1);
        const auto value = number_of(body);
        if (!value) return refuse(400, "the body must be one finite decimal number");
        const auto name = target.substr(path_begin.size());
        if (!shared_->take(name, *value))
            return refuse(404, fmt::format("there is no pushed value '{}' in slow_control", name));
        ++shared_->taken;
        write(204, {});
    }

    void refuse(unsigned status, std::string_view why) {
        ++shared_->refused;
        write(status, fmt::format("{}\n", why));
    }

    void write(unsigned status, std::string body) {
        answer_.result(status);
        answer_.version(11);
        answer_.keep_alive(false);
        answer_.set(http::field::content_type, "text/plain; charset=utf-8");
        answer_.set("X-Content-Type-Options", "nosniff");
        answer_.body() = std::move(body);
        if (status != 204) answer_.content_length(answer_.body().size());
        stream_.expires_after(patience);
        http::async_write(stream_, answer_, [self = shared_from_this()](beast::error_code, std::size_t) {
            beast::error_code ignored;
            self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        });
    }

    beast::tcp_stream stream_;
    std::shared_ptr<Shared> shared_;
    beast::flat_buffer buffer_{longest_header + longest_body + 1024};
    http::request_parser<http::string_body> parser_;
    http::response<http::string_body> answer_;
};

class BeastPushServer final : public PushServer {
  public:
    explicit BeastPushServer(Take take)
        : shared_(std::make_shared<Shared>()), acceptor_(context_), retry_(context_) {
        shared_->take = std::move(take);
    }
    ~BeastPushServer() override {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }
    BeastPushServer(const BeastPushServer&) = delete;
    BeastPushServer& operator=(const BeastPushServer&) = delete;

    proto::Status open(const std::string& address_text, std::uint16_t port) {
        beast::error_code failed;
        const auto address = asio::ip::make_address(address_text, failed);
        if (failed || !address.is_loopback())
            return proto::error(
                proto::ErrorKind::REFUSED,
                fmt::format("slow_control.http_address is '{}'; allowed are loopback addresses "
                            "(127.0.0.1, ::1)",
                            address_text));
        const tcp::endpoint endpoint(address, port);
        acceptor_.open(endpoint.protocol(), failed);
        if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
        if (!failed) acceptor_.bind(endpoint, failed);
        if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
        if (failed == asio::error::address_in_use)
            return proto::error(proto::ErrorKind::EXISTS,
                                fmt::format("{}:{} is occupied by another program; end it, or set "
                                            "slow_control.http_port to another port (0: any free one)",
                                            address_text, port),
                                failed.value());
        if (failed)
            return proto::error(
                proto::ErrorKind::IO,
                fmt::format("slow control cannot listen at {}:{}: {}", address_text, port, failed.message()),
                failed.value());
        const auto local = acceptor_.local_endpoint();
        const auto host = local.address().to_string();
        url_ = local.address().is_v6() ? fmt::format("http://[{}]:{}", host, local.port())
                                       : fmt::format("http://{}:{}", host, local.port());
        accept();
        thread_ = std::thread([this] { context_.run(); });
        return {};
    }

    std::string url() const override { return url_; }
    Counts counts() const override { return {shared_->taken, shared_->refused, shared_->turned_away}; }

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
            if (shared_->connections >= most_connections)
                ++shared_->turned_away;  // and closed, as it goes out of scope
            else
                std::make_shared<Session>(std::move(socket), shared_)->read();
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

proto::Result<std::unique_ptr<PushServer>> PushServer::start(const std::string& address, std::uint16_t port,
                                                             Take take) {
    auto server = std::make_unique<BeastPushServer>(std::move(take));
    if (auto opened = server->open(address, port); !opened) return opened.error();
    return std::unique_ptr<PushServer>(std::move(server));
}

}  // namespace spillgate::daq
