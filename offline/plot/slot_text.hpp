// What a slot's record, verdict and candidates say, in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "offline/engine.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::plot {

std::string disposition_text(proto::Disposition disposition);  // "mark-missed"
std::string window_text(proto::WindowKind kind);               // "C", "AC", "free", "unknown"

// "slot 42 · complete · 23.3 μC measured · no-beam"; without verdict it says so.
std::string slot_text(const proto::SpillRecord& record, const std::optional<proto::Verdict>& verdict);

// "csi, C: t_rec 1.234 μs, 24.1 PE, 13 peaks · muon": size and time by the chain's own variables, quality
// bits by name.
std::string candidate_text(const Chain& chain, const Candidate& candidate, const std::string& channel);

// A variable of the candidate by name; nothing if the chain has none of it, or it does not exist here.
std::optional<double> value_of(const Chain& chain, const Candidate& candidate, std::string_view variable);

}  // namespace spillgate::offline::plot
