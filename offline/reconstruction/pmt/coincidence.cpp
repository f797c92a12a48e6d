#include "offline/reconstruction/pmt/coincidence.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>

namespace spillgate::offline::pmt {

namespace {

Coincidence coincidence_of(std::span<const Onset> onsets) {
    std::uint64_t seen = 0;
    Coincidence coincidence{onsets.front().position, onsets.front().position, 0};
    for (const auto& onset : onsets) {
        const std::uint64_t pmt = std::uint64_t{1} << onset.pmt;
        if ((seen & pmt) == 0) coincidence.last = onset.position;
        seen |= pmt;
    }
    coincidence.pmts = static_cast<std::uint32_t>(std::popcount(seen));
    return coincidence;
}

}  // namespace

void sort_onsets(std::span<Onset> onsets) {
    std::ranges::sort(onsets, [](const Onset& a, const Onset& b) {
        return std::tie(a.position, a.pmt) < std::tie(b.position, b.pmt);
    });
}

std::optional<Coincidence> first_coincidence(std::span<const Onset> onsets, std::int64_t from,
                                             const CoincidenceRule& rule) {
    std::array<std::uint32_t, most_pmts> of_pmt{};  // onsets in [first, after)
    std::uint32_t pmts = 0;
    auto first = std::ranges::lower_bound(onsets, from, {}, &Onset::position);
    for (auto after = first; first != onsets.end(); ++first) {
        for (; after != onsets.end() && after->position - first->position <= rule.within; ++after)
            pmts += of_pmt[after->pmt]++ == 0;
        if (pmts >= rule.pmts) return coincidence_of({first, after});
        pmts -= --of_pmt[first->pmt] == 0;
    }
    return std::nullopt;
}

std::uint64_t count_coincidences(std::span<const Onset> onsets, std::int64_t from, std::int64_t until,
                                 const CoincidenceRule& rule) {
    std::uint64_t count = 0;
    for (auto found = first_coincidence(onsets, from, rule); found && found->first < until;
         found = first_coincidence(onsets, found->first + rule.within + 1, rule))
        ++count;
    return count;
}

}  // namespace spillgate::offline::pmt
