// Which slow control RunControl has: of its configuration, through changes of it.
#include "daq/run_control.hpp"

namespace spillgate::daq {

proto::Status RunControl::start_slow_control() {
    const auto& config = settings_.config.config.slow_control();
    if (!settings_.lead || config.value().empty()) return {};
    auto started = SlowControl::start(config, files_, journal_);
    if (!started) return started.error();
    slow_control_ = std::move(*started);
    return {};
}

// Between runs. What stays the same goes on, with what it knows; what cannot be started leaves all as it was.
proto::Status RunControl::change_slow_control(const config::SlowControl& now) {
    const auto& then = settings_.config.config.slow_control();
    if (!settings_.lead || now.SerializeAsString() == then.SerializeAsString()) return {};
    slow_control_.reset();  // first: both may want the same port
    if (now.value().empty()) return {};
    auto started = SlowControl::start(now, files_, journal_);
    if (started) {
        slow_control_ = std::move(*started);
        return {};
    }
    if (auto back = start_slow_control(); !back) journal_.error("slow control", back.error().message);
    return started.error();
}

}  // namespace spillgate::daq
