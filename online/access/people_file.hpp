// Who may act: the people file, of mode 0600. It holds hashes of tokens alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// Errors: NOT_FOUND, IO, CONFIG; REFUSED if others than its owner may read or write it.
proto::Result<config::People> load_people(const std::string& path);

// Adds somebody and returns the token, which is nowhere else. Makes the file if it is not there; replaces it
// atomically. Errors: as load_people; EXISTS (the name is taken).
proto::Result<std::string> add_person(const std::string& path, const std::string& name,
                                      const std::vector<config::Person::Role>& roles,
                                      std::optional<std::int64_t> expires_utc_s);

// The file as it is now: it is read again when it has changed, looked at once per second at most.
// Single-threaded.
class People {
  public:
    // Empty path: nobody may act.
    explicit People(std::string path) : path_(std::move(path)) {}

    // Null if there is nobody with this token, or not any more. Time does not depend on where tokens differ.
    const config::Person* by_token(std::string_view token, std::int64_t utc_s);
    // The one who has signed in with the token of this hash.
    const config::Person* by_hash(std::string_view token_sha256, std::int64_t utc_s);
    // Why nobody is known, in words; empty: the file is as it should be.
    const std::string& trouble() const { return trouble_; }

  private:
    void look();

    std::string path_;
    config::People people_;
    std::string trouble_ = "the console's configuration names no people_file, so nobody may act";
    std::chrono::steady_clock::time_point looked_{};
    std::string seen_;  // what tells one state of the file from another
};

}  // namespace spillgate::online
