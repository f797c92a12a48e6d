#include "offline/spectra/accumulator.hpp"

#include <algorithm>
#include <utility>

namespace spillgate::offline {

namespace {

// The node of `key`, from the spare ones if there is one.
template <class Map>
auto place(Map& map, std::vector<typename Map::node_type>& spare, const typename Map::key_type& key) {
    if (spare.empty()) return map.try_emplace(key).first;
    auto node = std::move(spare.back());
    spare.pop_back();
    node.key() = key;
    return map.insert(std::move(node)).position;
}

template <class Map>
void release(Map& map, std::vector<typename Map::node_type>& spare, typename Map::iterator position) {
    spare.push_back(map.extract(position));
}

}  // namespace

Accumulator::Accumulator(Spectra& spectra, std::size_t max_pending)
    : spectra_(spectra), max_pending_(std::max<std::size_t>(max_pending, 1)) {}

Accumulator::Key Accumulator::key_of(std::string_view daemon, std::uint64_t slot) {
    const auto found = std::find(daemons_.begin(), daemons_.end(), daemon);
    const auto index = static_cast<std::uint32_t>(found - daemons_.begin());
    if (found == daemons_.end()) daemons_.emplace_back(daemon);
    return {slot, index};
}

SlotAccount& Accumulator::account_of(std::string_view daemon) {
    const auto found = account_.find(daemon);
    return found != account_.end() ? found->second : account_[std::string(daemon)];
}

bool Accumulator::accounted(std::string_view daemon, std::uint64_t slot) const {
    const auto found = account_.find(daemon);
    return found != account_.end() && found->second.contains(slot);
}

void Accumulator::fill(std::string_view daemon, const SlotCandidates& candidates,
                       const proto::Verdict& verdict) {
    spectra_.fill(candidates, verdict);
    account_of(daemon).add(verdict.slot);
    ++counts_.joined;
    if (observer_) observer_(daemon, candidates, verdict);
}

void Accumulator::add(std::string_view daemon, SlotCandidates& candidates) {
    const Key key = key_of(daemon, candidates.slot);
    if (accounted(daemon, candidates.slot) || candidates_.contains(key)) {
        ++counts_.duplicates;
        return;
    }
    if (const auto waiting = verdicts_.find(key); waiting != verdicts_.end()) {
        fill(daemon, candidates, waiting->second);
        release(verdicts_, spare_verdicts_, waiting);
        return;
    }
    std::swap(place(candidates_, spare_candidates_, key)->second, candidates);
    if (candidates_.size() > max_pending_) {
        release(candidates_, spare_candidates_, candidates_.begin());
        ++counts_.given_up_records;
    }
}

void Accumulator::add(const proto::Verdict& verdict) {
    const Key key = key_of(verdict.daemon, verdict.slot);
    if (accounted(verdict.daemon, verdict.slot) || verdicts_.contains(key)) {
        ++counts_.duplicates;
        return;
    }
    if (const auto waiting = candidates_.find(key); waiting != candidates_.end()) {
        fill(verdict.daemon, waiting->second, verdict);
        release(candidates_, spare_candidates_, waiting);
        return;
    }
    if (!verdict.has_record) {
        spectra_.fill(verdict);
        account_of(verdict.daemon).add(verdict.slot);
        ++counts_.without_record;
        return;
    }
    place(verdicts_, spare_verdicts_, key)->second = verdict;
    if (verdicts_.size() > max_pending_) {
        release(verdicts_, spare_verdicts_, verdicts_.begin());
        ++counts_.given_up_verdicts;
    }
}

void Accumulator::finish() {
    for (const auto& [key, verdict] : verdicts_) {
        spectra_.fill(verdict);
        account_of(verdict.daemon).add(verdict.slot);
        ++counts_.record_lost;
    }
    counts_.verdict_lost += candidates_.size();
    verdicts_.clear();
    candidates_.clear();
}

}  // namespace spillgate::offline
