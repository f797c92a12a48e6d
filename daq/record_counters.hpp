// What was dropped or doubted between one record and the next, for SpillRecord::counters.
#pragma once

#include <string_view>
#include <vector>

#include "daq/named_counters.hpp"
#include "proto/quality.hpp"

namespace spillgate::daq {

class RecordCounters {
  public:
    // Writes what has grown since the last call.
    void write(const proto::FaultCounts& faults, const NamedCounters& counters,
               std::vector<proto::NamedCount>& out) {
        out.clear();
        for (int i = 0; i < proto::fault_count; ++i) {
            const auto fault = static_cast<proto::Fault>(i);
            const auto grown = faults.of(fault) - faults_.of(fault);
            if (grown > 0) out.push_back({std::string(proto::name_of(fault)), grown});
        }
        faults_ = faults;
        const auto& all = counters.all();
        written_.resize(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].value > written_[i]) out.push_back({all[i].name, all[i].value - written_[i]});
            written_[i] = all[i].value;
        }
    }

  private:
    proto::FaultCounts faults_;
    std::vector<std::uint64_t> written_;  // by position: names are only ever added
};

}  // namespace spillgate::daq
