// Holds the engine's PMT chain against the slow one, field by field, on one record.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "offline/reconstruction/chain.hpp"
#include "tests/offline/reference/slow_chain.hpp"

namespace spillgate::tests {

// The engine's chain with the same settings as the slow one. On a minute file's record or on any pair of
// waveforms.
class ChainUnderTest {
  public:
    explicit ChainUnderTest(const SlowSettings& settings);

    // Empty if all fields of both windows agree; else which do not, with both values. What is counted or
    // compared in integers must be equal; charges and times derived from them within 1e-9 relative.
    std::string difference(const std::vector<int>& csi, const std::vector<int>& muon,
                           const SlowWindows& windows, const SlowRecord& slow);
    // The same for candidates that were made from a record elsewhere (AC first, then C, as in
    // `record.windows`).
    std::string difference(const std::vector<offline::Candidate>& candidates, const SlowRecord& slow) const;

  private:
    std::unique_ptr<offline::Chain> chain_;
    std::unique_ptr<offline::ChainWorker> worker_;
    double spe_charge_;
};

}  // namespace spillgate::tests
