// One small whole file of each format that can be imported, with what is known of it: what the corpus of
// damaged files and the fuzz target start from.
#pragma once

#include <string>
#include <vector>

#include "offline/import/import.hpp"
#include "tests/data/byte_writer.hpp"

namespace spillgate::offline::test {

// 32 bits in the file that are made to lie, and how many events are whole before the damage.
struct Lie {
    std::string what;
    std::size_t at = 0;
    std::uint32_t value = 0;
    std::uint64_t whole_events = 0;
};

struct ForeignSample {
    std::string name;  // of its file
    ImportFormat format{};
    ImportOptions options{};
    tests::Bytes bytes{};  // of the file; of its member where it is a zip archive
    bool zipped = false;
    bool has_magic = true;
    bool has_end_mark = false;    // a file without it is known to be cut
    std::size_t first_event = 0;  // bytes before it
    std::vector<std::size_t> event_ends{};
    std::size_t event_tail = 0;  // bytes behind each end that an event can do without
    std::size_t cut_step = 1;
    std::vector<Lie> lies{};

    // Events that are whole in the file's first `size` bytes.
    std::uint64_t whole_events(std::size_t size) const;
};

// What a format's file holds: `bytes`, or a zip archive with them.
tests::Bytes file_bytes(const ForeignSample& sample, const tests::Bytes& bytes);

// Every format, some in several kinds.
std::vector<ForeignSample> foreign_samples();

}  // namespace spillgate::offline::test
