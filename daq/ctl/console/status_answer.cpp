#include "daq/ctl/console/status_answer.hpp"

#include "daq/ctl/console/answer_fields.hpp"

namespace spillgate::daq {

std::vector<HeardDaemon> heard_in(const boost::json::object& status) {
    std::vector<HeardDaemon> heard;
    for (const auto* daemon : objects_in(status, "daemons"))
        if (const auto* const says = object_in(*daemon, "status"); says != nullptr)
            heard.push_back({word_in(*daemon, "name"), says});
    return heard;
}

const boost::json::object* lead_in(const boost::json::object& status) {
    for (const auto* daemon : objects_in(status, "daemons"))
        if (flag_in(*daemon, "lead") && flag_in(*daemon, "connected")) return object_in(*daemon, "status");
    return nullptr;
}

}  // namespace spillgate::daq
