// What daemons say of themselves, in GET /api/status.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace spillgate::daq {

struct HeardDaemon {
    std::string name;
    const boost::json::object* says = nullptr;
};

// Those that were heard.
std::vector<HeardDaemon> heard_in(const boost::json::object& status);
// Of the lead; null if it is not heard now.
const boost::json::object* lead_in(const boost::json::object& status);

}  // namespace spillgate::daq
