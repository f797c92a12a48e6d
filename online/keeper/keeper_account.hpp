// What the console has written down, and what it could not: the keeper's own health, for /metrics.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "online/feed/board.hpp"
#include "online/keeper/database.hpp"
#include "online/logbook/logbook.hpp"

namespace spillgate::online {

// Of one database, since this process has opened it.
struct StoreAccount {
    bool off = true;  // nothing is written
    std::uint64_t rows_written = 0;
    std::uint64_t failures = 0;           // to open, write or read it
    std::optional<double> written_utc_s;  // the last change of it; none by this process
    std::optional<std::uint64_t> bytes;   // on disk, with its write-ahead log; not there
};

struct KeeperAccount {
    double utc_s = 0;  // when the keeper was there last
    StoreAccount history;
    StoreAccount desk;
    std::uint64_t series = 0;  // of the history
    std::uint64_t history_values = 0;
    std::map<EntryKind, std::uint64_t> entries;  // of the logbook, written
    std::uint64_t alarm_changes = 0;
    std::map<std::string, std::uint64_t> losses;  // by name; 0: nothing was lost
};
using KeeperBoard = Board<KeeperAccount>;

// Looks at a database once in a while to see when it was last written.
class StoreWatch {
  public:
    explicit StoreWatch(std::string path) : path_(std::move(path)) {}

    void could_not_open() { ++not_opened_; }
    // `database`: null while it is not open.
    StoreAccount look(double utc_s, const Database* database, bool off);

  private:
    std::string path_;
    std::uint64_t not_opened_ = 0;
    std::uint64_t rows_ = 0;
    std::optional<double> written_utc_s_;
};

}  // namespace spillgate::online
