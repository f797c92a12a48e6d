#include "daq/gate/trace_store.hpp"

namespace spillgate::daq {

std::uint32_t TraceStore::free_place() {
    if (free_.empty()) {
        batches_.emplace_back();
        references_.push_back(0);
        return static_cast<std::uint32_t>(batches_.size() - 1);
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    return place;
}

void TraceStore::release(std::uint32_t place) {
    batches_[place].clear();
    if (recycle_) recycle_(std::move(batches_[place]));
    free_.push_back(place);
}

}  // namespace spillgate::daq
