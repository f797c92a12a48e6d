#include "online/scope/scope_choice.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::online {

namespace {

using Which = ScopeFilter::Which;

bool reads(const config::Config& config, const std::string& daemon, std::size_t channel) {
    const auto board = config.channel(static_cast<int>(channel)).board();
    for (const auto& one : config.daemon())
        if (one.name() == daemon) return one.board().empty() || std::ranges::count(one.board(), board) > 0;
    return true;
}

bool passes(const ScopeSummary& summary, Which which) {
    switch (which) {
        case Which::LATEST:
            return true;
        case Which::LARGEST:
            return summary.size.has_value();
        case Which::SATURATED:
            return summary.saturated;
        case Which::VETOED:
            return summary.vetoed;
        case Which::PULSE:
            return summary.pulse;
    }
    return false;
}

// A window of this kind, whatever was found in it.
bool has_kind(const ScopeSlot& slot, offline::WindowClass kind) {
    for (std::size_t i = 0; i < slot.candidates.windows.size() && i < slot.verdict.windows.size(); ++i)
        if (offline::classify(slot.candidates.windows[i], slot.verdict.windows[i], slot.verdict) == kind)
            return true;
    return false;
}

// By time, without those that are there twice.
std::vector<ScopeSlotPtr> all_slots(const ScopeView& view, std::size_t channel, bool with_largest) {
    std::vector<ScopeSlotPtr> all = view.slots;
    if (with_largest)
        for (const auto& largest : view.largest)
            all.insert(all.end(), largest.begin(), largest.end());
    std::ranges::sort(all, {}, &ScopeSlot::number);
    const auto rest = std::ranges::unique(all);
    all.erase(rest.begin(), rest.end());
    std::erase_if(all, [&](const auto& slot) { return !reads(view.config->config, slot->daemon, channel); });
    return all;
}

}  // namespace

ScopeSummary summary_of(const ScopeView& view, const ScopeSlot& slot, std::size_t channel,
                        std::optional<offline::WindowClass> kind) {
    const bool of_all = view.engine->chain_of(channel) == nullptr;
    ScopeSummary summary;
    summary.vetoed = slot.facility_vetoed();
    for (const ScopeMark& mark : slot.marks) {
        if ((!of_all && mark.channel != channel) || (kind && mark.kind != *kind)) continue;
        summary.pulse |= mark.found;
        summary.saturated |= mark.saturated;
        summary.vetoed |= mark.vetoed;
        if (std::isfinite(mark.size)) summary.size = std::max(summary.size.value_or(mark.size), mark.size);
    }
    return summary;
}

std::vector<ScopeSlotPtr> chosen_slots(const ScopeView& view, std::size_t channel,
                                       const ScopeFilter& filter) {
    const bool largest = filter.which == Which::LARGEST;
    auto slots = all_slots(view, channel, largest);
    std::erase_if(slots, [&](const auto& slot) {
        return (filter.kind && !has_kind(*slot, *filter.kind)) ||
               !passes(summary_of(view, *slot, channel, filter.kind), filter.which);
    });
    if (largest)
        std::ranges::stable_sort(
            slots, {}, [&](const auto& slot) { return *summary_of(view, *slot, channel, filter.kind).size; });
    return slots;
}

ScopeSlotPtr slot_at(const ScopeView& view, std::size_t channel, std::uint32_t run, std::uint64_t slot) {
    const auto slots = all_slots(view, channel, true);
    const auto found = std::find_if(slots.rbegin(), slots.rend(), [&](const auto& one) {
        return one->slot == slot && (run == 0 || one->run == run);
    });
    return found == slots.rend() ? nullptr : *found;
}

}  // namespace spillgate::online
