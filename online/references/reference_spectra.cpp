#include "online/references/reference_spectra.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/blinding/shown.hpp"
#include "offline/blinding/sideband.hpp"
#include "offline/export/saved_spectra.hpp"
#include "offline/export/uhi.hpp"

namespace spillgate::online {
namespace {

using proto::error;
using proto::ErrorKind;

constexpr std::uintmax_t max_json_bytes = 64 << 20;

std::vector<std::uint64_t> copied(std::span<const std::uint64_t> counts) {
    return {counts.begin(), counts.end()};
}

ReferenceSpectrum copied(const offline::Engine& engine, const offline::HistogramView& view) {
    ReferenceSpectrum out;
    out.name = view.name;
    out.title = view.title;
    out.selection = view.selection;
    out.selection_sha256 = offline::selection_sha256(engine.config(), view.selection);
    out.channels = view.channels;
    out.axes.assign(view.axes.begin(), view.axes.end());
    out.in_time = copied(view.in_time);
    out.anti_coincident = copied(view.anti_coincident);
    out.free = copied(view.free);
    out.no_beam = copied(view.no_beam);
    out.exposure = *view.exposure;
    out.alpha_relative_uncertainty = view.alpha_relative_uncertainty;
    out.sealed = view.sealed;
    out.box = offline::box_text(view);
    return out;
}

proto::Result<ReferenceSpectra> read_saved(const std::string& path, const std::string& runs_dir) {
    auto saved = offline::load_spectra(path);
    if (!saved) return saved.error();
    offline::open_sealed(*saved, runs_dir);
    const auto& origin = saved->provenance;
    ReferenceSpectra out;
    out.runs = fmt::format("{}", fmt::join(origin.runs, ","));
    out.run_type = origin.run_type;
    out.software_version = origin.software_version;
    out.config_sha256 = origin.config_sha256;
    out.simulated = origin.simulated;
    for (std::size_t i = 0; i < saved->shown().size(); ++i)
        out.spectra.push_back(copied(*saved->engine, saved->shown().histogram(i)));
    return out;
}

proto::Result<ReferenceSpectra> read_json(const std::string& path) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed) return error(ErrorKind::NOT_FOUND, fmt::format("{}: {}", path, failed.message()));
    if (size > max_json_bytes)
        return error(ErrorKind::CORRUPT,
                     fmt::format("{}: {} bytes are more than {}", path, size, max_json_bytes));
    std::string text(size, '\0');
    std::ifstream file(path, std::ios::binary);
    if (!file.read(text.data(), static_cast<std::streamsize>(size)))
        return error(ErrorKind::IO, fmt::format("{} cannot be read", path));
    return parse_reference(text, path);
}

}  // namespace

offline::HistogramView ReferenceSpectrum::view() const {
    offline::HistogramView view;
    view.name = name;
    view.title = title;
    view.selection = selection;
    view.axes = axes;
    view.in_time = in_time;
    view.anti_coincident = anti_coincident;
    view.free = free;
    view.no_beam = no_beam;
    view.exposure = &exposure;
    view.channels = channels;
    view.alpha_relative_uncertainty = alpha_relative_uncertainty;
    view.sealed = sealed;
    return view;
}

const ReferenceSpectrum* ReferenceSpectra::find(std::string_view name) const {
    const auto found = std::ranges::find(spectra, name, &ReferenceSpectrum::name);
    return found == spectra.end() ? nullptr : &*found;
}

proto::Result<ReferenceSpectra> read_reference(const std::string& path, const std::string& runs_dir) {
    const auto extension = std::filesystem::path(path).extension();
    if (extension == ".saved") return read_saved(path, runs_dir);
    if (extension == ".json") return read_json(path);
    return error(ErrorKind::CONFIG, fmt::format("{}: a reference is a .json or .saved file", path));
}

}  // namespace spillgate::online
