// One of the console's own SQLite files. None of them lies in a run directory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include <SQLiteCpp/SQLiteCpp.h>

#include "proto/result.hpp"

namespace spillgate::online {

class Database {  // owns a connection; one thread at a time
  public:
    enum class Durability {
        EACH_COMMIT,  // on disk when a commit returns
        CHECKPOINTS,  // the last commits may be lost with the power, never the file's order
    };
    // Creates the file if missing. `migrations` are SQL scripts that bring an empty file to this version of
    // the tables one by one; those that a file has had are not run again. Errors: IO, DISK_FULL, CORRUPT (no
    // database), UNSUPPORTED (of a newer program).
    static proto::Result<Database> open(const std::string& path, Durability durability,
                                        std::span<const char* const> migrations);

    // What `work` returns; what SQLite throws as an Error: DISK_FULL, CORRUPT, IO. An Error thrown as
    // proto::Failure passes as it is. Transactions that `work` left open are rolled back.
    template <class Work>
    auto run(Work&& work) -> proto::Result<std::invoke_result_t<Work, SQLite::Database&>> {
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Work, SQLite::Database&>>) {
                work(*connection_);
                return {};
            } else {
                return work(*connection_);
            }
        } catch (const proto::Failure& failure) {
            return failure.error();
        } catch (const std::exception& cause) {
            ++failures_;
            return error_of(cause);
        }
    }
    const std::string& path() const { return path_; }
    std::uint64_t rows_changed() const;                   // added, changed or deleted since it was opened
    std::uint64_t failures() const { return failures_; }  // of run, by what SQLite said

    // A whole copy at `path`, replaced atomically. Errors: as of run.
    proto::Status copy_to(const std::string& path);

  private:
    Database(std::string path, std::unique_ptr<SQLite::Database> connection)
        : path_(std::move(path)), connection_(std::move(connection)) {}
    proto::Error error_of(const std::exception& cause) const;

    std::string path_;
    std::unique_ptr<SQLite::Database> connection_;
    std::uint64_t failures_ = 0;
};

}  // namespace spillgate::online
