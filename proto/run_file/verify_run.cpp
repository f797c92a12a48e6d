#include <fmt/format.h>

#include "proto/ledger.hpp"
#include "proto/run_file/run_reader.hpp"

namespace spillgate::proto {

namespace {

// Everything but the faults: those are counted by the daemon and not in the verdicts. Format 1.0 did not name
// dead ticks.
std::string comparable(wire::LedgerTotals totals, const wire::RunDescription& of) {
    totals.clear_faults();
    if (of.format_minor() == 0) {
        totals.clear_in_time_dead_ticks();
        totals.clear_anti_coincident_dead_ticks();
    }
    return totals.SerializeAsString();
}

bool dispositions_sum(const wire::LedgerTotals& totals) {
    return totals.slots() == totals.complete() + totals.truncated() + totals.paused() + totals.mark_missed() +
                                 totals.lost_buffer_full() + totals.lost_device() + totals.lost_corrupt() +
                                 totals.lost_disk();
}

// Looks at one block after the other.
class Verifier {
  public:
    Verifier(Verification& result, std::uint32_t run) : result_(result), run_(run) {}

    void look(const BlockView& block) {
        ++result_.blocks;
        if (block.sequence < next_sequence_)
            add(block, error(ErrorKind::CORRUPT,
                             fmt::format("message {} after message {}", block.sequence, next_sequence_ - 1)));
        else
            result_.missing_sequences += block.sequence - next_sequence_;
        next_sequence_ = std::max(next_sequence_, block.sequence + 1);
        if (block.topic == Topic::SPILL) {
            ++result_.spills;
            if (auto status = decode_spill(block.header, block.samples, record_); !status)
                add(block, status.error());
            else
                compare(block, record_.run, record_.slot, record_.sequence);
        } else {
            ++result_.verdicts;
            if (auto verdict = decode_verdict(block.header); !verdict) {
                add(block, verdict.error());
            } else {
                compare(block, verdict->run, verdict->slot, verdict->sequence);
                ledger_.add(*verdict);
            }
        }
    }

    void finish() {
        const auto& end = result_.description;
        result_.ledger = ledger_.totals();
        result_.ledger_agrees =
            !result_.aborted && comparable(end.ledger(), end) == comparable(result_.ledger, end);
        result_.dispositions_sum = ledger_.closes() && dispositions_sum(end.ledger());
        if (result_.aborted) return;
        if (end.next_sequence() >= next_sequence_)
            result_.missing_sequences += end.next_sequence() - next_sequence_;
        else
            result_.damage.push_back(
                {"", 0,
                 error(ErrorKind::CORRUPT, fmt::format("the end record counts {} messages, {} are there",
                                                       end.next_sequence(), next_sequence_))});
    }

  private:
    void add(const BlockView& block, Error cause) {
        result_.damage.push_back({std::string(block.file), block.offset, std::move(cause)});
    }
    void compare(const BlockView& block, std::uint32_t run, std::uint64_t slot, std::uint64_t sequence) {
        if (run != run_ || slot != block.slot || sequence != block.sequence)
            add(block, error(ErrorKind::CORRUPT,
                             fmt::format("a block of run {}, slot {}, sequence {} holds run {}, slot {}, "
                                         "sequence {}",
                                         run_, block.slot, block.sequence, run, slot, sequence)));
    }

    Verification& result_;
    std::uint32_t run_;
    std::uint64_t next_sequence_ = 0;
    SpillRecord record_;
    Ledger ledger_;
};

}  // namespace

Result<Verification> verify_run(const std::string& run_directory) {
    const auto reader = RunReader::open(run_directory);
    if (!reader) return reader.error();
    Verification result;
    result.description = reader->description();
    result.aborted = reader->aborted();
    Verifier verifier(result, result.description.number());
    auto damage = reader->for_each([&](const BlockView& block) {
        verifier.look(block);
        return true;
    });
    if (!damage) return damage.error();
    result.damage.insert(result.damage.begin(), damage->begin(), damage->end());
    verifier.finish();
    return result;
}

}  // namespace spillgate::proto
