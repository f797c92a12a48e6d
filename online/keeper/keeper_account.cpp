#include "online/keeper/keeper_account.hpp"

#include <filesystem>

namespace spillgate::online {

namespace {

std::optional<std::uint64_t> bytes_of(const std::string& path) {
    std::error_code failed;
    const auto file = std::filesystem::file_size(path, failed);
    if (failed) return std::nullopt;
    const auto log = std::filesystem::file_size(path + "-wal", failed);
    return file + (failed ? 0 : log);
}

}  // namespace

StoreAccount StoreWatch::look(double utc_s, const Database* database, bool off) {
    const auto rows = database == nullptr ? 0 : database->rows_changed();
    if (rows != rows_ && rows > 0) written_utc_s_ = utc_s;
    rows_ = rows;
    StoreAccount account;
    account.off = off;
    account.rows_written = rows;
    account.failures = not_opened_ + (database == nullptr ? 0 : database->failures());
    account.written_utc_s = written_utc_s_;
    account.bytes = bytes_of(path_);
    return account;
}

}  // namespace spillgate::online
