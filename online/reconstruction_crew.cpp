#include "online/reconstruction_crew.hpp"

namespace spillgate::online {

ReconstructionCrew::ReconstructionCrew(const offline::Engine& engine, unsigned threads) {
    const ChannelTallies nothing(watched_channels(engine.config()));
    members_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i)
        members_.push_back({engine.make_worker(), {}, {}, nothing});
    for (std::size_t i = 1; i < members_.size(); ++i) {
        threads_.emplace_back([this, i](const std::stop_token& stop) { serve(stop, members_[i]); });
    }
}

ReconstructionCrew::~ReconstructionCrew() {
    for (auto& thread : threads_)
        thread.request_stop();
}

void ReconstructionCrew::run(std::span<SpillJob> jobs) {
    if (jobs.empty()) return;
    const bool alone = jobs.size() == 1 || threads_.empty();
    {
        const std::lock_guard lock(mutex_);
        jobs_ = jobs;
        next_ = 0;
        if (!alone) {
            ++round_;
            busy_ = threads_.size();
        }
    }
    if (!alone) begun_.notify_all();
    work(members_.front());
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return busy_ == 0; });
}

// Between two calls of run() no thread has anything to do.
void ReconstructionCrew::hand_over(ChannelTallies& sum) {
    for (Member& member : members_) {
        sum.add(member.tallies);
        member.tallies.clear();
    }
}

void ReconstructionCrew::serve(const std::stop_token& stop, Member& member) {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    while (begun_.wait(lock, stop, [&] { return round_ != seen; })) {
        seen = round_;
        lock.unlock();
        work(member);
        lock.lock();
        if (--busy_ == 0) ended_.notify_one();
    }
}

void ReconstructionCrew::work(Member& member) {
    for (std::size_t i = next_++; i < jobs_.size(); i = next_++) {
        SpillJob& job = jobs_[i];
        job.status = proto::decode_spill(job.header, job.samples, member.record);
        if (!job.status) continue;
        if (job.live) {
            member.worker->reconstruct(member.record, job.candidates, member.facts);
            member.tallies.add(member.record.run, member.facts);
        } else {
            member.worker->reconstruct(member.record, job.candidates);
        }
        job.run = member.record.run;
        job.sequence = member.record.sequence;
        job.daemon = member.record.daemon;
        job.utc_ns = member.record.utc_ns;
        job.window_end_utc_ns =
            member.record.window_age_ns > 0 ? member.record.utc_ns - member.record.window_age_ns : 0;
        job.done_utc_ns = proto::utc_now_ns();
    }
}

}  // namespace spillgate::online
