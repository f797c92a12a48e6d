// What an emulated digitizer stored of what it was triggered to, event by event: what a reader must have got.
// Owns a file, if it has one.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::hw::emulator {

enum class Fate : std::uint8_t {
    STORED,
    TRUNCATED,  // stored in part: fewer words than its header says
    BANK_FULL,  // not stored, as all that follow
    STOPPED_AT_THRESHOLD,
    CORRUPTED,  // stored, with one bit of it wrong; the hash is of what is right
};
std::string_view name_of(Fate fate);
// Does the reader get words of it?
inline bool has_words(Fate fate) {
    return fate == Fate::STORED || fate == Fate::TRUNCATED || fate == Fate::CORRUPTED;
}

struct LedgerEntry {
    std::uint32_t channel = 0;
    std::uint64_t timestamp = 0;  // as in the event's header
    std::uint32_t words = 0;      // stored
    std::uint32_t bank = 0;
    std::uint32_t crc32c = 0;  // of its words, little-endian
    Fate fate = Fate::STORED;
};

class EventLedger {
  public:
    // `path` empty: no file. Entries are kept in memory if wanted, at most 2^22. Errors: IO.
    static proto::Result<EventLedger> create(const std::string& path, bool keeps_entries);

    bool is_wanted() const { return keeps_entries_ || file_.is_open(); }
    void add(const LedgerEntry& entry);
    const std::vector<LedgerEntry>& entries() const { return entries_; }
    // Errors: IO (anything since it was created).
    proto::Status close();

  private:
    std::string path_;
    std::ofstream file_;
    bool keeps_entries_ = false;
    std::vector<LedgerEntry> entries_;
};

}  // namespace spillgate::hw::emulator
