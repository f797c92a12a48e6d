#include "hw/replay/recorded_slots.hpp"

#include <algorithm>

#include "proto/wire.hpp"

namespace spillgate::hw::replay {

std::unique_ptr<proto::SpillRecord> SlotPairing::spare() {
    if (spares_.empty()) return std::make_unique<proto::SpillRecord>();
    auto record = std::move(spares_.back());
    spares_.pop_back();
    return record;
}

void SlotPairing::recycle(std::unique_ptr<proto::SpillRecord> record) {
    if (record) spares_.push_back(std::move(record));
}

RecordedSlot* SlotPairing::place(std::uint64_t slot) {
    if (given_ && slot <= *given_) {
        ++out_of_order_;
        return nullptr;
    }
    auto it = waiting_.end();  // new slots come at the end, verdicts near the front
    if (!waiting_.empty() && waiting_.back().slot >= slot)
        it = std::lower_bound(waiting_.begin(), waiting_.end(), slot,
                              [](const RecordedSlot& a, std::uint64_t s) { return a.slot < s; });
    if (it == waiting_.end() || it->slot != slot) {
        it = waiting_.emplace(it);
        it->slot = slot;
    }
    return &*it;
}

void SlotPairing::add(std::unique_ptr<proto::SpillRecord> record) {
    if (RecordedSlot* slot = place(record->slot)) {
        waiting_samples_ += record->samples.size();
        std::swap(slot->record, record);
        if (record) waiting_samples_ -= record->samples.size();  // a slot recorded twice: the last holds
    }
    recycle(std::move(record));
}

void SlotPairing::add(const proto::Verdict& verdict) {
    if (RecordedSlot* slot = place(verdict.slot)) slot->verdict = verdict;
}

std::optional<RecordedSlot> SlotPairing::next(bool at_end) {
    if (waiting_.empty()) return std::nullopt;
    if (!at_end && !waiting_.front().verdict && waiting_samples_ <= most_samples_) return std::nullopt;
    RecordedSlot slot = std::move(waiting_.front());
    waiting_.pop_front();
    if (slot.record) waiting_samples_ -= slot.record->samples.size();
    given_ = slot.slot;
    return slot;
}

proto::Result<ReadLosses> for_each_slot(const proto::RunReader& run,
                                        const std::function<bool(const RecordedSlot&)>& visit) {
    SlotPairing pairing;
    ReadLosses losses;
    bool running = true;
    const auto give = [&](bool at_end) {
        while (running) {
            auto slot = pairing.next(at_end);
            if (!slot) return;
            running = visit(*slot);
            pairing.recycle(std::move(slot->record));
        }
    };
    const auto damage = run.for_each([&](const proto::BlockView& block) {
        if (block.topic == proto::Topic::SPILL) {
            auto record = pairing.spare();
            if (proto::decode_spill(block.header, block.samples, *record))
                pairing.add(std::move(record));
            else
                ++losses.damaged;
        } else if (block.topic == proto::Topic::VERDICT) {
            if (const auto verdict = proto::decode_verdict(block.header))
                pairing.add(*verdict);
            else
                ++losses.damaged;
        }
        give(false);
        return running;
    });
    if (!damage) return damage.error();
    give(true);
    losses.damaged += damage->size();
    losses.out_of_order = pairing.out_of_order();
    return losses;
}

}  // namespace spillgate::hw::replay
