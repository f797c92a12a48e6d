// The desk database, <checkpoint_dir>/console/console.sqlite: what people and the system write down beside
// the runs. Its tables and their versions; each is read and written through a class of its own.
#pragma once

#include <string>
#include <type_traits>

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

// All that is written between its begin and keep(), or without keep() nothing of it. May stand in another
// one.
class AllOrNothing {  // SQLite::Savepoint stays open after its rollback
  public:
    explicit AllOrNothing(SQLite::Database& database) : database_(database) {
        database_.exec("SAVEPOINT together");
    }
    ~AllOrNothing();
    AllOrNothing(const AllOrNothing&) = delete;
    AllOrNothing& operator=(const AllOrNothing&) = delete;
    void keep();

  private:
    SQLite::Database& database_;
    bool kept_ = false;
};

// What `work` writes and returns, or after an error nothing of it. May stand in another one.
template <class Work>
auto together(Database& desk, Work&& work) {
    return desk.run([&](SQLite::Database& database) {
        AllOrNothing all(database);
        if constexpr (std::is_void_v<std::invoke_result_t<Work, SQLite::Database&>>) {
            work(database);
            all.keep();
        } else {
            auto made = work(database);
            all.keep();
            return made;
        }
    });
}

}  // namespace spillgate::online
