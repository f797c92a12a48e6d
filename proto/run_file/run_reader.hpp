// Reads run directories, of finished runs, of running ones, and of runs cut by a crash: up to the last whole
// block.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "proto/result.hpp"
#include "proto/run_file/block.hpp"
#include "proto/run_file/input_file.hpp"
#include "proto/run_file/sample_codec.hpp"
#include "proto/schema/run.pb.h"
#include "proto/wire.hpp"

namespace spillgate::proto {

// What is wrong with a run, if anything; `message` says where, in words.
struct Damage {
    std::string file;
    std::uint64_t offset = 0;
    Error error;
};

struct SegmentInfo {
    std::string path;
    std::uint64_t first_sequence = 0;
    std::uint64_t blocks = 0;  // known for closed segments
    bool closed = false;       // has its trailer
    bool readable = true;      // false: its first block and its trailer are damaged
    std::uint64_t bytes = 0;
};

// Raw bytes of one block, decompressed; views stay valid until the next call.
struct BlockView {
    Topic topic{};
    std::uint64_t sequence = 0;
    std::uint64_t slot = 0;
    std::span<const std::byte> header;
    std::span<const std::byte> samples;
    std::string_view file;
    std::uint64_t offset = 0;  // of the block in it
};

// Where one message lies, as its whole fixed header says; what it holds has not been looked at. Keeps its
// file open.
struct BlockPlace {
    std::shared_ptr<const InputFile> file;
    std::uint64_t offset = 0;
    BlockHeader fixed;
};

// Reads, checks and decompresses what a place holds. Keeps its memory from block to block; one per thread.
class BlockContents {
  public:
    // The view stays valid until the next call. Errors: IO; TRUNCATED, CORRUPT, UNSUPPORTED (with the
    // message's sequence number).
    Result<BlockView> read(const BlockPlace& place);
    // The record of a SPILL's place, as decode_spill() makes it of what read() gives, with the samples read
    // to where they stay. Errors: as theirs; `record` is undefined after one.
    Status read(const BlockPlace& place, SpillRecord& record);

  private:
    std::vector<std::byte> header_, body_;
    SampleDecoder decoder_;
};

// Reads the blocks of one segment in order. Owns a file.
class SegmentReader {
  public:
    // Errors: NOT_FOUND, IO, UNSUPPORTED, TRUNCATED or CORRUPT (neither first block nor trailer is whole).
    static Result<std::unique_ptr<SegmentReader>> open(const std::string& path);
    virtual ~SegmentReader() = default;
    // false: the end (of the whole blocks; `damage` says if something follows that is not a block). On a
    // running run's last segment, calling again later continues where it stopped.
    virtual Result<bool> next(BlockView& block) = 0;
    // The same without looking at what the block holds: damage inside it is found by BlockContents alone.
    virtual Result<bool> next_place(BlockPlace& place) = 0;
    // Goes on to the first block with at least this sequence: at once in a closed segment, past the fixed
    // headers in an open one. Errors: IO.
    virtual Status seek(std::uint64_t sequence) = 0;
    virtual const std::vector<Damage>& damage() const = 0;
};

class RunReader {
  public:
    // Errors: NOT_FOUND, IO, UNSUPPORTED, CORRUPT (run.txtpb unreadable).
    static Result<RunReader> open(const std::string& run_directory);

    const wire::RunDescription& description() const { return description_; }
    bool aborted() const { return description_.stop_utc_ns() == 0; }  // no end record (or still running)
    const std::vector<SegmentInfo>& segments() const { return segments_; }
    const std::string& directory() const { return directory_; }
    Status refresh();  // look again: new segments, end record

    // Every block in order; the callback returns false to stop. Damage is reported, missing segments and
    // trailers included; after it only blocks are read whose place is known (from the damaged block's own
    // length or from the index), none is guessed at. Errors: IO.
    Result<std::vector<Damage>> for_each(const std::function<bool(const BlockView&)>& visit) const;
    // Only blocks with first ≤ sequence < last, reading no more segments than needed: how gaps are healed.
    Result<std::vector<Damage>> for_range(std::uint64_t first, std::uint64_t last,
                                          const std::function<bool(const BlockView&)>& visit) const;

    // Every message's place in order, for reading by several threads; damage inside blocks is left to
    // BlockContents.
    Result<std::vector<Damage>> for_each_place(const std::function<bool(const BlockPlace&)>& visit) const;

  private:
    RunReader() = default;
    // Opens the segments that can hold such sequences, one after the other, at their first block of interest.
    // `visit` reads one and returns false to stop.
    Result<std::vector<Damage>> for_segments(std::uint64_t first, std::uint64_t last,
                                             const std::function<Result<bool>(SegmentReader&)>& visit) const;

    std::string directory_;
    wire::RunDescription description_;
    std::vector<SegmentInfo> segments_;
};

// What `verify` says of a run: read completely, everything recomputed.
struct Verification {
    wire::RunDescription description;
    bool aborted = false;
    std::uint64_t blocks = 0;
    std::uint64_t spills = 0;
    std::uint64_t verdicts = 0;
    std::uint64_t missing_sequences = 0;
    wire::LedgerTotals ledger;   // recomputed from the verdicts found
    bool ledger_agrees = false;  // with the end record's
    bool dispositions_sum = false;
    std::vector<Damage> damage;
    bool valid() const {
        return damage.empty() && !aborted && ledger_agrees && dispositions_sum && missing_sequences == 0;
    }
};
Result<Verification> verify_run(const std::string& run_directory);

// Writes <run_directory>.repaired (new files, the originals untouched): all whole blocks, an end record with
// reason "repaired", ledger from the verdicts found, verdicts for recorded slots without one *not* invented.
// A damaged run.txtpb is replaced by the description that each segment carries. Messages that are missing
// stay missing, and verify says so. Returns the new directory. Errors: EXISTS, IO, DISK_FULL, NOT_FOUND,
// UNSUPPORTED, CORRUPT (no description anywhere); nothing is left behind after one.
Result<std::string> repair_run(const std::string& run_directory);

}  // namespace spillgate::proto
