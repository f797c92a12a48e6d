#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "proto/ledger.hpp"
#include "proto/run_file/companion_files.hpp"
#include "proto/run_file/open_run_writer.hpp"
#include "proto/run_file/run_description.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/run_file/segment_file.hpp"
#include "proto/run_file/segment_list.hpp"

namespace spillgate::proto {

namespace {

// The description as run.txtpb has it, or, if that is damaged, as it was at the start: each segment carries
// it.
Result<wire::RunDescription> find_description(const std::string& directory) {
    auto description = read_run_description(directory);
    if (description || description.error().kind == ErrorKind::IO ||
        description.error().kind == ErrorKind::UNSUPPORTED)
        return description;
    const auto paths = list_segments(directory);
    if (!paths) return paths.error();
    for (const auto& path : *paths)
        if (const auto segment = SegmentFile::open(path); segment && (*segment)->header())
            return (*segment)->header()->run();
    return description.error();
}

// Repaired files are compressed if the first samples of the original are.
bool is_compressed(const std::vector<std::string>& segments) {
    for (const auto& path : segments) {
        const auto segment = SegmentFile::open(path);
        if (!segment) continue;
        BlockView block;
        for (auto got = (*segment)->next(block); got && *got; got = (*segment)->next(block))
            if (!block.samples.empty()) return (*segment)->compressed();
    }
    return false;
}

// Copies blocks as they are, and keeps the account for the end record.
class Copier {
  public:
    Copier(RunWriter& to, wire::RunDescription description) : to_(to), description_(std::move(description)) {}

    Status copy(const BlockView& block) {
        if (block.sequence < next_sequence_) return {};  // a second message of the same number
        Message message;
        message.topic = block.topic;
        message.sequence = block.sequence;
        message.slot = block.slot;
        message.header.assign(reinterpret_cast<const char*>(block.header.data()), block.header.size());
        if (!block.samples.empty()) {
            samples_->samples.resize(block.samples.size() / sizeof(std::uint16_t));
            std::memcpy(samples_->samples.data(), block.samples.data(),
                        samples_->samples.size() * sizeof(std::uint16_t));
            message.record = samples_;
        }
        if (auto status = to_.append(message); !status) return status;
        next_sequence_ = block.sequence + 1;
        if (block.topic == Topic::VERDICT)
            if (const auto verdict = decode_verdict(block.header)) {
                ledger_.add(*verdict);
                last_utc_ns_ = std::max(last_utc_ns_, verdict->utc_ns);
            }
        return {};
    }

    Status finish() {
        auto end = description_;
        if (end.stop_utc_ns() == 0)
            end.set_stop_utc_ns(std::max<std::int64_t>({last_utc_ns_, end.start_utc_ns(), 1}));
        end.set_stop_reason("repaired");
        end.set_repaired(true);
        end.set_next_sequence(next_sequence_);
        const auto faults = end.ledger().faults();  // the daemon's own count, if it came to write one
        *end.mutable_ledger() = ledger_.totals();
        *end.mutable_ledger()->mutable_faults() = faults;
        return to_.close(end);
    }

  private:
    RunWriter& to_;
    wire::RunDescription description_;
    std::shared_ptr<SpillRecord> samples_ = std::make_shared<SpillRecord>();
    std::uint64_t next_sequence_ = 0;
    std::int64_t last_utc_ns_ = 0;
    Ledger ledger_;
};

Status copy_run(const std::string& directory, const wire::RunDescription& description,
                const std::vector<std::string>& segments, RunWriter& writer) {
    Copier copier(writer, description);
    for (const auto& path : segments) {
        const auto segment = SegmentFile::open(path);
        if (!segment && segment.error().kind == ErrorKind::IO) return segment.error();
        if (!segment) continue;
        const auto& header = (*segment)->header();
        if (header && header->run().number() != description.number()) continue;  // another run's
        BlockView block;
        while (true) {
            const auto got = (*segment)->next(block);
            if (!got) return got.error();
            if (!*got) break;
            if (auto status = copier.copy(block); !status) return status;
        }
    }
    if (auto status = copier.finish(); !status)
        return error(status.error().kind, fmt::format("{}: {}", directory, status.error().message),
                     status.error().code);
    return {};
}

// As it is: its rows stand each for itself.
Status copy_slow_control(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto record = from / slow_control_record_name;
    std::error_code failed;
    if (!std::filesystem::exists(record, failed)) return {};
    std::filesystem::copy_file(record, to / slow_control_record_name, failed);
    if (!failed) return {};
    return error(ErrorKind::IO, fmt::format("{}: {}", record.string(), failed.message()), failed.value());
}

}  // namespace

Result<std::string> repair_run(const std::string& run_directory) {
    const auto absolute = std::filesystem::absolute(run_directory).lexically_normal();
    const auto original = absolute.has_filename() ? absolute : absolute.parent_path();
    auto description = find_description(original);
    if (!description) return description.error();
    const auto segments = list_segments(original);
    if (!segments) return segments.error();

    config::Storage storage;
    storage.set_segment_s(86400);
    storage.set_compression(is_compressed(*segments) ? config::Storage::ZSTD : config::Storage::NONE);
    const std::string name = original.filename().string() + ".repaired";
    // As it was at the start: an end record, if there was one, is replaced at the end.
    auto at_start = *description;
    at_start.set_stop_utc_ns(0);
    at_start.clear_stop_reason();
    auto writer = open_run_writer(posix_file_layer(), original.parent_path(), name, at_start, storage);
    if (!writer) return writer.error();
    std::string made = (*writer)->directory();
    auto status = copy_run(original, *description, *segments, **writer);
    if (status) status = copy_slow_control(original, made);
    if (!status) {
        std::error_code ignored;
        writer->reset();
        std::filesystem::remove_all(made, ignored);
        return status.error();
    }
    return made;
}

}  // namespace spillgate::proto
