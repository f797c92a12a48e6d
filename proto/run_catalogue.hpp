// The catalogue of runs (SQLite, <runs_dir>/catalogue.sqlite), owned by the lead daemon. Its run counter is
// committed and synced before a number is handed out, so a number is never reused, whatever crashes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::proto {

class RunCatalogue {  // owns a database connection
  public:
    // Creates the file if missing. A run directory with a higher number than the counter moves the counter
    // past it.
    static Result<RunCatalogue> open(const std::string& runs_dir);
    // For those who only look: never writes, creates nothing, and never makes the lead wait. take_number and
    // record are refused. Errors: NOT_FOUND, IO.
    static Result<RunCatalogue> open_read_only(const std::string& runs_dir);
    RunCatalogue(RunCatalogue&&) noexcept;
    RunCatalogue& operator=(RunCatalogue&&) noexcept;
    ~RunCatalogue();

    Result<std::uint32_t> take_number();  // durable when it returns
    std::uint32_t next_number() const;
    Status record(const wire::RunDescription& run);  // inserts or replaces the row of run.number
    Result<std::vector<wire::RunDescription>> list() const;
    // At most `limit` runs with numbers below `before` (0: from the newest), the newest first.
    Result<std::vector<wire::RunDescription>> page(std::uint32_t before, std::size_t limit) const;
    Result<wire::RunDescription> run(std::uint32_t number) const;  // NOT_FOUND

  private:
    struct State;
    explicit RunCatalogue(std::unique_ptr<State> state);
    Result<std::vector<wire::RunDescription>> read(const char* sql,
                                                   std::initializer_list<std::int64_t> values) const;
    std::unique_ptr<State> state_;
};

}  // namespace spillgate::proto
