// Shifts, in the desk database: who is on, the checklist, and what each leaves to the next one. First file to
// read of this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "online/keeper/database.hpp"

namespace spillgate::online {

struct CheckLine {
    std::string text;  // as the configuration had it when the shift began
    bool done = false;
    std::int64_t utc_ns = 0;  // when somebody last ticked it, or took that back; 0: nobody has
    std::string person;
    std::string remark;
};

struct OnShift {
    std::string person;
    std::int64_t from_utc_ns = 0;
    std::int64_t to_utc_ns = 0;  // 0: still on
};

struct Handover {
    std::int64_t utc_ns = 0;
    std::string person;
    std::string text;
    std::int64_t acknowledged_utc_ns = 0;  // 0: not yet
    std::string acknowledged_by;
};

struct Shift {
    std::int64_t number = 0;  // ascends with time
    std::int64_t begin_utc_ns = 0;
    std::string begun_by;
    std::int64_t end_utc_ns = 0;       // 0: it goes on
    std::int64_t complete_utc_ns = 0;  // when all lines were ticked for the first time; 0: never
    std::vector<OnShift> people;       // in the order in which they came
    std::vector<CheckLine> lines;
    std::optional<Handover> handover;  // none: it goes on, or the next one began without

    bool goes_on() const { return end_utc_ns == 0; }
    bool is_on(const std::string& person) const;
    std::size_t lines_done() const;
};

// Of all shifts the newest one alone may go on.
class Shifts {  // one thread at a time; the database must outlive it
  public:
    static constexpr std::size_t max_note_bytes = 16'384;
    static constexpr std::size_t max_remark_bytes = 1000;
    static constexpr std::size_t max_limit = 100;

    explicit Shifts(Database& desk) : desk_(&desk) {}

    // The newest; none: there has been none.
    proto::Result<std::optional<Shift>> newest();
    // Newest first, numbers below `before` (0: from the newest).
    proto::Result<std::vector<Shift>> list(std::int64_t before, std::size_t limit);
    // Shifts whose handover nobody has acknowledged, oldest first; at most max_limit.
    proto::Result<std::vector<Shift>> unacknowledged();

    // Errors of all below: REFUSED with the reason; CONFIG (a text that is empty or too long); DISK_FULL, IO
    // …

    // Begins one with `person` on it and a list of these lines, and returns it. One that goes on must be
    // named by `over`, and ends without a handover; 0: none goes on.
    proto::Result<Shift> begin(const std::string& person, const std::vector<std::string>& lines,
                               std::int64_t over, std::int64_t utc_ns);
    proto::Status join(const std::string& person, std::int64_t utc_ns);
    proto::Status leave(const std::string& person, std::int64_t utc_ns);
    // Of the shift that goes on. True: with this all lines are ticked, for the first time.
    proto::Result<bool> tick(std::int64_t shift, std::size_t line, const CheckLine& ticked);
    // Ends the shift that goes on, and all of its people are off.
    proto::Status hand_over(std::int64_t shift, const Handover& note);
    // By somebody on the shift that goes on, of an earlier one.
    proto::Status acknowledge(std::int64_t shift, const std::string& person, std::int64_t utc_ns);

  private:
    Database* desk_;
};

}  // namespace spillgate::online
