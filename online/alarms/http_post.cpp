#include "online/alarms/http_post.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace spillgate::online {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t max_status_line = 4096;

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string request_text(const WebAddress& address, const Headers& headers, std::string_view body) {
    std::string text = fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: spillgate-online\r\nConnection: close\r\n"
        "Content-Length: {}\r\n",
        address.target, address.shown, body.size());
    for (const auto& [name, value] : headers)
        text.append(name).append(": ").append(value).append("\r\n");
    return text.append("\r\n").append(body);
}

// "HTTP/1.1 204 No Content" → 204; 0: something else.
unsigned status_of(std::string_view line) {
    if (!line.starts_with("HTTP/1.")) return 0;
    const auto blank = line.find(' ');
    unsigned status = 0;
    if (blank == std::string_view::npos || line.size() < blank + 4) return 0;
    const auto read = std::from_chars(line.data() + blank + 1, line.data() + blank + 4, status);
    return read.ec == std::errc{} && status >= 100 ? status : 0;
}

// The steps of one POST, each begun by the one before, in an io_context of its own that is run for so long
// and no longer.
class Post {
  public:
    Post(const WebAddress& address, std::string text)
        : address_(address),
          text_(std::move(text)),
          resolver_(io_),
          stream_(io_, tls_),
          answer_(max_status_line) {}

    proto::Result<unsigned> run(std::chrono::milliseconds patience, const std::stop_token& stop) {
        if (address_.tls) {
            if (auto ready = prepare_tls(); !ready) return ready.error();
        }
        const std::stop_callback stopping(stop, [this] { io_.stop(); });
        resolver_.async_resolve(address_.host, address_.port,
                                [this](const error_code& failed, const tcp::resolver::results_type& found) {
                                    if (!failed_at("its name is not found", failed)) connect(found);
                                });
        io_.run_for(patience);
        if (result_) return *result_;
        if (stop.stop_requested()) return error(ErrorKind::CLOSED, "stopped before the webhook was told");
        return error(ErrorKind::TIMED_OUT,
                     fmt::format("{} did not answer within {} ms", address_.shown, patience.count()));
    }

  private:
    proto::Status prepare_tls() {
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

    template <class Stream>
    void write(Stream& stream) {
        asio::async_write(stream, asio::buffer(text_),
                          [this, &stream](const error_code& failed, std::size_t) {
                              if (!failed_at("not sent", failed)) read(stream);
                          });
    }

    template <class Stream>
    void read(Stream& stream) {
        asio::async_read_until(stream, answer_, "\r\n", [this](const error_code& failed, std::size_t size) {
            if (failed_at("no answer", failed)) return;
            const auto data = answer_.data();
            const std::string line(asio::buffers_begin(data),
                                   asio::buffers_begin(data) + static_cast<std::ptrdiff_t>(size));
            const unsigned status = status_of(line);
            if (status == 0)
                result_ = error(ErrorKind::CORRUPT, fmt::format("{} does not speak HTTP", address_.shown));
            else
                result_ = status;
        });
    }

    const WebAddress& address_;
    std::string text_;
    asio::io_context io_;
    ssl::context tls_{ssl::context::tls_client};
    tcp::resolver resolver_;
    ssl::stream<tcp::socket> stream_;
    asio::streambuf answer_;
    std::optional<proto::Result<unsigned>> result_;
};

}  // namespace

proto::Result<WebAddress> parse_address(std::string_view url) {
    const auto wrong = [&] {
        return error(
            ErrorKind::CONFIG,
            fmt::format("'{}' is no address; allowed are https://HOST[:PORT]/PATH and http:// to loopback",
                        url));
    };
    WebAddress address;
    constexpr std::string_view plain = "http://";
    constexpr std::string_view secure = "https://";
    address.tls = url.starts_with(secure);
    if ((!address.tls && !url.starts_with(plain)) || !is_printable(url)) return wrong();
    const auto rest = url.substr(address.tls ? secure.size() : plain.size());
    const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
    auto place = rest.substr(0, slash);
    auto target = rest.substr(slash);
    target = target.substr(0, target.find('#'));
    address.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    address.shown = place;
    if (place.find('@') != std::string_view::npos) return wrong();
    if (place.starts_with('[')) {
        const auto close = place.find(']');
        if (close == std::string_view::npos) return wrong();
        address.host = place.substr(1, close - 1);
        place.remove_prefix(close + 1);
    } else {
        const auto colon = std::min(place.find(':'), place.size());
        address.host = place.substr(0, colon);
        place.remove_prefix(colon);
    }
    address.port = place.empty() ? (address.tls ? "443" : "80") : std::string(place.substr(1));
    unsigned port = 0;
    const char* const end = address.port.data() + address.port.size();
    const auto number = std::from_chars(address.port.data(), end, port);
    if (address.host.empty() || number.ec != std::errc{} || number.ptr != end || port < 1 || port > 65535)
        return wrong();
    return address;
}

proto::Result<unsigned> http_post(const WebAddress& address, const Headers& headers, std::string_view body,
                                  std::chrono::milliseconds patience, const std::stop_token& stop) {
    try {
        return Post(address, request_text(address, headers, body)).run(patience, stop);
    } catch (const std::exception& cause) {
        return error(ErrorKind::IO, fmt::format("{}: {}", address.shown, cause.what()));
    }
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) == nullptr)
        throw proto::Failure(error(ErrorKind::IO, "HMAC-SHA-256 is not available"));
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
        fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
    return hex;
}

}  // namespace spillgate::online
