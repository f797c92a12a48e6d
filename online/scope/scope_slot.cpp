#include "online/scope/scope_slot.hpp"

#include <algorithm>

#include "offline/blinding/sealed_record.hpp"

namespace spillgate::online {

namespace {

// Where a chain keeps what a mark has of a candidate; none: it has no such thing.
struct Places {
    std::optional<std::size_t> size;
    std::uint32_t overflow = 0;
    std::uint32_t muon = 0;
};

std::optional<std::size_t> size_of(const offline::Chain& chain) {
    const auto variables = chain.variables();
    for (const std::string_view name : {"pe", "energy_kev"}) {
        const auto found = std::ranges::find(variables, name, &offline::Variable::name);
        if (found != variables.end()) return static_cast<std::size_t>(found - variables.begin());
    }
    return std::nullopt;
}

Places places_in(const offline::Chain& chain) {
    Places places{size_of(chain)};
    const auto names = chain.quality_names();
    for (std::size_t bit = 0; bit < names.size(); ++bit) {
        if (names[bit] == "overflow") places.overflow = 1u << bit;
        if (names[bit] == "muon") places.muon = 1u << bit;
    }
    return places;
}

}  // namespace

std::size_t ScopeSlot::bytes() const {
    return sizeof(ScopeSlot) + header.size() + samples.size() +
           candidates.candidates.size() * (sizeof(offline::Candidate) + sizeof(ScopeMark)) +
           candidates.windows.size() * 2 * sizeof(proto::WindowFact);
}

std::string_view size_unit(const offline::Chain& chain) {
    const auto size = size_of(chain);
    return size ? chain.variables()[*size].unit : std::string_view();
}

std::vector<ScopeMark> marks_of(const ScopeSlot& slot, const offline::Engine& engine) {
    std::vector<ScopeMark> marks;
    const auto& windows = slot.candidates.windows;
    const auto is_sealed = [&](std::size_t window) {
        return slot.sealed && offline::is_sealed(windows[window], window, &slot.verdict);
    };
    bool any_sealed = false;
    for (std::size_t window = 0; window < windows.size(); ++window)
        any_sealed = any_sealed || is_sealed(window);
    for (const auto& candidate : slot.candidates.candidates) {
        const std::size_t window = candidate.window;
        if (is_sealed(window)) continue;
        const auto places = places_in(*engine.chain_of(candidate.channel));
        ScopeMark mark;
        mark.channel = candidate.channel;
        if (window < slot.verdict.windows.size())
            mark.kind = offline::classify(windows[window], slot.verdict.windows[window], slot.verdict);
        mark.found = candidate.found;
        // A whole trace overflows, and windows share traces: an open one may tell of a sealed one.
        mark.saturated = !any_sealed && (candidate.quality & places.overflow) != 0;
        mark.vetoed = (candidate.quality & places.muon) != 0;
        if (candidate.found && places.size) mark.size = candidate.value[*places.size];
        marks.push_back(mark);
    }
    return marks;
}

}  // namespace spillgate::online
