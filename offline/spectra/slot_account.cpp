#include "offline/spectra/slot_account.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace spillgate::offline {

bool SlotAccount::add(std::uint64_t slot) {
    auto next = ranges_.upper_bound(slot);
    const bool touches_next = next != ranges_.end() && next->first == slot + 1;
    if (next != ranges_.begin()) {
        const auto previous = std::prev(next);
        if (slot <= previous->second) return false;
        if (previous->second + 1 == slot) {
            previous->second = touches_next ? next->second : slot;
            if (touches_next) ranges_.erase(next);
            ++size_;
            return true;
        }
    }
    if (touches_next) {
        // The node is re-keyed, not made anew.
        auto node = ranges_.extract(next);
        node.key() = slot;
        ranges_.insert(std::move(node));
    } else {
        ranges_.emplace(slot, slot);
    }
    ++size_;
    return true;
}

void SlotAccount::add_range(std::uint64_t first, std::uint64_t last) {
    if (last < first) return;
    constexpr auto top = std::numeric_limits<std::uint64_t>::max();
    auto range = ranges_.upper_bound(first);
    if (range != ranges_.begin()) {
        const auto previous = std::prev(range);
        if (previous->second == top || previous->second + 1 >= first) range = previous;
    }
    while (range != ranges_.end() && (last == top || range->first <= last + 1)) {
        first = std::min(first, range->first);
        last = std::max(last, range->second);
        size_ -= range->second - range->first + 1;
        range = ranges_.erase(range);
    }
    ranges_.emplace(first, last);
    size_ += last - first + 1;
}

bool SlotAccount::contains(std::uint64_t slot) const {
    const auto next = ranges_.upper_bound(slot);
    return next != ranges_.begin() && slot <= std::prev(next)->second;
}

}  // namespace spillgate::offline
