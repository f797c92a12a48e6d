#include "offline/exposure/slots_by_utc.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "offline/calibration/calibration_runs.hpp"
#include "proto/quality.hpp"
#include "proto/run_file/block.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

struct Label {
    std::uint64_t sequence = 0;
    std::uint64_t slot = 0;
    std::int64_t utc_ns = 0;
};

// No message has this sequence number or a higher one.
std::uint64_t end_of(const proto::RunReader& run) {
    if (run.description().next_sequence() > 0) return run.description().next_sequence();
    if (run.segments().empty()) return 0;
    const auto& last = run.segments().back();
    return last.first_sequence + (last.closed ? last.blocks : last.bytes / sizeof(proto::BlockHeader) + 1);
}

// The labels of a run's records, looked up one by one.
class Labels {
  public:
    explicit Labels(const proto::RunReader& run) : run_(run), end_(end_of(run)) {}

    // Of the first record among these messages and later ones.
    Result<std::optional<Label>> from(std::uint64_t sequence) {
        std::optional<Label> label;
        wire::SpillHeader header;
        const auto read = run_.for_range(sequence, end_, [&](const proto::BlockView& block) {
            if (block.topic != proto::Topic::SPILL ||
                !header.ParseFromArray(block.header.data(), static_cast<int>(block.header.size())))
                return true;
            label = Label{block.sequence, block.slot, header.utc_ns()};
            return false;
        });
        if (!read) return read.error();
        if (label) seen_[label->sequence] = label->utc_ns;
        return label;
    }
    // Of the first record that is labelled so or later; none: there is no such record.
    Result<std::optional<Label>> at(std::int64_t utc_ns) {
        std::optional<Label> found;
        std::uint64_t low = 0;
        std::uint64_t high = end_;
        while (low < high) {
            const auto middle = low + (high - low) / 2;
            const auto label = from(middle);
            if (!label) return label.error();
            if (*label && (*label)->utc_ns < utc_ns) {
                low = (*label)->sequence + 1;
                continue;
            }
            if (*label) found = *label;
            high = middle;
        }
        return found;
    }
    bool ascend() const {
        return std::ranges::is_sorted(seen_, {}, [](const auto& one) { return one.second; });
    }

  private:
    const proto::RunReader& run_;
    std::uint64_t end_;
    std::map<std::uint64_t, std::int64_t> seen_;  // UTC by sequence
};

bool clocks_parted(const wire::RunDescription& run) {
    return std::ranges::any_of(run.ledger().faults(), [](const wire::Count& fault) {
        return fault.name() == proto::name_of(proto::Fault::CLOCK_DRIFT) && fault.value() > 0;
    });
}

std::string instant(std::int64_t utc_ns) {
    constexpr std::int64_t ms_ns = 1'000'000;
    const auto ms = utc_ns / ms_ns % 1000;
    return proto::utc_text(utc_ns) + (ms == 0 ? "" : fmt::format(".{:03}", ms));
}

}  // namespace

std::string words_of(const UtcRange& range) {
    return fmt::format("{} to {} UTC", instant(range.begin_ns), instant(range.end_ns));
}

Result<std::optional<Stretch>> slots_in(const proto::RunReader& run, const UtcRange& range) {
    const std::uint32_t number = run.description().number();
    const auto unsteady = [&] {
        return error(ErrorKind::REFUSED,
                     fmt::format("in run {} the clocks parted, so which of its slots are those of {} is not "
                                 "known; name the slots",
                                 number, words_of(range)));
    };
    if (clocks_parted(run.description())) return unsteady();
    Labels labels(run);
    const auto origin = labels.from(0);
    if (!origin) return origin.error();
    const auto first = labels.at(range.begin_ns);
    if (!first) return first.error();
    const auto next = labels.at(range.end_ns);
    if (!next) return next.error();
    if (!labels.ascend()) return unsteady();
    if (!*first || (*next && (*next)->sequence <= (*first)->sequence)) return std::optional<Stretch>();
    const bool from_begin = (*first)->sequence == (*origin)->sequence;
    return Stretch{{number, from_begin ? 0 : (*first)->slot},
                   {number, *next ? (*next)->slot - 1 : last_slot_of_run},
                   ""};
}

}  // namespace spillgate::offline
