#include "offline/verbs/slot_pipeline.hpp"

#include <algorithm>

#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

// Blocks in flight per thread: enough that a slow one does not stall the others, and that the caller's thread
// need be woken only once for half of them.
constexpr std::size_t ring_per_thread = 32;

}  // namespace

SlotPipeline::SlotPipeline(const Engine& engine, unsigned threads, Sink sink)
    : sink_(std::move(sink)), ring_(ring_per_thread * std::max(threads, 1u)) {
    for (unsigned i = 0; i < std::max(threads, 1u); ++i)
        workers_.push_back(engine.make_worker());
    for (auto& worker : workers_)
        threads_.emplace_back([this, &worker] { work(*worker); });
}

SlotPipeline::~SlotPipeline() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    work_there_.notify_all();
}

void SlotPipeline::push(const proto::BlockPlace& place) {
    if (pushed_ - handed_over_ == ring_.size()) hand_over(ring_.size() / 2);
    auto& job = ring_[pushed_ % ring_.size()];
    job.done.place = place;
    {
        const std::lock_guard lock(mutex_);
        job.finished = false;
        ++pushed_;
    }
    work_there_.notify_one();
}

void SlotPipeline::drain() {
    hand_over(pushed_ - handed_over_);
}

// The oldest `count` blocks. Waits for the last of them first: most of the others are then done, too.
void SlotPipeline::hand_over(std::uint64_t count) {
    const auto job = [&](std::uint64_t block) -> Job& { return ring_[block % ring_.size()]; };
    const std::uint64_t end = handed_over_ + count;
    for (std::uint64_t next = end; next > handed_over_; --next) {
        std::unique_lock lock(mutex_);
        awaited_ = &job(next - 1);
        work_done_.wait(lock, [&] { return awaited_->finished; });
    }
    for (; handed_over_ < end; ++handed_over_)
        sink_(job(handed_over_).done);
}

proto::Status SlotPipeline::process(Done& done, EngineWorker& worker, proto::BlockContents& contents,
                                    proto::SpillRecord& record) {
    if (done.place.fixed.type == proto::BlockType::VERDICT) {
        const auto block = contents.read(done.place);
        if (!block) return block.error();
        auto verdict = proto::decode_verdict(block->header);
        if (!verdict) return verdict.error();
        done.verdict = std::move(*verdict);
        return {};
    }
    if (auto status = contents.read(done.place, record); !status) return status;
    done.daemon = record.daemon;
    worker.reconstruct(record, done.candidates);
    return {};
}

void SlotPipeline::work(EngineWorker& worker) {
    proto::SpillRecord record;
    proto::BlockContents contents;
    for (;;) {
        Job* job = nullptr;
        {
            std::unique_lock lock(mutex_);
            work_there_.wait(lock, [&] { return stopping_ || taken_ < pushed_; });
            if (stopping_) return;
            job = &ring_[taken_++ % ring_.size()];
        }
        job->done.status = process(job->done, worker, contents, record);
        bool awaited = false;
        {
            const std::lock_guard lock(mutex_);
            job->finished = true;
            awaited = job == awaited_;
        }
        if (awaited) work_done_.notify_one();
    }
}

}  // namespace spillgate::offline
