#include "offline/exposure/good_runs.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "proto/strict_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;
using proto::StrictText;

constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();

std::uint32_t last_run(const config::GoodRuns& good) {
    return good.has_last_run() ? good.last_run() : good.first_run();
}

std::uint64_t last_slot(const config::GoodRuns& good) {
    return good.has_last_slot() ? good.last_slot() : no_end;
}

std::optional<proto::Error> contradiction(const config::GoodRunList& list, const StrictText& parsed) {
    for (const auto& good : list.good()) {
        if (last_run(good) < good.first_run())
            return parsed.refusal(good, "last_run", -1,
                                  fmt::format("last_run is {}; allowed is first_run, {}, or more",
                                              good.last_run(), good.first_run()));
        const bool slots = good.has_first_slot() || good.has_last_slot();
        if (slots && last_run(good) != good.first_run())
            return parsed.refusal(good, "last_run", -1, "slots are given, so it must be one run");
        if (last_slot(good) < good.first_slot())
            return parsed.refusal(good, "last_slot", -1,
                                  fmt::format("last_slot is {}; allowed is first_slot, {}, or more",
                                              good.last_slot(), good.first_slot()));
    }
    return std::nullopt;
}

// The first slot of [first, last] that no entry has.
std::optional<std::uint64_t> first_missing(const config::GoodRunList& list, std::uint32_t run,
                                           std::uint64_t first, std::uint64_t last) {
    // Entries may touch, overlap and stand in any order: each round goes on from where some entry ends.
    while (true) {
        std::optional<std::uint64_t> reached;
        for (const auto& good : list.good())
            if (run >= good.first_run() && run <= last_run(good) && first >= good.first_slot() &&
                first <= last_slot(good))
                reached = std::max(reached.value_or(0), last_slot(good));
        if (!reached) return first;
        if (*reached >= last) return std::nullopt;
        first = *reached + 1;
    }
}

}  // namespace

std::string GoodRuns::citation() const {
    return fmt::format("good-run list {}, version {}, signed by {} ({})", list.name(), list.version(),
                       list.signed_by(), sha256.substr(0, 8));
}

Result<GoodRuns> load_good_runs(const std::string& path) {
    const auto text = proto::read_text(path);
    if (!text) return text.error();
    GoodRuns good;
    good.path = path;
    good.sha256 = proto::sha256_hex(*text);
    const auto parsed = StrictText::parse(*text, path, good.list);
    if (!parsed) return parsed.error();
    if (auto problem = contradiction(good.list, *parsed)) return *problem;
    return good;
}

proto::Status check_good(const GoodRuns& good, const FilledSlots& filled) {
    for (const auto& [key, account] : filled)
        for (const auto& [first, last] : account.ranges())
            if (const auto slot = first_missing(good.list, key.first, first, last))
                return error(ErrorKind::REFUSED,
                             fmt::format("slot {} of run {} is in the spectra and not in {}; reprocess "
                                         "without what is not good (--first-slot, --last-slot)",
                                         *slot, key.first, good.citation()));
    return {};
}

}  // namespace spillgate::offline
