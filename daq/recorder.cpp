#include "daq/recorder.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "daq/byte_text.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_at_once = 64;  // messages taken from the buffer under one lock
constexpr auto idle_wait = std::chrono::seconds(1);

}  // namespace

Recorder::Recorder(std::unique_ptr<proto::RunWriter> writer, proto::FileLayer& files,
                   RecorderSettings settings)
    : writer_(std::move(writer)),
      files_(files),
      settings_(settings),
      directory_(writer_->directory()),
      waiting_(std::max<std::size_t>(settings.buffer_messages, 16)),
      last_sync_(Clock::now()) {
    status_.capacity_bytes = settings_.buffer_bytes;
    thread_ = std::thread([this] { run(); });
}

Recorder::~Recorder() {
    {
        const std::lock_guard lock(mutex_);
        finishing_ = abandoned_ = true;
        filled_.notify_all();
        emptied_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

bool Recorder::admit(std::uint64_t payload_bytes, bool wait) {
    std::unique_lock lock(mutex_);
    // Part of the ring is kept for verdicts, which are small and must get through. A record larger than the
    // whole buffer gets in alone.
    const auto fits = [&] {
        return waiting_.size() < waiting_.capacity() / 4 * 3 &&
               (status_.used_bytes == 0 || status_.used_bytes + payload_bytes <= settings_.buffer_bytes);
    };
    if (wait) emptied_.wait(lock, [&] { return fits() || abandoned_ || refusing_; });
    if (!fits() || refusing_) {
        ++status_.refused_records;
        return false;
    }
    status_.used_bytes += payload_bytes;
    status_.high_water_bytes = std::max(status_.high_water_bytes, status_.used_bytes);
    return true;
}

void Recorder::put(proto::MessagePtr message) {
    const std::lock_guard lock(mutex_);
    if (waiting_.full()) {
        // Only after the disk has stood still for as long as it takes to fill the verdicts' share.
        ++status_.lost_verdicts;
        if (!refusing_) {
            refusing_ = true;
            status_.stop_reason = "disk-failed";
            status_.error = "the disk has not taken anything for so long that verdicts are lost";
        }
        return;
    }
    waiting_.push_back(std::move(message));
    if (waiting_.size() == 1) filled_.notify_one();
}

void Recorder::abandon_waiting() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    emptied_.notify_all();
}

proto::Status Recorder::finish() {
    {
        const std::lock_guard lock(mutex_);
        finishing_ = true;
        filled_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    const std::lock_guard lock(mutex_);
    if (status_.stop_reason == "disk-failed") return proto::error(proto::ErrorKind::IO, status_.error);
    return {};
}

proto::Status Recorder::close(const wire::RunDescription& final_description) {
    auto closed = writer_->close(final_description);
    const std::lock_guard lock(mutex_);
    status_.bytes_written = writer_->bytes_written();
    return closed;
}

RecorderStatus Recorder::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

proto::Ledger Recorder::ledger() const {
    const std::lock_guard lock(mutex_);
    return ledger_;
}

bool Recorder::take(std::vector<proto::MessagePtr>& batch, bool& finishing) {
    std::unique_lock lock(mutex_);
    const auto until = unsynced_ ? last_sync_ + settings_.sync : Clock::now() + idle_wait;
    filled_.wait_until(lock, until, [&] { return finishing_ || !waiting_.empty(); });
    while (!waiting_.empty() && batch.size() < most_at_once) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    finishing = finishing_ && waiting_.empty();
    return !batch.empty();
}

void Recorder::run() {
    std::vector<proto::MessagePtr> batch;
    batch.reserve(most_at_once);
    for (bool finishing = false; !finishing;) {
        take(batch, finishing);
        for (auto& message : batch) {
            const auto bytes = message->payload().size();
            write(message);
            message.reset();
            if (bytes > 0) {
                const std::lock_guard lock(mutex_);
                status_.used_bytes -= std::min<std::uint64_t>(status_.used_bytes, bytes);
                emptied_.notify_all();
            }
            if (Clock::now() - last_sync_ >= settings_.sync) sync();
        }
        batch.clear();
        if (finishing || Clock::now() - last_sync_ >= settings_.sync) sync();
    }
}

void Recorder::count_verdict(const proto::Message& message) {
    if (message.topic != proto::Topic::VERDICT) return;
    auto verdict = proto::decode_verdict(std::as_bytes(std::span(message.header)));
    const std::lock_guard lock(mutex_);
    if (verdict) ledger_.add(*verdict);
}

void Recorder::write(const proto::MessagePtr& message) {
    if (failed_) return write_after_failure(message);
    if (auto appended = writer_->append(*message); !appended) {
        fail(appended.error());
        return write_after_failure(message);
    }
    appended_end_ = message->sequence + 1;
    unsynced_ = true;
    count_verdict(*message);
}

void Recorder::write_after_failure(const proto::MessagePtr& message) {
    if (message->topic == proto::Topic::SPILL) {
        lost_sequences_.push_back(message->sequence);
        const std::lock_guard lock(mutex_);
        ++status_.lost_records;
        return;
    }
    auto told = message;
    if (auto verdict = proto::decode_verdict(std::as_bytes(std::span(message->header)));
        verdict && verdict->has_record &&
        std::ranges::binary_search(lost_sequences_, verdict->record_sequence)) {
        verdict->disposition = wire::LOST_DISK;
        verdict->has_record = false;
        verdict->record_sequence = 0;
        verdict->windows.clear();
        told = std::make_shared<proto::Message>(proto::encode(*verdict));
    }
    if (!writer_->append(*told)) {
        const std::lock_guard lock(mutex_);
        ++status_.lost_verdicts;
        return;
    }
    unsynced_ = true;
    count_verdict(*told);
}

void Recorder::sync() {
    if (unsynced_ && !sync_failed_) {
        if (auto synced = writer_->sync()) {
            unsynced_ = false;
        } else {
            // A second fsync may succeed though the kernel has dropped the pages: nothing is acknowledged
            // again.
            sync_failed_ = true;
            fail(synced.error());
        }
    }
    last_sync_ = Clock::now();
    const auto free = files_.free_bytes(directory_);
    const std::lock_guard lock(mutex_);
    if (!unsynced_) status_.acknowledged_sequence = appended_end_;
    status_.bytes_written = writer_->bytes_written();
    if (!free) return;
    status_.free_bytes = *free;
    status_.disk_nearly_full = *free < settings_.warn_below_bytes;
    if (*free < settings_.stop_below_bytes && !status_.stop_reason) {
        status_.stop_reason = "disk-full";
        status_.error = fmt::format("{} are free at {}, less than storage.stop_below_bytes ({})",
                                    byte_text(*free), directory_, byte_text(settings_.stop_below_bytes));
    }
}

void Recorder::fail(const proto::Error& error) {
    failed_ = true;
    const std::lock_guard lock(mutex_);
    if (!refusing_) {
        status_.stop_reason = error.kind == proto::ErrorKind::DISK_FULL ? "disk-full" : "disk-failed";
        status_.error = error.message;
    }
    refusing_ = true;
    emptied_.notify_all();
}

}  // namespace spillgate::daq
