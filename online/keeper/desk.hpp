// The desk database, <checkpoint_dir>/console/console.sqlite: what people and the system write down beside
// the runs. Its tables and their versions; each is read and written through a class of its own.
#pragma once

#include <string>

#include "online/keeper/database.hpp"

namespace spillgate::online {

// Errors: as Database::open.
proto::Result<Database> open_desk(const std::string& path);

// A statement with its parameters bound, in their order.
template <class... Values>
SQLite::Statement bound(SQLite::Database& database, const char* sql, const Values&... values) {
    SQLite::Statement statement(database, sql);
    [[maybe_unused]] int place = 0;
    (statement.bind(++place, values), ...);
    return statement;
}

}  // namespace spillgate::online
