#include "online/physics/planned_runs.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "online/physics/exported_spectrum.hpp"
#include "online/snapshot_json.hpp"
#include "proto/run_catalogue.hpp"

namespace spillgate::online {

namespace {

constexpr std::size_t read_at_once = 200;
constexpr std::int64_t ns_per_s = 1'000'000'000;

bool is_over(const wire::RunDescription& run, std::uint32_t newest) {
    return run.stop_utc_ns() != 0 || !run.stop_reason().empty() || run.number() < newest;
}

// Of numbers above `judged`, ascending.
proto::Result<std::vector<wire::RunDescription>> newer_than(const proto::RunCatalogue& catalogue,
                                                            std::uint32_t judged) {
    std::vector<wire::RunDescription> found;
    for (std::uint32_t before = 0;;) {
        auto page = catalogue.page(before, read_at_once);
        if (!page) return page.error();
        for (auto& run : *page)
            if (run.number() > judged) found.push_back(std::move(run));
        if (page->size() < read_at_once || found.empty() || page->back().number() <= judged + 1) break;
        before = page->back().number();
    }
    std::ranges::reverse(found);
    return found;
}

}  // namespace

bool PlannedRuns::is_planned(const wire::RunDescription& run) const {
    if (run.type() != wire::PHYSICS || run.config_sha256() != config_sha256_) return false;
    const auto begin_s = run.start_utc_ns() / ns_per_s;
    return (!plan_.has_begin_utc_s() || begin_s >= plan_.begin_utc_s()) &&
           (!plan_.has_end_utc_s() || begin_s < plan_.end_utc_s());
}

bool PlannedRuns::take(const config::Config& config, std::uint32_t run) {
    const auto spectrum = exported_spectrum(fmt::format("{}/run-{:06}/spectra.json", exports_dir_, run),
                                            config, plan_.spectrum(), run);
    if (!spectrum || !all_.add(*spectrum)) return false;
    if (!spectrum->sealed) open_.add(*spectrum);
    return true;
}

proto::Status PlannedRuns::look(const proto::LoadedConfig& config, std::uint32_t followed) {
    if (config.sha256 != config_sha256_) *this = PlannedRuns(runs_dir_, exports_dir_, plan_);
    config_sha256_ = config.sha256;
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir_);
    if (!catalogue) {
        if (catalogue.error().kind == proto::ErrorKind::NOT_FOUND) return {};
        return catalogue.error();
    }
    const auto runs = newer_than(*catalogue, judged_);
    if (!runs) return runs.error();
    for (const auto& run : *runs) {
        // The followed run and what comes after it are looked at again.
        if (run.number() == followed || !is_over(run, runs->back().number())) break;
        judged_ = run.number();
        if (!is_planned(run)) continue;
        if (first_utc_ns_ == 0) first_utc_ns_ = run.start_utc_ns();
        without_[run.number()] = run.ledger().charge_recorded_pc();
    }
    std::erase_if(without_, [&](const auto& run) { return take(config.config, run.first); });
    return {};
}

double PlannedRuns::pot_recorded_without_spectra() const {
    std::int64_t sum = 0;
    for (const auto& [run, charge_pc] : without_)
        sum += charge_pc;
    return protons_of(sum);
}

}  // namespace spillgate::online
