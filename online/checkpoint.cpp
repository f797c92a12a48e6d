#include "online/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "proto/run_file/group_file_layer.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {
namespace {

constexpr std::string_view magic = "SPGCHKPT";
constexpr std::uint32_t format_major = 1;
constexpr std::uint32_t format_minor = 1;
constexpr std::size_t prefix_bytes = magic.size() + sizeof(std::uint32_t);
constexpr std::uintmax_t max_checkpoint_bytes = std::uintmax_t{1} << 31;  // protobuf's own limit
constexpr std::string_view name_begin = "run-";
constexpr std::string_view name_end = ".checkpoint";

std::uint32_t crc_of(std::string_view bytes) {
    return proto::crc32c(std::as_bytes(std::span(bytes)));
}

}  // namespace

std::string checkpoint_directory(const config::Config& config) {
    const auto& chosen = config.online().checkpoint_dir();
    return chosen.empty() ? config.storage().runs_dir() + "/online" : chosen;
}

std::string calibrations_sha256(const wire::RunDescription& run) {
    std::string all;
    for (const auto& calibration : run.calibrations()) {
        all += fmt::format("{}\n{}\n", calibration.name(), calibration.sha256());
    }
    return proto::sha256_hex(all);
}

std::string checkpoint_path(const std::string& directory, std::uint32_t run) {
    return fmt::format("{}/{}{:06}{}", directory, name_begin, run, name_end);
}

proto::Status write_checkpoint(const std::string& directory, const CheckpointKeys& keys,
                               wire::Checkpoint checkpoint) {
    checkpoint.set_format_major(format_major);
    checkpoint.set_format_minor(format_minor);
    checkpoint.set_engine_hash(keys.engine_hash);
    checkpoint.set_config_sha256(keys.config_sha256);
    checkpoint.set_calibrations_sha256(calibrations_sha256(checkpoint.run()));
    std::string bytes(magic);
    bytes.resize(prefix_bytes);
    if (!checkpoint.AppendToString(&bytes)) {
        return proto::error(proto::ErrorKind::IO, "the checkpoint is too large to be written");
    }
    const std::uint32_t crc = crc_of(std::string_view(bytes).substr(prefix_bytes));
    std::memcpy(bytes.data() + magic.size(), &crc, sizeof crc);
    // Of blinded runs it holds what is sealed: not for everybody to read, not even while it is written.
    return proto::group_file_layer().replace(checkpoint_path(directory, checkpoint.run().number()), bytes);
}

proto::Result<wire::Checkpoint> read_checkpoint(const std::string& path, const CheckpointKeys& keys) {
    using proto::ErrorKind;
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed) return proto::error(ErrorKind::NOT_FOUND, fmt::format("{}: {}", path, failed.message()));
    if (size < prefix_bytes || size > max_checkpoint_bytes) {
        return proto::error(ErrorKind::CORRUPT,
                            fmt::format("{}: {} bytes cannot be a checkpoint", path, size));
    }
    std::ifstream file(path, std::ios::binary);
    std::string bytes(size, '\0');
    if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
        return proto::error(ErrorKind::IO, fmt::format("{} cannot be read", path));
    }
    if (!bytes.starts_with(magic)) {
        return proto::error(ErrorKind::CORRUPT, fmt::format("{} does not begin like a checkpoint", path));
    }
    std::uint32_t crc = 0;
    std::memcpy(&crc, bytes.data() + magic.size(), sizeof crc);
    const std::string_view body = std::string_view(bytes).substr(prefix_bytes);
    wire::Checkpoint checkpoint;
    if (crc != crc_of(body) || !checkpoint.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
        return proto::error(ErrorKind::CORRUPT, fmt::format("{}: the checksum is wrong", path));
    }
    if (checkpoint.format_major() != format_major) {
        return proto::error(ErrorKind::UNSUPPORTED,
                            fmt::format("{} has format {}, this program knows {}", path,
                                        checkpoint.format_major(), format_major));
    }
    if (checkpoint.engine_hash() != keys.engine_hash) {
        return proto::error(ErrorKind::REFUSED,
                            fmt::format("{} was made by another engine or selection", path));
    }
    if (checkpoint.config_sha256() != keys.config_sha256) {
        return proto::error(ErrorKind::REFUSED, fmt::format("{} was made with another config", path));
    }
    if (checkpoint.calibrations_sha256() != calibrations_sha256(checkpoint.run())) {
        return proto::error(ErrorKind::REFUSED, fmt::format("{} was made with other calibrations", path));
    }
    return checkpoint;
}

std::vector<std::uint32_t> checkpointed_runs(const std::string& directory) {
    std::vector<std::uint32_t> runs;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(name_begin) || !name.ends_with(name_end)) continue;
        const char* const begin = name.data() + name_begin.size();
        const char* const end = name.data() + name.size() - name_end.size();
        std::uint32_t run = 0;
        const auto parsed = std::from_chars(begin, end, run);
        if (parsed.ec == std::errc{} && parsed.ptr == end) runs.push_back(run);
    }
    std::sort(runs.begin(), runs.end());
    return runs;
}

void remove_old_checkpoints(const std::string& directory, std::size_t keep) {
    const auto runs = checkpointed_runs(directory);
    for (std::size_t i = 0; i + keep < runs.size(); ++i) {
        std::error_code ignored;  // it is tried again at the next run
        std::filesystem::remove(checkpoint_path(directory, runs[i]), ignored);
    }
}

}  // namespace spillgate::online
