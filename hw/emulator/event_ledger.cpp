#include "hw/emulator/event_ledger.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace spillgate::hw::emulator {

namespace {

constexpr std::size_t most_entries = std::size_t{1} << 22;

}  // namespace

std::string_view name_of(Fate fate) {
    switch (fate) {
        case Fate::STORED:
            return "stored";
        case Fate::TRUNCATED:
            return "truncated";
        case Fate::BANK_FULL:
            return "bank-full";
        case Fate::STOPPED_AT_THRESHOLD:
            return "stopped-at-threshold";
        case Fate::CORRUPTED:
            return "corrupted";
    }
    return "?";
}

proto::Result<EventLedger> EventLedger::create(const std::string& path, bool keeps_entries) {
    EventLedger ledger;
    ledger.path_ = path;
    ledger.keeps_entries_ = keeps_entries;
    if (path.empty()) return ledger;
    ledger.file_.open(path, std::ios::trunc);
    if (!ledger.file_)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("cannot write ledger_file {}: {}", path, std::strerror(errno)),
                            errno);
    ledger.file_ << "channel,timestamp,words,bank,crc32c,fate\n";
    return ledger;
}

void EventLedger::add(const LedgerEntry& entry) {
    if (keeps_entries_ && entries_.size() < most_entries) entries_.push_back(entry);
    if (!file_.is_open()) return;
    fmt::memory_buffer line;
    fmt::format_to(std::back_inserter(line), "{},{},{},{},{:08x},{}\n", entry.channel, entry.timestamp,
                   entry.words, entry.bank, entry.crc32c, name_of(entry.fate));
    file_.write(line.data(), static_cast<std::streamsize>(line.size()));
}

proto::Status EventLedger::close() {
    if (!file_.is_open()) return {};
    file_.close();
    if (file_) return {};
    return proto::error(proto::ErrorKind::IO, fmt::format("cannot write ledger_file {}", path_), errno);
}

}  // namespace spillgate::hw::emulator
