#include "offline/blinding/shown.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace spillgate::offline {

namespace {

// Of the spectra and of what was filled into them.
std::vector<std::uint32_t> runs_of(const SavedSpectra& saved) {
    auto runs = saved.provenance.runs;
    for (const auto& [key, account] : saved.filled)
        runs.push_back(key.first);
    std::ranges::sort(runs);
    const auto rest = std::ranges::unique(runs);
    runs.erase(rest.begin(), rest.end());
    return runs;
}

}  // namespace

std::shared_ptr<const Spectra> shown(std::shared_ptr<const Spectra> spectra,
                                     const std::optional<proto::Unsealing>& key) {
    if (!key) return spectra;
    return spectra->unsealed(*key);
}

Key key_of(std::span<const std::uint32_t> runs, const std::string& runs_dir) {
    const auto log = proto::UnblindingLog::open(runs_dir);
    if (!log) return {std::nullopt, log.error().message};
    if (!log->chain()) return {std::nullopt, log->chain().error().message};
    if (auto key = log->grant(runs)) return {std::move(key), {}};
    return {std::nullopt,
            fmt::format("{} does not unblind run{} {}", proto::UnblindingLog::directory_of(runs_dir),
                        runs.size() == 1 ? "" : "s", fmt::join(runs, ", "))};
}

std::string runs_dir_of(const std::string& run_directory) {
    std::error_code failed;
    return std::filesystem::canonical(run_directory, failed).parent_path().string();
}

void open_sealed(SavedSpectra& saved, const std::string& runs_dir) {
    if (!saved.engine->config().blinded()) return;
    auto key =
        key_of(runs_of(saved), runs_dir.empty() ? saved.engine->config().storage().runs_dir() : runs_dir);
    saved.why_sealed = std::move(key.why_not);
    if (!key.unsealing) return;
    saved.opened = saved.spectra->unsealed(*key.unsealing);
    saved.provenance.unblinding = key.unsealing->citation();
}

std::string blinding_text(const SavedSpectra& saved) {
    if (!saved.engine->config().blinded()) return {};
    if (saved.opened) return fmt::format("UNBLINDED: {}\n", saved.provenance.unblinding);
    return fmt::format("BLINDED: what beam may have brought is sealed{}\n",
                       saved.why_sealed.empty() ? "" : fmt::format(" ({})", saved.why_sealed));
}

}  // namespace spillgate::offline
