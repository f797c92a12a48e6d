#include "online/scope/scope_holds.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "proto/time.hpp"

namespace spillgate::online {

std::string ScopeHolds::add(std::shared_ptr<const ScopeView> view, Clock::time_point now) {
    forget(now);
    if (holds_.size() == most) holds_.pop_front();
    // Not a name of before a restart.
    holds_.push_back({fmt::format("{:x}-{}", proto::utc_now_ns(), ++made_), std::move(view), now});
    return holds_.back().name;
}

std::shared_ptr<const ScopeView> ScopeHolds::find(const std::string& name, Clock::time_point now) {
    forget(now);
    const auto found = std::ranges::find(holds_, name, &Hold::name);
    if (found == holds_.end()) return nullptr;
    found->asked_at = now;
    holds_.splice(holds_.end(), holds_, found);
    return found->view;
}

void ScopeHolds::forget(Clock::time_point now) {
    holds_.remove_if([&](const Hold& hold) { return now - hold.asked_at > longest_silence; });
}

}  // namespace spillgate::online
