// A foreign recording without marks, as its importer found it: where each event's samples lie and when they
// were taken. Samples are read only when slots are written.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "offline/import/input_bytes.hpp"
#include "proto/schema/config.pb.h"
#include "proto/schema/run.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// A stretch of a file.
struct ByteRange {
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
};

struct RecordedTrace {
    std::uint32_t file = 0;  // index into Recording::files
    std::uint32_t board = 0;
    std::uint32_t channel = 0;
    proto::Stream stream = wire::RAW;
    std::int64_t first_ticks = 0;
    std::uint32_t ticks_per_sample = 1;
    proto::Encoding encoding;
    std::uint32_t flags = 0;  // TraceFlag
    ByteRange samples;        // words of 16 bits, or of 8 if narrow
    bool narrow = false;
    std::array<ByteRange, 3> device_header;  // one after the other they become Trace.device_header
};

// What one trigger left: traces that stay together in one slot.
struct RecordedEvent {
    std::uint32_t epoch = 0;  // goes up where the time cannot be connected to what came before
    std::int64_t ticks = 0;   // decides the slot
    std::uint32_t first_trace = 0;
    std::uint32_t traces = 0;
};

// A channel as the recording describes it.
struct RecordedChannel {
    std::uint32_t board = 0;
    std::uint32_t channel = 0;
    std::string board_name;
    std::string channel_name;
    double sample_rate_mhz = 0;
    std::uint32_t bits = 16;
};

struct Recording {
    std::string format;
    double frequency_hz = 0;  // of ticks
    std::vector<InputBytes> files;
    std::vector<wire::ImportedFile> descriptions;  // of the same files
    std::vector<RecordedTrace> traces;
    std::vector<RecordedEvent> events;  // in the order of the files
    std::vector<config::Board> boards;
    std::vector<config::Channel> channels;
    std::int64_t clock_shift = 0;  // added to every time: where the importer lays the clock's zero
    // UTC in ns since 1970 at tick 0 of each epoch, where the recording says it; 0 or absent where not.
    std::vector<std::int64_t> utc_at_zero_ns;
    bool has_time = true;  // false: events are only counted, each gets a slot of its own
    std::uint64_t dropped_bytes = 0;
    std::uint64_t times_backwards = 0;
    std::uint64_t times_wrapped = 0;

    // Adds a sentence to a file's description.
    void say(std::size_t file, std::string message);
    // Adds a channel and its board to `boards` and `channels`; of one that is there, the board's bits grow.
    void describe(const RecordedChannel& channel);

    // Begins the next file: its description, without header. Returns its index.
    std::size_t begin_file(const InputBytes& file);
    std::size_t events_of_file() const { return events.size() - first_event_of_file; }
    // Takes the file in. `read` tells how reading it ended: at its end, or with what is wrong at byte
    // `offset`, which is then said and all bytes from there on counted as dropped. Error: `read`'s, if it is
    // one and no event of the file is whole.
    proto::Status end_file(InputBytes file, const proto::Status& read, std::uint64_t offset);

    std::size_t first_event_of_file = 0;
};

// All words of 16 bits in a stretch of a file, or-ed: which bits are used. Errors: TRUNCATED, IO.
proto::Result<std::uint16_t> used_bits(const InputBytes& file, ByteRange words);

}  // namespace spillgate::offline
