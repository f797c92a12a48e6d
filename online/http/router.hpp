// Which route serves a request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "online/http/exchange.hpp"

namespace spillgate::online {

class Router {
  public:
    // Throws std::logic_error if two routes would serve the same requests, or a pattern makes no sense.
    void add(std::vector<Route> routes);

    struct Match {
        const Route* route = nullptr;  // null: nothing is there
        PathValues values;
        bool other_method = false;  // the path is served, by another method
    };
    // A plain segment goes before a {name}, that before a {name...}. Cost: one comparison of segments per
    // route.
    Match find(std::string_view method, std::string_view path) const;

  private:
    struct Entry {
        Route route;
        std::vector<std::string> segments;
    };
    std::vector<Entry> entries_;  // the more special first
};

}  // namespace spillgate::online
