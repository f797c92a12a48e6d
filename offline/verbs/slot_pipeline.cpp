#include "offline/verbs/slot_pipeline.hpp"

#include <algorithm>

#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

// Blocks in flight per thread: enough that a slow one does not stall the others.
constexpr std::size_t ring_per_thread = 8;

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
    if (pushed_ - handed_over_ == ring_.size()) hand_over_oldest();
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
    while (handed_over_ < pushed_)
        hand_over_oldest();
}

void SlotPipeline::hand_over_oldest() {
    auto& job = ring_[handed_over_ % ring_.size()];
    {
        std::unique_lock lock(mutex_);
        work_done_.wait(lock, [&] { return job.finished; });
    }
    sink_(job.done);
    ++handed_over_;
}

proto::Status SlotPipeline::process(Done& done, EngineWorker& worker, proto::BlockContents& contents,
                                    proto::SpillRecord& record) {
    const auto block = contents.read(done.place);
    if (!block) return block.error();
    if (block->topic == proto::Topic::VERDICT) {
        auto verdict = proto::decode_verdict(block->header);
        if (!verdict) return verdict.error();
        done.verdict = std::move(*verdict);
        return {};
    }
    if (auto status = proto::decode_spill(block->header, block->samples, record); !status) return status;
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
        {
            const std::lock_guard lock(mutex_);
            job->finished = true;
        }
        work_done_.notify_one();
    }
}

}  // namespace spillgate::offline
