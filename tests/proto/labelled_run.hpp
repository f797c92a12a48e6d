// A run on disk whose records have chosen UTC labels and no traces.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proto/run_file/run_writer.hpp"
#include "proto/wire.hpp"

namespace spillgate::proto::testing {

// The label of a slot's record; absent: it has none, for a missed mark.
using LabelOf = std::function<std::optional<std::int64_t>(std::uint64_t slot)>;

// Writes so many slots of the run as `run` begins, and unless `end` is absent its end record; the directory.
inline std::string write_labelled_run(const std::string& runs_dir, const wire::RunDescription& run,
                                      std::uint64_t slots, const LabelOf& label,
                                      std::optional<wire::RunDescription> end) {
    auto writer = RunWriter::create(posix_file_layer(), runs_dir, run, config::Storage()).value();
    std::uint64_t sequence = 0;
    for (std::uint64_t slot = 0; slot < slots; ++slot) {
        const auto utc_ns = label(slot);
        if (utc_ns) {
            auto record = std::make_shared<SpillRecord>();
            record->run = run.number();
            record->slot = slot;
            record->daemon = run.daemon();
            record->utc_ns = *utc_ns;
            record->sequence = sequence++;
            writer->append(encode(std::move(record))).value();
        }
        Verdict verdict;
        verdict.run = run.number();
        verdict.slot = slot;
        verdict.daemon = run.daemon();
        verdict.disposition = utc_ns ? wire::COMPLETE : wire::MARK_MISSED;
        verdict.sequence = sequence++;
        writer->append(encode(verdict)).value();
    }
    writer->sync().value();
    if (end) {
        end->set_next_sequence(sequence);
        writer->close(*end).value();
    }
    return writer->directory();
}

}  // namespace spillgate::proto::testing
