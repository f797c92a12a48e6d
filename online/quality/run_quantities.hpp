// What can be said of a run as a whole, as named numbers: docs/console/quality.md lists them. Nothing of a
// sealed box is in any of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "offline/spectra/spectra.hpp"
#include "online/snapshot.hpp"
#include "proto/config_loader.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

struct RunQuantity {
    std::string name;
    std::string unit;             // "" for a fraction
    std::optional<double> value;  // absent: not known
    std::optional<double> error;  // of the value, 1σ; absent: it has none, or none is known
    std::string reason;           // why it is not known, or why it is not of the whole run; empty: it is
};
using RunQuantities = std::vector<RunQuantity>;

// What they are made from.
struct RunAccount {
    std::shared_ptr<const wire::RunDescription> description;  // never empty
    std::string ledger_not_whole;   // why its ledger is not that of the whole run; empty: it is
    std::string spectra_not_whole;  // … and its spectra
    std::shared_ptr<const proto::LoadedConfig> config;  // of the spectra
    std::shared_ptr<const offline::Spectra> spectra;    // empty: there are none
    std::shared_ptr<const ChannelsView> channels;       // of this run; empty: nothing is known of them
    bool followed = true;  // false: online was away at its end, and so was the history

    bool whole() const { return ledger_not_whole.empty() && spectra_not_whole.empty(); }
};

RunAccount account_of(const ClosedRun& closed);
// Of the run that is followed, as far as it goes. Errors: NOT_FOUND, if there is none.
proto::Result<RunAccount> account_so_far(const Snapshot& snapshot);

// All there are of these spectra and this ledger, known or not, each name once. Without spectra, those that
// the config names are not known.
RunQuantities quantities_of(const RunAccount& account);

}  // namespace spillgate::online
