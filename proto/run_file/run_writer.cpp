#include "proto/run_file/run_writer.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "proto/run_file/open_run_writer.hpp"
#include "proto/run_file/run_description.hpp"
#include "proto/run_file/sample_codec.hpp"
#include "proto/run_file/segment_writer.hpp"

namespace spillgate::proto {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view reserve_name = "reserve";
constexpr std::string_view verdict_reserve_name = "reserve-verdicts";
constexpr std::uint64_t verdict_reserve_bytes = std::uint64_t{1} << 20;  // 2000 verdicts and more

// A file that only holds space, so that the end of the run can be written on a full disk.
Status fill_reserve(WritableFile& file, std::uint64_t bytes) {
    auto status = file.reserve(bytes);
    if (status || status.error().kind != ErrorKind::UNSUPPORTED) return status;
    std::vector<std::byte> zeros(std::size_t{1} << 20);  // the file system cannot: write it in full
    for (std::uint64_t done = 0; done < bytes; done += zeros.size()) {
        const iovec piece{zeros.data(), zeros.size()};
        if (status = file.append(std::span(&piece, 1)); !status) return status;
    }
    return file.sync();
}

class SegmentedRunWriter final : public RunWriter {
  public:
    SegmentedRunWriter(FileLayer& files, std::string directory, const wire::RunDescription& description,
                       const config::Storage& storage)
        : files_(files), directory_(std::move(directory)), description_(description), storage_(storage) {
        description_.set_format_major(run_format_major);
        description_.set_format_minor(run_format_minor);
    }

    Status start(const std::string& parent) {
        const std::string text = format_run_description(description_);
        if (description_.ByteSizeLong() > max_header_bytes / 2)
            return error(ErrorKind::REFUSED,
                         fmt::format("{}: a description of {} bytes; at most {} are allowed", directory_,
                                     description_.ByteSizeLong(), max_header_bytes / 2));
        // The index of one segment, and run.txtpb twice (it may grow, and the old one goes last), always fit.
        reserve_bytes_ = std::max<std::uint64_t>(storage_.reserve_bytes(), 4 * text.size() + (1u << 20));
        most_blocks_ = reserve_bytes_ / (2 * sizeof(IndexEntry));

        if (auto status = files_.make_directory(directory_); !status) return status;
        auto status = hold(reserve_, reserve_name, reserve_bytes_);
        if (status) status = hold(verdict_reserve_, verdict_reserve_name, verdict_reserve_bytes);
        if (status) status = files_.replace(path_of(run_description_name), text);
        if (status) status = files_.sync_directory(parent);
        if (status) status = open_segment(0);
        if (status) return {};
        // Nothing was promised yet: leave no half run behind. Best effort, the first error is the one to
        // tell.
        files_.remove(path_of(run_description_name)).has_value();
        files_.remove(path_of(reserve_name)).has_value();
        files_.remove(path_of(verdict_reserve_name)).has_value();
        files_.remove(directory_).has_value();
        return status;
    }

    Status append(const Message& message) override {
        auto status = append_once(message);
        if (status || status.error().kind != ErrorKind::DISK_FULL || message.topic != Topic::VERDICT ||
            !verdict_reserve_)
            return status;
        // The verdicts of the slots that were open when the disk filled up still get in: the ledger closes.
        if (auto given = give_back(verdict_reserve_, verdict_reserve_name); !given) return given;
        return append_once(message);
    }

    Status sync() override {
        if (lost_) return *lost_;
        if (segment_ && synced_ != appended_)
            if (auto status = segment_->sync(); !status) return lose(status.error());
        synced_ = appended_;
        return {};
    }

    Status close(const wire::RunDescription& final_description) override {
        if (lost_) return *lost_;
        if (closed_) return {};
        if (auto status = give_back(verdict_reserve_, verdict_reserve_name); !status) return status;
        if (auto status = give_back(reserve_, reserve_name); !status) return status;
        if (segment_)
            if (auto status = close_segment(); !status) return status;
        wire::RunDescription description = final_description;
        description.set_format_major(run_format_major);
        description.set_format_minor(run_format_minor);
        const std::string text = format_run_description(description);
        if (auto status = files_.replace(path_of(run_description_name), text); !status) return status;
        earlier_bytes_ += text.size();
        closed_ = true;
        return {};
    }

    std::uint64_t appended_messages() const override { return appended_; }
    std::uint64_t synced_messages() const override { return synced_; }
    std::uint64_t bytes_written() const override {
        return earlier_bytes_ + (segment_ ? segment_->size() : 0);
    }
    const std::string& directory() const override { return directory_; }

  private:
    std::string path_of(std::string_view name) const { return fmt::format("{}/{}", directory_, name); }

    Status hold(std::unique_ptr<WritableFile>& reserve, std::string_view name, std::uint64_t bytes) {
        auto file = files_.create(path_of(name));
        if (!file) return file.error();
        reserve = std::move(*file);
        return fill_reserve(*reserve, bytes);
    }

    Status give_back(std::unique_ptr<WritableFile>& reserve, std::string_view name) {
        if (!reserve) return {};
        reserve.reset();
        if (auto status = files_.remove(path_of(name)); !status) return status;
        // Some file systems give the space back only with this.
        return files_.sync_directory(directory_);
    }

