#include "online/http/places.hpp"

#include <algorithm>
#include <tuple>

namespace spillgate::online {

void Places::forget_gone() {
    std::erase_if(guests_, [](const auto& guest) { return guest.expired(); });
}

std::size_t Places::taken() {
    forget_gone();
    return guests_.size();
}

bool Places::make_room() {
    forget_gone();
    std::shared_ptr<Guest> least;
    std::size_t strangers = 0;
    for (const auto& entry : guests_) {
        auto guest = entry.lock();
        if (!guest || guest->signed_in) continue;
        ++strangers;
        if (guest->standing == Standing::BUSY) continue;
        const auto rank = [](const Guest& one) { return std::tuple(one.standing, one.heard_at); };
        if (!least || rank(*guest) < rank(*least)) least = std::move(guest);
    }
    if (strangers + reserved_ < all_ && guests_.size() < all_) return true;
    if (!least) return false;
    ++evicted_;
    // Its place is free as soon as it has noticed; until then it is nobody's.
    std::erase_if(guests_, [&](const auto& entry) { return entry.lock() == least; });
    least->evict();
    return true;
}

}  // namespace spillgate::online
