// The mean charge of the newest spills.
#pragma once

#include <optional>

#include "proto/schema/run.pb.h"

namespace spillgate::online {

// In μC, of the spills that `now` has and `before`, an earlier ledger of the same run, has not: of those
// whose charge is known, measured or estimated. Nothing if there are none: a silent source of charge is no
// beam of zero charge.
std::optional<double> charge_per_spill_uc(const wire::LedgerTotals& before, const wire::LedgerTotals& now);

}  // namespace spillgate::online
