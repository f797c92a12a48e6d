// The list of what really happened: every deposit and every fault that was put in, as CSV.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "hw/simulation/deposits.hpp"
#include "hw/simulation/parameters.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::simulation {

// Owns a file. Columns: ticks (of the board's clock), cycle_id, kind, n_pe, channel, energy_kev. HPGe
// deposits have an energy and no n_pe, all others have n_pe and no energy; light that several PMTs share is
// listed once, with the first of their channels. For faults of marks, charge and linear gate (kinds below)
// all three are empty. Lines of one cycle stand together, not ordered in time.
//   mark · mark-missed · mark-duplicate · mark-extra · no-beam · other-target · vetoed · charge-missing ·
//   linear-gate
// Writing continues after an I/O error without effect; close() reports it.
class TruthList {
  public:
    // Errors: IO.
    static proto::Result<TruthList> create(const std::string& path, const Parameters& parameters);

    void cycle(const CycleDeposits& deposits, const Parameters& parameters);
    void event(std::int64_t ticks, std::uint64_t cycle, std::string_view kind);
    proto::Status close();

  private:
    TruthList(std::ofstream file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
    std::ofstream file_;
    std::string path_;

    void write(const std::vector<Deposit>& deposits, const Parameters& parameters, std::uint64_t cycle,
               std::uint32_t channel);
};

}  // namespace spillgate::hw::simulation
