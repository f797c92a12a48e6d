// The one translation unit that compiles Boost.Beast.
#include "online/http/server.hpp"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "online/http/http_session.hpp"
#include "online/niceness.hpp"

namespace spillgate::online {
namespace {

class BeastServer final : public HttpServer {
  public:
    BeastServer(std::shared_ptr<Site> site, const ServerOptions& options)
        : shared_(std::make_shared<Shared>(std::move(site), options)),
          acceptor_(context_),
          retry_(context_),
          second_(context_) {}

    ~BeastServer() override { BeastServer::stop(); }

    void stop() override {
        context_.stop();
        if (!thread_.joinable()) return;
        thread_.join();
        shared_->site->close();
    }

    proto::Status open() {
        const ServerOptions& options = shared_->options;
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
        each_second();
        thread_ = std::thread([this] {
            give_way(console_niceness);
            context_.run();
        });
        return {};
    }

    std::string url() const override { return url_; }

    void wake() override {
        if (awake_.exchange(true)) return;
        asio::post(context_, [this] {
            awake_ = false;
            look();
        });
    }

    Counts counts() const override {
        return {shared_->requests,    shared_->refused, shared_->turned_away,
                shared_->connections, shared_->updates, shared_->skipped};
    }

  private:
    void look() {
        shared_->site->look();
        // A client that is hung up on meanwhile stays in the list until the next one comes.
        for (std::size_t i = 0; i < shared_->feeds.size(); ++i) {
            if (const auto feed = shared_->feeds[i].lock()) feed->wake();
        }
    }

    void each_second() {
        second_.expires_after(std::chrono::seconds(1));
        second_.async_wait([this](beast::error_code stopped) {
            if (stopped) return;
            look();
            each_second();
        });
    }

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
            // Else a message's end waits 40 ms for the client's delayed acknowledgement of its begin.
            beast::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            if (shared_->places.make_room()) {
                auto session = std::make_shared<HttpSession>(std::move(socket), shared_);
                shared_->places.enter(session);
                session->read();
                shared_->turned_away = refused_ + shared_->places.evicted();
            } else {
                shared_->turned_away =
                    ++refused_ + shared_->places.evicted();  // closed, as it goes out of scope
            }
            accept();
        });
    }

    std::shared_ptr<Shared> shared_;
    asio::io_context context_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    asio::steady_timer second_;
    std::uint64_t refused_ = 0;
    std::atomic<bool> awake_ = false;
    std::string url_;
    std::thread thread_;
};

}  // namespace

proto::Result<std::unique_ptr<HttpServer>> HttpServer::start(std::shared_ptr<Site> site,
                                                             const ServerOptions& options) {
    auto server = std::make_unique<BeastServer>(std::move(site), options);
    if (auto opened = server->open(); !opened) return opened.error();
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace spillgate::online
