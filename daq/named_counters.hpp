// Counters by name, for everything that is dropped or doubted besides the named faults.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::daq {

class NamedCounters {
  public:
    // O(names). Allocates at the first use of a name; beyond 256 names everything new is counted as "other".
    void add(std::string_view name, std::uint64_t n = 1) {
        auto found = std::ranges::find(counts_, name, &proto::NamedCount::name);
        if (found == counts_.end()) {
            if (counts_.size() >= max_names && name != "other") return add("other", n);
            counts_.push_back({std::string(name), 0});
            found = counts_.end() - 1;
        }
        found->value += n;
    }
    std::uint64_t of(std::string_view name) const {
        const auto found = std::ranges::find(counts_, name, &proto::NamedCount::name);
        return found == counts_.end() ? 0 : found->value;
    }
    const std::vector<proto::NamedCount>& all() const { return counts_; }
    void clear() { counts_.clear(); }

  private:
    static constexpr std::size_t max_names = 256;
    std::vector<proto::NamedCount> counts_;
};

}  // namespace spillgate::daq
