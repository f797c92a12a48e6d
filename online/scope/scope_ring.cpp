#include "online/scope/scope_ring.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace spillgate::online {

namespace {

// Below this ZeroMQ keeps a message in a shared buffer of as many bytes.
constexpr std::size_t small_message = 8192;

zmq::message_t kept(zmq::message_t&& samples) {
    if (samples.size() > small_message) return std::move(samples);
    return {samples.data(), samples.size()};
}

}  // namespace

void ScopeRing::begin(std::shared_ptr<const proto::LoadedConfig> config,
                      std::shared_ptr<const offline::Engine> engine) {
    config_ = std::move(config);
    engine_ = std::move(engine);
    opened_.reset();
    waiting_.clear();
    slots_.clear();
    bytes_ = 0;
    largest_.assign(static_cast<std::size_t>(config_->config.channel_size()), {});
    largest_bytes_ = 0;
    largest_run_ = 0;
    changed_ = true;
    publish();
}

template <class Condition>
void ScopeRing::give_up_waiting(Condition lost) {
    std::erase_if(waiting_, [&](const auto& slot) {
        if (!lost(*slot)) return false;
        bytes_ -= slot->bytes();
        return true;
    });
}

void ScopeRing::take(RawMessage&& message, const SpillJob& job) {
    give_up_waiting([&](const ScopeSlot& slot) { return slot.run < job.run; });
    auto slot = std::make_shared<ScopeSlot>();
    slot->run = job.run;
    slot->slot = job.candidates.slot;
    slot->daemon = job.daemon;
    slot->utc_ns = job.utc_ns;
    slot->header = message.header.to_string();
    slot->samples = kept(std::move(message.samples));
    slot->candidates = job.candidates;
    bytes_ += slot->bytes();
    waiting_.push_back(std::move(slot));
    bound();
}

void ScopeRing::take(const proto::Verdict& verdict) {
    // A daemon's verdicts come in the order of its slots: one that has been passed over is lost.
    give_up_waiting([&](const ScopeSlot& slot) {
        if (slot.run != verdict.run) return slot.run < verdict.run;
        return slot.daemon == verdict.daemon && slot.slot < verdict.slot;
    });
    // The newest first: verdicts follow their records.
    const auto found = std::find_if(waiting_.rbegin(), waiting_.rend(), [&](const auto& slot) {
        return slot->slot == verdict.slot && slot->run == verdict.run && slot->daemon == verdict.daemon;
    });
    if (found == waiting_.rend()) return;
    const auto slot = std::move(*found);
    waiting_.erase(std::next(found).base());
    bytes_ -= slot->bytes();
    slot->number = ++numbers_;
    slot->verdict = verdict;
    slot->sealed = config_->config.blinded() && opened_ != slot->run;
    slot->marks = marks_of(*slot, *engine_);
    bytes_ += slot->bytes();
    slots_.push_back(slot);
    remember_largest(slot);
    changed_ = true;
    bound();
}

void ScopeRing::bound() {
    const auto daemons = static_cast<std::size_t>(std::max(1, config_->config.daemon_size()));
    while (slots_.size() > limits_.kept * daemons || (bytes_ > limits_.bytes && !slots_.empty())) {
        bytes_ -= slots_.front()->bytes();
        slots_.pop_front();
        changed_ = true;
    }
    while (bytes_ > limits_.bytes && !waiting_.empty()) {
        bytes_ -= waiting_.front()->bytes();
        waiting_.pop_front();
    }
}

void ScopeRing::remember_largest(const ScopeSlotPtr& slot) {
    std::map<std::uint16_t, double> sizes;
    for (const ScopeMark& mark : slot->marks)
        if (std::isfinite(mark.size)) {
            auto& size = sizes.try_emplace(mark.channel, mark.size).first->second;
            size = std::max(size, mark.size);
        }
    if (slot->run != largest_run_) {
        for (auto& largest : largest_)
            largest.clear();
        largest_bytes_ = 0;
        largest_run_ = slot->run;
    }
    for (const auto& [channel, size] : sizes) {
        auto& largest = largest_[channel];
        // Of equal ones the earlier stays.
        const auto place =
            std::ranges::find_if(largest, [&](const Large& other) { return other.size < size; });
        if (place == largest.end() && largest.size() >= limits_.largest) continue;
        largest.insert(place, {size, slot});
        largest_bytes_ += slot->bytes();
        if (largest.size() > limits_.largest) {
            largest_bytes_ -= largest.back().slot->bytes();
            largest.pop_back();
        }
    }
    bound_largest();
}

// The channel that has most gives.
void ScopeRing::bound_largest() {
    while (largest_bytes_ > limits_.largest_bytes) {
        auto& most = *std::ranges::max_element(largest_, {}, [](const auto& slots) { return slots.size(); });
        largest_bytes_ -= most.back().slot->bytes();
        most.pop_back();
    }
}

void ScopeRing::open(std::optional<std::uint32_t> run) {
    changed_ = changed_ || run != opened_;
    opened_ = run;
}

void ScopeRing::publish() {
    if (!changed_) return;
    changed_ = false;
    auto view = std::make_shared<ScopeView>();
    view->generation = ++generation_;
    view->config = config_;
    view->engine = engine_;
    view->slots.assign(slots_.begin(), slots_.end());
    view->largest.resize(largest_.size());
    for (std::size_t channel = 0; channel < largest_.size(); ++channel)
        for (const Large& large : largest_[channel])
            view->largest[channel].push_back(large.slot);
    view->opened = opened_;
    board_.publish(std::move(view));
}

}  // namespace spillgate::online
