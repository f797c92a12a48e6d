#include "online/spectra_reset.hpp"

#include <utility>

namespace spillgate::online {

bool ResetRequests::ask(std::string person, Answer answer) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most) return false;
    waiting_.push_back({std::move(person), std::move(answer)});
    return true;
}

std::vector<ResetRequests::Asked> ResetRequests::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

}  // namespace spillgate::online
