#include "online/keeper/database.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <sqlite3.h>

namespace spillgate::online {

namespace {

using proto::ErrorKind;

constexpr int busy_timeout_ms = 2000;  // a person looks at the file with another program

proto::Error database_error(const std::string& path, const std::exception& cause) {
    constexpr int primary = 0xff;  // of an extended code
    ErrorKind kind = ErrorKind::IO;
    if (const auto* said = dynamic_cast<const SQLite::Exception*>(&cause)) {
        const int code = said->getErrorCode() & primary;
        if (code == SQLITE_FULL) kind = ErrorKind::DISK_FULL;
        if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) kind = ErrorKind::CORRUPT;
    }
    return proto::error(kind, fmt::format("{}: {}", path, cause.what()));
}

void migrate(SQLite::Database& database, const std::string& path, std::span<const char* const> migrations) {
    const int known = static_cast<int>(migrations.size());
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    if (version > known)
        throw proto::Failure(
            proto::error(ErrorKind::UNSUPPORTED,
                         fmt::format("{}: schema version {}; this program knows {}", path, version, known)));
    for (int next = version; next < known; ++next) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec(migrations[static_cast<std::size_t>(next)]);
        database.exec(fmt::format("PRAGMA user_version = {}", next + 1));
        transaction.commit();
    }
}

}  // namespace

proto::Result<Database> Database::open(const std::string& path, Durability durability,
                                       std::span<const char* const> migrations) {
    try {
        auto connection = std::make_unique<SQLite::Database>(
            path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms);
        connection->exec("PRAGMA journal_mode = WAL");
        connection->exec(durability == Durability::EACH_COMMIT ? "PRAGMA synchronous = FULL"
                                                               : "PRAGMA synchronous = NORMAL");
        migrate(*connection, path, migrations);
        return Database(path, std::move(connection));
    } catch (const proto::Failure& failure) {
        return failure.error();
    } catch (const std::exception& cause) {
        return database_error(path, cause);
    }
}

proto::Error Database::error_of(const std::exception& cause) const {
    return database_error(path_, cause);
}

std::uint64_t Database::rows_changed() const {
    return static_cast<std::uint64_t>(sqlite3_total_changes64(connection_->getHandle()));
}

proto::Status Database::copy_to(const std::string& path) {
    const std::string fresh = path + ".new";
    return run([&](SQLite::Database& database) {
        std::filesystem::remove(fresh);
        SQLite::Statement copy(database, "VACUUM INTO ?");
        copy.bind(1, fresh);
        copy.exec();
        std::filesystem::rename(fresh, path);
    });
}

}  // namespace spillgate::online
