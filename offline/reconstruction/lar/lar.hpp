// The LAr chain: liquid argon seen by several PMTs, as COHERENT's CENNS-10 (arXiv:2003.10630) and as
// docs/reconstruction.md reads it. First file to read in this folder.
//
//   lar_variables.hpp   what the chain says of a window
//   light_finder.hpp    one trace on its own: baseline, light over threshold, quality
//   pmt_light.hpp       the traces of one PMT, in samples of a window
//   summed_light.hpp    the PMTs' light added in PE
//   lar_event.hpp       start, integrals and pile-up of one event
//   lar_worker.hpp      from a slot to its candidates
//
// What several PMTs have in common with the PMT chain lies there: coincidence.hpp, partners.hpp,
// spe_charges.hpp.
#pragma once

#include <memory>

#include "offline/reconstruction/chain.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::lar {

// Errors: CONFIG, if a detector channel that names this chain cannot be read by it: fewer PMTs than the
// coincidence asks for, PMTs on boards of different sample rates or of different daemons, a policy that
// reduces traces, a prompt integral longer than the whole, sums too long to be exact, an SPE slice for a
// channel that is not one of its PMTs.
proto::Result<std::unique_ptr<Chain>> make_lar_chain(const config::Chain& chain,
                                                     const config::Config& config);

}  // namespace spillgate::offline::lar
