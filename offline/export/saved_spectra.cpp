#include "offline/export/saved_spectra.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "offline/export/text_file.hpp"
#include "offline/spectra/spectra_state.hpp"
#include "proto/config_loader.hpp"
#include "proto/schema/spectra.pb.h"

namespace spillgate::offline {

namespace {

using proto::ErrorKind;
using proto::Result;
using proto::Status;

proto::Error corrupt(const std::string& path, std::string_view what) {
    return proto::error(ErrorKind::CORRUPT, fmt::format("{}: {}", path, what));
}

Result<std::string> read_file(const std::string& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status))
        return proto::error(ErrorKind::NOT_FOUND, fmt::format("there is no file {}", path));
    if (!std::filesystem::is_regular_file(status))
        return proto::error(ErrorKind::IO, fmt::format("{} is not a file", path));
    std::ifstream in(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        return proto::error(ErrorKind::IO, fmt::format("cannot read {}: {}", path, std::strerror(errno)),
                            errno);
    return bytes;
}

Status read_filled(const wire::SavedSpectra& message, const std::string& path, FilledSlots& filled) {
    for (const auto& from : message.filled()) {
        if (from.first_size() != from.last_size()) return corrupt(path, "slot ranges without an end");
        auto& account = filled[{from.run(), from.daemon()}];
        for (int i = 0; i < from.first_size(); ++i) {
            if (from.last(i) < from.first(i)) return corrupt(path, "a slot range that ends before it begins");
            account.add_range(from.first(i), from.last(i));
        }
    }
    return {};
}

// The first slot that both have, if any.
const std::uint64_t* first_common(const SlotAccount& a, const SlotAccount& b) {
    for (const auto& [first, last] : a.ranges()) {
        auto range = b.ranges().upper_bound(last);
        if (range == b.ranges().begin()) continue;
        --range;
        if (range->second >= first) return range->first > first ? &range->first : &first;
    }
    return nullptr;
}

}  // namespace

Status save_spectra(const SavedSpectra& saved, const std::string& path) {
    wire::SavedSpectra message;
    const auto& origin = saved.provenance;
    for (const auto run : origin.runs)
        message.add_runs(run);
    message.set_run_type(origin.run_type);
    message.set_simulated(origin.simulated);
    message.set_blinded(origin.blinded);
    message.set_software_version(origin.software_version);
    message.set_config_sha256(origin.config_sha256);
    for (const auto& [name, hash] : origin.calibrations) {
        auto& calibration = *message.add_calibrations();
        calibration.set_name(name);
        calibration.set_sha256(hash);
    }
    message.set_effective_config(saved.effective_config);
    message.set_state(saved.spectra->serialise());
    for (const auto& [key, account] : saved.filled) {
        auto& filled = *message.add_filled();
        filled.set_run(key.first);
        filled.set_daemon(key.second);
        for (const auto& [first, last] : account.ranges()) {
            filled.add_first(first);
            filled.add_last(last);
        }
    }
    TextFile file(path, saved.engine->config().blinded());
    file.write(frame(saved_magic, message.SerializeAsString()));
    return file.commit();
}

Result<SavedSpectra> load_spectra(const std::string& path) {
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    const auto body = unframe(saved_magic, *bytes);
    if (!body) return proto::error(body.error().kind, path + ": " + body.error().message);
    wire::SavedSpectra message;
    if (!message.ParseFromArray(body->data(), static_cast<int>(body->size())))
        return corrupt(path, "the content is not saved spectra");
    SavedSpectra saved;
    auto config = proto::parse_config(message.effective_config(), path);
    if (!config) return config.error();
    if (message.blinded() && !config->config.blinded())
        return proto::error(
            ErrorKind::REFUSED,
            fmt::format("{}: its runs are blinded, and nothing in it is sealed; reprocess them", path));
    auto engine = Engine::make(config->config);
    if (!engine) return engine.error();
    saved.engine = *engine;
    saved.spectra = saved.engine->make_spectra();
    if (auto ok = saved.spectra->restore(message.state()); !ok)
        return proto::error(ok.error().kind, path + ": " + ok.error().message);
    if (auto ok = read_filled(message, path, saved.filled); !ok) return ok.error();
    saved.effective_config = message.effective_config();
    auto& origin = saved.provenance;
    origin.runs.assign(message.runs().begin(), message.runs().end());
    origin.run_type = message.run_type();
    origin.simulated = message.simulated();
    origin.blinded = message.blinded();
    origin.software_version = message.software_version();
    origin.config_sha256 = message.config_sha256();
    for (const auto& calibration : message.calibrations())
        origin.calibrations.emplace_back(calibration.name(), calibration.sha256());
    return saved;
}

Status merge_spectra(SavedSpectra& to, const SavedSpectra& from) {
    if (to.engine->hash() != from.engine->hash())
        return proto::error(
            ErrorKind::REFUSED,
            fmt::format("spectra of different engines or configs cannot be added (hash {} and {}); "
                        "reprocess the runs with one --config",
                        to.engine->hash(), from.engine->hash()));
    for (const auto& [key, account] : from.filled) {
        const auto found = to.filled.find(key);
        const auto* common = found == to.filled.end() ? nullptr : first_common(found->second, account);
        if (common != nullptr)
            return proto::error(
                ErrorKind::REFUSED,
                fmt::format("slot {} of run {}, daemon \"{}\", is in more than one input; each slot "
                            "counts once",
                            *common, key.first, key.second));
    }
    to.spectra->merge(*from.spectra);
    to.opened.reset();
    to.provenance.unblinding.clear();
    for (const auto& [key, account] : from.filled)
        for (const auto& [first, last] : account.ranges())
            to.filled[key].add_range(first, last);
    auto& origin = to.provenance;
    const auto& other = from.provenance;
    origin.runs.insert(origin.runs.end(), other.runs.begin(), other.runs.end());
    std::sort(origin.runs.begin(), origin.runs.end());
    origin.runs.erase(std::unique(origin.runs.begin(), origin.runs.end()), origin.runs.end());
    // Calibrations of every input; each once, by name.
    origin.calibrations.insert(origin.calibrations.end(), other.calibrations.begin(),
                               other.calibrations.end());
    std::sort(origin.calibrations.begin(), origin.calibrations.end());
    origin.calibrations.erase(std::unique(origin.calibrations.begin(), origin.calibrations.end()),
                              origin.calibrations.end());
    if (origin.run_type != other.run_type) origin.run_type = "mixed";
    if (origin.software_version != other.software_version) origin.software_version = "mixed";
    if (origin.config_sha256 != other.config_sha256) origin.config_sha256 = "mixed";
    origin.simulated = origin.simulated || other.simulated;
    origin.blinded = origin.blinded || other.blinded;
    return {};
}

}  // namespace spillgate::offline
