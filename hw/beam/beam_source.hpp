// Charge, flavour, veto and cycle ids from the facility's network, brought into a board's stream: a source
// around the board that gives the marks.
//
//   report.hpp          what one report says
//   feed.hpp            one way in which the facility speaks: service/, charge_file/, adara/, epics/
//   report_queue.hpp    from a feed's thread to the stream
//   host_tie.hpp        host clock ↔ device clock
//   report_matcher.hpp  report ↔ mark
#pragma once

#include <memory>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::beam {

// `inner` as it is, unless the configuration has beam sources and this board is the first of its daemon that
// gives marks. Else a source that yields the same stream with the reports as charges, inserted when they
// come, and with cycle ids on marks whose report was there first. What the board says of charge itself (a
// simulation) is left out. Losses on the way are COUNTED device events; so is a live feed that has been
// silent for a second or ten cycles, whichever is longer: `beam-silent-NAME`, once for each silence.
// Simulated if an emulated feed is used. Errors: those of make_feed().
proto::Result<std::unique_ptr<Source>> with_beam(std::unique_ptr<Source> inner, const config::Board& board,
                                                 const config::Config& config);

}  // namespace spillgate::hw::beam
