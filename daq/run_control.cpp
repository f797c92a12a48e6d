#include "daq/run_control.hpp"

#include <utility>

#include <fmt/format.h>

namespace spillgate::daq {

RunControl::RunControl(RunControlSettings settings, std::optional<proto::RunCatalogue> catalogue,
                       Publisher& publisher, proto::FileLayer& files, Journal& journal)
    : settings_(std::move(settings)),
      catalogue_(std::move(catalogue)),
      publisher_(publisher),
      files_(files),
      journal_(journal),
      config_path_(settings_.config.path),
      followers_(std::make_unique<Followers>(settings_.followers, settings_.runtime_dir)) {
    // The configuration was read before we were made; the table is followed all the same.
    force(Trigger::CONFIGURE);
    force(Trigger::CONFIGURATION_READ);
    begin_afresh();
    publish_status(true);
}

RunControl::~RunControl() = default;

State RunControl::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

// Under the mutex.
proto::Status RunControl::enter(Trigger trigger) {
    auto next = next_state(state_, trigger);
    if (!next) return next.error();
    state_ = *next;
    return {};
}

// On the stepping thread. A trigger that came too late (the run was stopped before it had begun) does
// nothing and is false.
bool RunControl::force(Trigger trigger) {
    const std::lock_guard lock(mutex_);
    return enter(trigger).has_value();
}

void RunControl::refuse(const std::string& why) {
    journal_.warn("refused", why);
    const std::lock_guard lock(mutex_);
    refusal_ = why;
}

void RunControl::fault(const std::string& why) {
    journal_.error("fault", fmt::format("fault: {}", why));
    const std::lock_guard lock(mutex_);
    state_ = wire::FAULT;
    fault_ = why;
}

void RunControl::set_ignored(std::uint64_t malformed, std::uint64_t unanswered) {
    const std::lock_guard lock(mutex_);
    malformed_ = malformed;
    unanswered_ = unanswered;
}

void RunControl::shut_down(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (shutting_down_) return;
    shutting_down_ = true;
    wire::Request request;
    request.set_client("daemon");
    if (enter(Trigger::STOP)) {
        request.mutable_stop()->set_reason(reason);
        accepted_.push_back(request);
    } else if (state_ == wire::PREPARING) {
        request.mutable_abandon();
        accepted_.push_back(request);
    }
}

bool RunControl::at_rest() const {
    const std::lock_guard lock(mutex_);
    return accepted_.empty() && !readout_ &&
           (state_ == wire::IDLE || state_ == wire::CONFIGURED || state_ == wire::FAULT);
}

}  // namespace spillgate::daq
