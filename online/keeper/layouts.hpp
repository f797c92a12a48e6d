// Each person's layouts of the console, in the desk database.
#pragma once

#include <string>
#include <vector>

#include "online/keeper/database.hpp"

namespace spillgate::online {

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
