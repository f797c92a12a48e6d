// What consoles follow of the live snapshots: "status", "spectra", "trend".
#pragma once

#include <memory>

#include "online/feed/topic.hpp"
#include "online/recent_spectra.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// {"status": {}}: as GET /api/status, twice a second at most.
std::shared_ptr<Topic> status_topic(const SnapshotBoard& board);

// {"spectra": {"names": ["pe", …], "range": "run"}}: an array of spectra, each as spectrum_delta.hpp says, of
// one of the ranges that `recent` knows. A name that is not there gives nothing until it is: with another
// configuration.
std::shared_ptr<Topic> spectra_topic(const SnapshotBoard& board, std::shared_ptr<RecentSpectra> recent);

// {"trend": {"since": UTC seconds}}: points after that, then the new ones.
std::shared_ptr<Topic> trend_topic(const SnapshotBoard& board);

}  // namespace spillgate::online
