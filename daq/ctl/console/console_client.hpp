// Asks the console of spillgate-online by its HTTP API (docs/console/api.md), as a person if there is a
// token.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "proto/http_client.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

// "/api/runs" and its query; values are escaped.
class ApiPath {
  public:
    explicit ApiPath(std::string_view path) : text_(path) {}
    ApiPath& segment(std::string_view name);                      // "/NAME"
    ApiPath& ask(std::string_view name, std::string_view value);  // nothing if the value is empty
    ApiPath& ask(std::string_view name, std::uint64_t value);     // nothing if it is 0
    const std::string& text() const { return text_; }

  private:
    std::string text_;
    bool has_query_ = false;
};

class ConsoleClient {
  public:
    // Bounds what is taken of an answer: a history of 32 series is 4 MB, a run's file at most 256 MiB.
    static constexpr std::size_t most_json_bytes = std::size_t{64} << 20;
    static constexpr std::size_t most_file_bytes = std::size_t{260} << 20;

    // `url`: https://HOST[:PORT], or http:// to this machine. `token` may be empty: then as nobody. Errors:
    // CONFIG.
    static proto::Result<ConsoleClient> make(std::string_view url, std::string token,
                                             std::chrono::milliseconds patience);

    // Errors of all: REFUSED (with the console's reason), TIMED_OUT, IO, CORRUPT (not what a console
    // answers).
    proto::Result<boost::json::object> get(const ApiPath& path) const;
    proto::Result<boost::json::array> list(const ApiPath& path) const;  // of what is answered by one
    proto::Result<boost::json::object> post(const ApiPath& path, const boost::json::object& body) const;
    proto::Result<boost::json::object> post_bytes(const ApiPath& path, std::string_view content_type,
                                                  std::string_view bytes) const;
    proto::Result<std::string> file(const ApiPath& path) const;

  private:
    ConsoleClient(proto::WebAddress address, std::string token, std::chrono::milliseconds patience)
        : address_(std::move(address)), token_(std::move(token)), patience_(patience) {}
    proto::Result<proto::HttpAnswer> ask(const ApiPath& path, proto::HttpRequest request,
                                         std::size_t most_bytes) const;
    proto::Result<boost::json::object> object(const ApiPath& path, proto::HttpRequest request) const;

    proto::WebAddress address_;  // of the console; its target is "/"
    std::string token_;
    std::chrono::milliseconds patience_;
};

// The token of `file`, or of the environment's SPILLGATE_TOKEN if there is no file; empty if there is
// neither. Errors: of proto::read_secret; CONFIG (no token).
proto::Result<std::string> console_token(const std::string& file);

}  // namespace spillgate::daq
