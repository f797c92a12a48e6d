// A key to sealed counts, by way of a log of unblindings in a directory of its own.
#pragma once

#include <cstdint>

#include "proto/unblinding_log.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::offline::testing {

inline wire::Unblinding unblinding_of(std::uint32_t first_run, std::uint32_t last_run) {
    wire::Unblinding act;
    act.set_utc_ns(1'700'000'000'000'000'000);
    act.set_signed_by("A. Person");
    act.set_reason("the selection is frozen");
    act.set_first_run(first_run);
    act.set_last_run(last_run);
    return act;
}

inline proto::Unsealing key_to_run(std::uint32_t run) {
    const proto::testing::TemporaryDirectory runs;
    auto log = proto::UnblindingLog::open(runs.path()).value();
    log.append(unblinding_of(run, run)).value();
    return log.grant({&run, 1}).value();
}

}  // namespace spillgate::offline::testing
