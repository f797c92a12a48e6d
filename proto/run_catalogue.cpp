#include "proto/run_catalogue.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "proto/run_file/file_layer.hpp"

namespace spillgate::proto {

namespace {

constexpr std::string_view file_name = "catalogue.sqlite";
constexpr int busy_timeout_ms = 5000;  // another program (an import, a listing) has it for a moment
constexpr int schema_version = 1;

Error database_error(const std::string& path, const std::exception& cause) {
    return error(ErrorKind::IO, fmt::format("{}: {}", path, cause.what()));
}

// Number of run-NNNNNN, run-NNNNNN-<daemon> or run-NNNNNN.repaired; 0 if `name` is none of them.
std::uint32_t number_of(const std::string& name) {
    constexpr std::string_view prefix = "run-";
    if (name.rfind(prefix, 0) != 0) return 0;
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
    return parsed.ec == std::errc{} ? number : 0;
}

Result<std::uint32_t> highest_directory(const std::string& runs_dir) {
    std::error_code failed;
    std::uint32_t highest = 0;
    std::filesystem::directory_iterator entries(runs_dir, failed);
    for (; !failed && entries != std::filesystem::directory_iterator{}; entries.increment(failed))
        highest = std::max(highest, number_of(entries->path().filename()));
    if (failed)
        return error(failed == std::errc::no_such_file_or_directory ? ErrorKind::NOT_FOUND : ErrorKind::IO,
                     fmt::format("{} cannot be read: {}", runs_dir, failed.message()), failed.value());
    return highest;
}

}  // namespace

struct RunCatalogue::State {
    State(const std::string& database_path, int mode)
        : path(database_path), database(database_path, mode, busy_timeout_ms) {}

    void prepare() {
        database.exec("PRAGMA journal_mode = WAL");
        database.exec("PRAGMA synchronous = FULL");
        const int version = database.execAndGet("PRAGMA user_version").getInt();
        if (version > schema_version)
            throw Failure(error(
                ErrorKind::UNSUPPORTED,
                fmt::format("{}: schema version {}; this program knows {}", path, version, schema_version)));
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec(
            "CREATE TABLE IF NOT EXISTS counter (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER "
            "NOT NULL)");
        database.exec("INSERT OR IGNORE INTO counter VALUES (1, 1)");
        database.exec(
            "CREATE TABLE IF NOT EXISTS runs (number INTEGER PRIMARY KEY, description BLOB NOT NULL)");
        database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
        transaction.commit();
    }

    void move_past(std::uint32_t number) {
        SQLite::Statement update(database, "UPDATE counter SET next = ?1 WHERE next < ?1");
        update.bind(1, std::int64_t{number} + 1);
        update.exec();
    }

    std::int64_t next() const { return database.execAndGet("SELECT next FROM counter").getInt64(); }

    std::string path;
    mutable SQLite::Database database;
};

RunCatalogue::RunCatalogue(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunCatalogue::RunCatalogue(RunCatalogue&&) noexcept = default;
RunCatalogue& RunCatalogue::operator=(RunCatalogue&&) noexcept = default;
RunCatalogue::~RunCatalogue() = default;

Result<RunCatalogue> RunCatalogue::open(const std::string& runs_dir) {
    const std::string path = fmt::format("{}/{}", runs_dir, file_name);
    const auto highest = highest_directory(runs_dir);
    if (!highest) return highest.error();
    try {
        auto state = std::make_unique<State>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        state->prepare();
        state->move_past(*highest);
        if (auto status = posix_file_layer().sync_directory(runs_dir); !status) return status.error();
        return RunCatalogue(std::move(state));
    } catch (const Failure& failure) {
        return failure.error();
    } catch (const std::exception& cause) {
        return database_error(path, cause);
    }
}

Result<RunCatalogue> RunCatalogue::open_read_only(const std::string& runs_dir) {
    const std::string path = fmt::format("{}/{}", runs_dir, file_name);
    if (!std::filesystem::exists(path))
        return error(ErrorKind::NOT_FOUND, fmt::format("{}: there is no catalogue of runs", path));
    try {
        return RunCatalogue(std::make_unique<State>(path, SQLite::OPEN_READONLY));
    } catch (const std::exception& cause) {
        return database_error(path, cause);
    }
}

Result<std::uint32_t> RunCatalogue::take_number() {
    try {
        auto& database = state_->database;
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        const std::int64_t number = state_->next();
        if (number < 1 || number >= std::numeric_limits<std::uint32_t>::max())
            return error(ErrorKind::REFUSED, fmt::format("{}: no run number after {}", state_->path, number));
        database.exec("UPDATE counter SET next = next + 1");
        transaction.commit();
        return static_cast<std::uint32_t>(number);
    } catch (const std::exception& cause) {
        return database_error(state_->path, cause);
    }
}

std::uint32_t RunCatalogue::next_number() const {
    try {
        return static_cast<std::uint32_t>(state_->next());
    } catch (const std::exception&) {
        return 0;
    }
}

Status RunCatalogue::record(const wire::RunDescription& run) {
    try {
        const std::string bytes = run.SerializeAsString();
        SQLite::Statement insert(state_->database, "INSERT OR REPLACE INTO runs VALUES (?, ?)");
        insert.bind(1, std::int64_t{run.number()});
        insert.bind(2, bytes.data(), static_cast<int>(bytes.size()));
        insert.exec();
        return {};
    } catch (const std::exception& cause) {
        return database_error(state_->path, cause);
    }
}

Result<std::vector<wire::RunDescription>> RunCatalogue::list() const {
    return read("SELECT number, description FROM runs ORDER BY number", {});
}

Result<std::vector<wire::RunDescription>> RunCatalogue::page(std::uint32_t before, std::size_t limit) const {
    const std::int64_t end = before == 0 ? std::numeric_limits<std::int64_t>::max() : std::int64_t{before};
    return read("SELECT number, description FROM runs WHERE number < ? ORDER BY number DESC LIMIT ?",
                {end, static_cast<std::int64_t>(limit)});
}

Result<wire::RunDescription> RunCatalogue::run(std::uint32_t number) const {
    auto found = read("SELECT number, description FROM runs WHERE number = ?", {std::int64_t{number}});
    if (!found) return found.error();
    if (found->empty())
        return error(ErrorKind::NOT_FOUND, fmt::format("{}: there is no run {}", state_->path, number));
    return std::move(found->front());
}

Result<std::vector<wire::RunDescription>> RunCatalogue::read(
    const char* sql, std::initializer_list<std::int64_t> values) const {
    try {
        std::vector<wire::RunDescription> runs;
        SQLite::Statement rows(state_->database, sql);
        int place = 0;
        for (const std::int64_t value : values)
            rows.bind(++place, value);
        while (rows.executeStep()) {
            const auto bytes = rows.getColumn(1);
            wire::RunDescription run;
            if (!run.ParseFromArray(bytes.getBlob(), bytes.getBytes()))
                return error(ErrorKind::CORRUPT, fmt::format("{}: the row of run {} cannot be read",
                                                             state_->path, rows.getColumn(0).getInt64()));
            runs.push_back(std::move(run));
        }
        return runs;
    } catch (const std::exception& cause) {
        return database_error(state_->path, cause);
    }
}

}  // namespace spillgate::proto
