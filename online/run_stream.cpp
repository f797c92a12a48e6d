#include "online/run_stream.hpp"

#include <algorithm>
#include <utility>

namespace spillgate::online {

namespace {
constexpr std::size_t max_spare = 256;
}

RunStream::RunStream(std::shared_ptr<const offline::Engine> engine, std::size_t pending_slots)
    : engine_(std::move(engine)),
      limit_(pending_slots),
      settled_(engine_->make_spectra()),
      live_(engine_->make_spectra()) {}

bool RunStream::add(std::uint64_t sequence, offline::SlotCandidates&& candidates) {
    if (!wants(sequence)) {
        ++duplicates_;
        return false;
    }
    received_.insert(sequence);
    const std::uint64_t slot = candidates.slot;
    if (settled_slots_.contains(slot)) {  // its verdict settled without it: it can add nothing any more
        ++duplicates_;
        settled_sequences_.insert(sequence);
        return false;
    }
    const auto half = halves_.try_emplace(slot).first;
    if (half->second.candidates) {
        ++duplicates_;
        settled_sequences_.insert(sequence);
        return false;
    }
    half->second.candidates = std::move(candidates);
    half->second.record_sequence = sequence;
    join(half);
    return true;
}

bool RunStream::add(const proto::Verdict& verdict) {
    if (!wants(verdict.sequence)) {
        ++duplicates_;
        return false;
    }
    received_.insert(verdict.sequence);
    const auto half = halves_.try_emplace(verdict.slot).first;
    const bool again = half->second.verdict || settled_slots_.contains(verdict.slot) ||
                       std::any_of(joined_.begin(), joined_.end(),
                                   [&](const Half& other) { return other.verdict->slot == verdict.slot; });
    if (again) {
        if (!half->second.verdict && !half->second.candidates) halves_.erase(half);
        ++duplicates_;
        settled_sequences_.insert(verdict.sequence);
        return false;
    }
    half->second.verdict = verdict;
    join(half);
    return true;
}

offline::SlotCandidates RunStream::spare() {
    if (spare_.empty()) return {};
    auto candidates = std::move(spare_.back());
    spare_.pop_back();
    return candidates;
}

void RunStream::skip(std::uint64_t sequence) {
    received_.insert(sequence);
    settled_sequences_.insert(sequence);
}

void RunStream::join(Halves::iterator half) {
    const Half& slot = half->second;
    if (slot.verdict && (slot.candidates || !slot.verdict->has_record)) {
        fill(*live_, slot);
        live_spills_ += slot.verdict->is_spill() ? 1 : 0;
        if (synced(slot)) {
            settle(half->second);
        } else {
            joined_.push_back(std::move(half->second));
        }
        halves_.erase(half);
    }
    bound();
}

// Older slots go first: they have waited longest, and can be read back from the run's files.
void RunStream::bound() {
    while (halves_.size() > limit_) {
        const Half& oldest = halves_.begin()->second;
        if (oldest.candidates) received_.erase(oldest.record_sequence, oldest.record_sequence + 1);
        if (oldest.verdict) received_.erase(oldest.verdict->sequence, oldest.verdict->sequence + 1);
        halves_.erase(halves_.begin());
        ++overflows_;
    }
    // No acknowledgement for so long: what is joined cannot be kept apart any longer, and is offered again
    // from the files.
    if (joined_.size() > limit_) {
        overflows_ += joined_.size();
        forget_unsettled();
    }
}

bool RunStream::synced(const Half& half) const {
    return half.verdict->sequence < acknowledged_ &&
           (!half.candidates || half.record_sequence < acknowledged_);
}

void RunStream::fill(offline::Spectra& spectra, const Half& half) {
    if (half.candidates) {
        spectra.fill(*half.candidates, *half.verdict);
    } else {
        spectra.fill(*half.verdict);
    }
}

void RunStream::settle(Half& half) {
    fill(*settled_, half);
    settled_spills_ += half.verdict->is_spill() ? 1 : 0;
    if (half.candidates) {
        settled_sequences_.insert(half.record_sequence);
        if (spare_.size() < max_spare) spare_.push_back(std::move(*half.candidates));
    }
    settled_sequences_.insert(half.verdict->sequence);
    settled_slots_.insert(half.verdict->slot);
}

void RunStream::acknowledge(std::uint64_t end) {
    acknowledged_ = std::max(acknowledged_, end);
    const auto unsynced =
        std::partition(joined_.begin(), joined_.end(), [&](const Half& half) { return synced(half); });
    std::for_each(joined_.begin(), unsynced, [&](Half& half) { settle(half); });
    joined_.erase(joined_.begin(), unsynced);
}

void RunStream::settle_at_end(const IntervalSet& recorded) {
    acknowledge(recorded.end());
    for (auto& [slot, half] : halves_) {
        if (half.verdict) {
            fill(*live_, half);
            live_spills_ += half.verdict->is_spill() ? 1 : 0;
            settle(half);
        } else {
            settled_sequences_.insert(half.record_sequence);
        }
    }
    halves_.clear();
}

void RunStream::forget_unsettled() {
    halves_.clear();
    joined_.clear();
    taken_back_ += live_->slots() > settled_->slots() ? 1 : 0;
    live_ = settled_->clone();
    live_spills_ = settled_spills_;
    received_ = settled_sequences_;
}

void RunStream::reset() {
    settled_ = engine_->make_spectra();
    settled_sequences_.clear();
    settled_slots_.clear();
    settled_spills_ = 0;
    forget_unsettled();
}

std::uint64_t RunStream::slots_filled() const {
    return settled_slots_.count() + joined_.size();
}

proto::Status RunStream::restore(std::string_view spectra, IntervalSet sequences, IntervalSet slots,
                                 std::uint64_t spills) {
    if (auto restored = settled_->restore(spectra); !restored) return restored;
    if (settled_->slots() != slots.count()) {
        reset();
        return proto::error(proto::ErrorKind::CORRUPT,
                            "the checkpoint's spectra and its account of slots disagree");
    }
    settled_sequences_ = std::move(sequences);
    settled_slots_ = std::move(slots);
    settled_spills_ = spills;
    forget_unsettled();
    return {};
}

}  // namespace spillgate::online
