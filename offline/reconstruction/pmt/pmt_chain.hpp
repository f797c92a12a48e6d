// The PMT chain: COHERENT's CsI[Na] analysis (arXiv:1708.01294), as docs/reconstruction.md reads it.
#pragma once

#include <memory>

#include "offline/reconstruction/chain.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::pmt {

// Errors: CONFIG, if a detector channel that names this chain cannot be read by it: a code table of the 8-bit
// signed digitizer on another board, a policy that reduces traces, an SPE slice for a channel that is not
// there, partners that do not fit (partners.hpp) or whose light cannot be added exactly (spe_charges.hpp).
proto::Result<std::unique_ptr<Chain>> make_pmt_chain(const config::Chain& chain,
                                                     const config::Config& config);

}  // namespace spillgate::offline::pmt
