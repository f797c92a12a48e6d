#include "offline/plot/recorded_slot.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "offline/plot/slot_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline::plot {

namespace {

struct Search {
    std::optional<proto::SpillRecord> record;
    std::optional<proto::Verdict> verdict;
    proto::Status damage;  // of the slot's own messages
    std::uint64_t lowest = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t highest = 0;

    bool done() const { return verdict && (record || !verdict->has_record); }

    void look_at(const proto::BlockView& block, std::uint64_t slot) {
        if (block.topic == proto::Topic::SPILL) {
            lowest = std::min(lowest, block.slot);
            highest = std::max(highest, block.slot);
        }
        if (block.slot != slot) return;
        if (block.topic == proto::Topic::SPILL) {
            proto::SpillRecord decoded;
            damage = proto::decode_spill(block.header, block.samples, decoded);
            if (damage) record = std::move(decoded);
        } else if (block.topic == proto::Topic::VERDICT) {
            if (auto decoded = proto::decode_verdict(block.header)) verdict = std::move(*decoded);
        }
    }
};

proto::Error no_record(const Search& search, std::uint64_t slot, const std::string& directory) {
    std::string why;
    if (search.verdict) why = fmt::format(" (it is {})", disposition_text(search.verdict->disposition));
    const auto there = search.lowest > search.highest
                           ? std::string("it holds no records")
                           : fmt::format("slots {} to {} were seen", search.lowest, search.highest);
    return proto::error(proto::ErrorKind::NOT_FOUND,
                        fmt::format("{} has no record of slot {}{}; {}", directory, slot, why, there));
}

}  // namespace

proto::Result<RecordedSlot> read_slot(const proto::RunReader& run, std::uint64_t slot) {
    Search search;
    const auto damage = run.for_each([&](const proto::BlockView& block) {
        search.look_at(block, slot);
        return !search.done();
    });
    if (!damage) return damage.error();
    if (!search.damage) return search.damage.error();
    if (!search.record) return no_record(search, slot, run.directory());
    return RecordedSlot{std::move(*search.record), std::move(search.verdict)};
}

}  // namespace spillgate::offline::plot
