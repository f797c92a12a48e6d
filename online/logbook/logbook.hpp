// The logbook: entries by people and by the system, tied to time and run. Entries are added, never changed or
// deleted; a correction is a new entry that names the old one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "online/feed/board.hpp"
#include "online/keeper/database.hpp"

namespace spillgate::online {

enum class EntryKind {
    PERSON,
    RUN_START,
    RUN_STOP,
    ALARM,
    UNBLINDING,
    CONTROLS,
    SHIFT,
    QUALITY,
    GOOD_RUNS,
    SPECTRA
};
std::string_view name_of(EntryKind kind);  // "person", "run-start" …
std::optional<EntryKind> entry_kind_from_name(std::string_view name);
std::string entry_kind_names();  // all, with commas

struct LogbookEntry {
    std::int64_t id = 0;  // ascends with time of writing
    std::int64_t utc_ns = 0;
    std::uint32_t run = 0;  // 0: of no run
    std::string person;     // empty: the system
    EntryKind kind = EntryKind::PERSON;
    std::string text;
    std::vector<std::string> pictures;  // SHA-256 of each, as PictureStore keeps them
    std::int64_t corrects = 0;          // id of an older entry; 0: none
};

// The newest entry's id, for those who follow the logbook.
using LogbookBoard = Board<std::int64_t>;

struct LogbookSearch {
    std::string text;  // all of its words, the last one as far as it goes; empty: any
    std::optional<std::uint32_t> run;
    std::optional<EntryKind> kind;
    std::int64_t before = 0;  // ids below this; 0: from the newest
    std::size_t limit = 50;   // at most max_limit
};

class Logbook {  // one thread at a time; the database must outlive it
  public:
    static constexpr std::size_t max_text_bytes = 60'000;
    static constexpr std::size_t max_pictures = 8;
    static constexpr std::size_t max_limit = 500;

    explicit Logbook(Database& desk) : desk_(&desk) {}

    // The new entry's id. Errors: CONFIG (empty, too long, a picture that is no SHA-256), NOT_FOUND
    // (corrects), DISK_FULL, IO …
    proto::Result<std::int64_t> append(const LogbookEntry& entry);
    // Newest first. Errors: IO …
    proto::Result<std::vector<LogbookEntry>> search(const LogbookSearch& search);
    // Whether the run has an entry of this kind.
    proto::Result<bool> has(EntryKind kind, std::uint32_t run);
    // The newest run below `before` that has one.
    proto::Result<std::optional<std::uint32_t>> newest_run(EntryKind kind, std::uint32_t before);

  private:
    Database* desk_;
};

}  // namespace spillgate::online
