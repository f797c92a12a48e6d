// What shifts leave to each other, in the desk database: ticked checklists, handover notes, who is on call;
// and each person's layouts of the console.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "online/keeper/database.hpp"

namespace spillgate::online {

struct CheckRow {
    std::int64_t utc_ns = 0;
    std::string person;
    std::string item;  // a line of the configuration's checklist
    bool done = false;
    std::string comment;
};

struct Handover {
    std::int64_t utc_ns = 0;
    std::string person;
    std::string text;
};

struct OnCall {
    std::int64_t utc_ns = 0;
    std::string person;  // who said so
    std::string name;
    std::string contact;
};

class ShiftRecords {  // one thread at a time; the database must outlive it
  public:
    static constexpr std::size_t max_text_bytes = 16'384;

    explicit ShiftRecords(Database& desk) : desk_(&desk) {}

    // Errors: CONFIG (empty or too long), DISK_FULL, IO …
    proto::Status tick(const CheckRow& row);
    proto::Status hand_over(const Handover& note);
    proto::Status set_on_call(const OnCall& on_call);

    // The newest row of each item since then.
    proto::Result<std::vector<CheckRow>> checklist(std::int64_t since_utc_ns);
    proto::Result<std::vector<Handover>> handovers(std::size_t limit);  // newest first
    proto::Result<std::optional<OnCall>> on_call();

  private:
    Database* desk_;
};

// A person's layouts, as the page wrote them.
class Layouts {  // one thread at a time; the database must outlive it
  public:
    static constexpr std::size_t max_bytes = 65'536;
    static constexpr std::size_t max_name_bytes = 80;
    static constexpr std::size_t max_layouts = 50;  // of a person

    explicit Layouts(Database& desk) : desk_(&desk) {}

    proto::Result<std::vector<std::string>> names(const std::string& person);
    proto::Result<std::string> load(const std::string& person, const std::string& name);  // NOT_FOUND
    // CONFIG (name, size), REFUSED (too many), DISK_FULL, IO …
    proto::Status save(const std::string& person, const std::string& name, const std::string& json);
    proto::Status remove(const std::string& person, const std::string& name);  // NOT_FOUND

  private:
    Database* desk_;
};

}  // namespace spillgate::online