    Status append_once(const Message& message) {
        if (auto status = may_append(message); !status) return status;
        const auto payload = message.payload();
        BlockHeader block;
        block.type = static_cast<BlockType>(message.topic);
        block.encoding = BodyEncoding::PLAIN;
        block.sequence = message.sequence;
        block.slot = message.slot;
        std::span<const std::byte> body = payload;
        if (storage_.compression() == config::Storage::ZSTD) {
            if (const auto encoded = encoder_.encode(payload); !encoded.empty()) {
                block.encoding = BodyEncoding::DELTA_ZSTD;
                body = encoded;
            }
        }
        const auto header = std::as_bytes(std::span(message.header));
        if (auto status = rotate(message.sequence, sizeof block + header.size() + body.size()); !status)
            return status;
        if (auto status = segment_->append(block, header, body, payload.size()); !status) return status;
        next_sequence_ = message.sequence + 1;
        ++appended_;
        return {};
    }

    Status may_append(const Message& message) const {
        if (lost_) return *lost_;
        const auto refuse = [&](std::string why) {
            return error(ErrorKind::REFUSED, fmt::format("{}: {}", directory_, why));
        };
        if (closed_) return refuse("the run is closed");
        if (message.topic != Topic::SPILL && message.topic != Topic::VERDICT)
            return refuse(fmt::format("a {} message is not recorded", name_of(message.topic)));
        if (message.sequence < next_sequence_)
            return refuse(fmt::format("message {} after {}", message.sequence, next_sequence_ - 1));
        if (message.header.size() > max_header_bytes || message.payload().size() > max_payload_bytes)
            return refuse(fmt::format("a message of {} + {} bytes; at most {} + {} are allowed",
                                      message.header.size(), message.payload().size(), max_header_bytes,
                                      max_payload_bytes));
        return {};
    }

    // Sees to it that there is an open segment with room for `bytes`.
    Status rotate(std::uint64_t sequence, std::uint64_t bytes) {
        if (segment_ && segment_->blocks() > 0) {
            const std::chrono::duration<double> age = Clock::now() - segment_opened_;
            if (segment_->size() + bytes > storage_.segment_bytes() || segment_->blocks() >= most_blocks_ ||
                age.count() > storage_.segment_s())
                if (auto status = close_segment(); !status) return status;
        }
        return segment_ ? Status{} : open_segment(sequence);
    }

    Status open_segment(std::uint64_t first_sequence) {
        wire::SegmentHeader header;
        header.set_segment(next_segment_);
        header.set_first_sequence(first_sequence);
        *header.mutable_run() = description_;
        auto segment = SegmentWriter::create(files_, directory_, header);
        if (!segment) return segment.error();
        segment_ = std::move(*segment);
        segment_opened_ = Clock::now();
        ++next_segment_;
        return {};
    }

    Status close_segment() {
        if (auto status = segment_->finish(); !status) return status;
        if (auto status = segment_->sync(); !status) return lose(status.error());
        if (auto status = segment_->make_read_only(); !status) return status;
        synced_ = appended_;
        earlier_bytes_ += segment_->size();
        segment_.reset();
        return {};
    }

    // After a failed sync nobody knows what is on disk (the kernel may have dropped it): no end record may
    // say that all is well, so the run stays as it is and reads as aborted.
    Status lose(const Error& cause) {
        lost_ = cause;
        return cause;
    }

    FileLayer& files_;
    std::string directory_;
    wire::RunDescription description_;
    config::Storage storage_;
    std::uint64_t reserve_bytes_ = 0;
    std::uint64_t most_blocks_ = 0;                  // per segment, so that its index fits the reserve
    std::unique_ptr<WritableFile> reserve_;          // for the end record
    std::unique_ptr<WritableFile> verdict_reserve_;  // for the verdicts of slots that are open on a full disk
    SampleEncoder encoder_;
    std::unique_ptr<SegmentWriter> segment_;
    Clock::time_point segment_opened_;
    std::uint32_t next_segment_ = 0;
    std::uint64_t next_sequence_ = 0;
    std::uint64_t appended_ = 0;
    std::uint64_t synced_ = 0;
    std::uint64_t earlier_bytes_ = 0;
    std::optional<Error> lost_;
    bool closed_ = false;
};

}  // namespace

std::string run_directory_name(std::uint32_t number, std::string_view daemon, bool lead) {
    return lead ? fmt::format("run-{:06}", number) : fmt::format("run-{:06}-{}", number, daemon);
}

Result<std::unique_ptr<RunWriter>> RunWriter::create(FileLayer& files, const std::string& runs_dir,
                                                     const wire::RunDescription& description,
                                                     const config::Storage& storage) {
    const auto name = run_directory_name(description.number(), description.daemon(), !description.follower());
    return open_run_writer(files, runs_dir, name, description, storage);
}

Result<std::unique_ptr<RunWriter>> open_run_writer(FileLayer& files, const std::string& parent,
                                                   const std::string& name,
                                                   const wire::RunDescription& description,
                                                   const config::Storage& storage) {
    auto writer =
        std::make_unique<SegmentedRunWriter>(files, fmt::format("{}/{}", parent, name), description, storage);
    if (auto status = writer->start(parent); !status) return status.error();
    return std::unique_ptr<RunWriter>(std::move(writer));
}

}  // namespace spillgate::proto
