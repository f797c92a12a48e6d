#include "proto/http_client.hpp"

#include <functional>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/none.hpp>
#include <fmt/format.h>

namespace spillgate::proto {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t longest_header = 16384;

std::string request_text(const WebAddress& address, const HttpRequest& request) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nConnection: close\r\n",
                                   request.method, address.target, address.shown, request.agent);
    if (request.method != "GET") text += fmt::format("Content-Length: {}\r\n", request.body.size());
    for (const auto& [name, value] : request.headers)
        text.append(name).append(": ").append(value).append("\r\n");
    return text.append("\r\n").append(request.body);
}

// The steps of one exchange, each begun by the one before, in an io_context of its own that is run for so
// long and no longer.
class Exchange {
  public:
    Exchange(const WebAddress& address, std::string text, const HttpBounds& bounds)
        : address_(address),
          text_(std::move(text)),
          bounds_(bounds),
          resolver_(io_),
          stream_(io_, tls_),
          read_(longest_header) {
        parser_.header_limit(longest_header);
        // The header alone may break the limit, by what it says will follow.
        if (bounds.most_bytes == 0)
            parser_.body_limit(boost::none);
        else
            parser_.body_limit(bounds.most_bytes);
    }

    Result<HttpAnswer> run(const std::stop_token& stop) {
        if (address_.tls) {
            if (auto ready = prepare_tls(); !ready) return ready.error();
        }
        const std::stop_callback stopping(stop, [this] { io_.stop(); });
        resolver_.async_resolve(address_.host, address_.port,
                                [this](const error_code& failed, const tcp::resolver::results_type& found) {
                                    if (!failed_at("its name is not found", failed)) connect(found);
                                });
        io_.run_for(bounds_.patience);
        if (result_) return std::move(*result_);
        if (stop.stop_requested())
            return error(ErrorKind::CLOSED, fmt::format("stopped before {} had answered", address_.shown));
        return error(ErrorKind::TIMED_OUT,
                     fmt::format("{} did not answer within {} ms", address_.shown, bounds_.patience.count()));
    }

  private:
    Status prepare_tls() {
        error_code failed;
        tls_.set_default_verify_paths(failed);
        if (!failed) stream_.set_verify_mode(ssl::verify_peer, failed);
        if (!failed) stream_.set_verify_callback(ssl::host_name_verification(address_.host), failed);
        if (failed || SSL_set_tlsext_host_name(stream_.native_handle(), address_.host.c_str()) != 1)
            return error(ErrorKind::IO, fmt::format("TLS cannot be set up: {}", failed.message()));
        return {};
    }

    bool failed_at(const char* step, const error_code& failed) {
        if (failed)
            result_ = error(ErrorKind::IO, fmt::format("{}: {}: {}", address_.shown, step, failed.message()));
        return static_cast<bool>(failed);
    }

    void connect(const tcp::resolver::results_type& found) {
        asio::async_connect(
            stream_.next_layer(), found, [this](const error_code& failed, const tcp::endpoint&) {
                if (failed_at("no connection", failed)) return;
                if (!address_.tls) {
                    write(stream_.next_layer());
                    return;
                }
                stream_.async_handshake(ssl::stream_base::client, [this](const error_code& refused) {
                    if (!failed_at("no TLS", refused)) write(stream_);
                });
            });
    }

    // A server may answer, and close, before it has taken all of the request.
    template <class Stream>
    void write(Stream& stream) {
        asio::async_write(stream, asio::buffer(text_),
                          [this, &stream](const error_code&, std::size_t) { read(stream); });
    }

    template <class Stream>
    void read(Stream& stream) {
        const auto done = [this](const error_code& failed, std::size_t) { judge(failed); };
        if (bounds_.most_bytes == 0)
            http::async_read_header(stream, read_, parser_, done);
        else
            http::async_read(stream, read_, parser_, done);
    }

    void judge(const error_code& failed) {
        if (failed == http::error::body_limit) {
            result_ = error(ErrorKind::REFUSED, fmt::format("{} answers with more than {} bytes",
                                                            address_.shown, bounds_.most_bytes));
        } else if (failed == http::error::end_of_stream || failed == http::error::partial_message) {
            failed_at("no answer", failed);
        } else if (failed.category() == http::make_error_code(http::error::bad_status).category()) {
            result_ = error(ErrorKind::CORRUPT, fmt::format("{} does not speak HTTP", address_.shown));
        } else if (!failed_at("no answer", failed)) {
            auto& message = parser_.get();
            const auto type = message[http::field::content_type];
            result_ = HttpAnswer{message.result_int(), std::string(type.data(), type.size()),
                                 std::move(message.body())};
        }
    }

    const WebAddress& address_;
    std::string text_;
    HttpBounds bounds_;
    asio::io_context io_;
    ssl::context tls_{ssl::context::tls_client};
    tcp::resolver resolver_;
    ssl::stream<tcp::socket> stream_;
    boost::beast::flat_buffer read_;
    http::response_parser<http::string_body> parser_;
    std::optional<Result<HttpAnswer>> result_;
};

}  // namespace

Result<HttpAnswer> http_exchange(const WebAddress& address, const HttpRequest& request,
                                 const HttpBounds& bounds, const std::stop_token& stop) {
    try {
        return Exchange(address, request_text(address, request), bounds).run(stop);
    } catch (const std::exception& cause) {
        return error(ErrorKind::IO, fmt::format("{}: {}", address.shown, cause.what()));
    }
}

}  // namespace spillgate::proto
