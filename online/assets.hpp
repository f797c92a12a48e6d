// The files of the web page: embedded in the program, or from a directory while the page is being developed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spillgate::online {

struct Asset {
    std::string_view path;  // "/index.html"
    std::string_view content;
    bool gzipped = false;
};

class Assets {
  public:
    virtual ~Assets() = default;
    struct Found {
        std::string content_type;
        std::shared_ptr<const void> owner;  // of `content`, if it is not for ever
        std::string_view content;
        bool gzipped = false;
        bool immutable = false;
    };
    virtual std::optional<Found> find(std::string_view path) const = 0;
};

std::unique_ptr<Assets> embedded_assets(std::span<const Asset> assets);
// Reads files at each request; nothing outside `directory`, links included.
std::unique_ptr<Assets> directory_assets(const std::string& directory);

}  // namespace spillgate::online
