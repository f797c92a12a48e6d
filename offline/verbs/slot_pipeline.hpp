// Reads, decodes and reconstructs blocks of a run on several threads and hands back the results on the
// caller's thread in the order of the blocks, so that nothing downstream depends on the number of threads.
// Memory is bounded: a ring of blocks in flight.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "offline/engine.hpp"
#include "proto/run_file/run_reader.hpp"

namespace spillgate::offline {

// Owns threads; the destructor ends them when the block that each works on is done.
class SlotPipeline {
  public:
    // One result: of a spill its candidates, of a verdict itself, or an error (IO: of the system, not of the
    // run).
    struct Done {
        proto::BlockPlace place;
        proto::Status status;
        std::string daemon;  // of the spill
        SlotCandidates candidates;
        proto::Verdict verdict;
    };
    using Sink = std::function<void(Done&)>;

    // `sink` is called from push() and drain(), on their thread.
    SlotPipeline(const Engine& engine, unsigned threads, Sink sink);
    SlotPipeline(const SlotPipeline&) = delete;
    SlotPipeline& operator=(const SlotPipeline&) = delete;
    ~SlotPipeline();

    void push(const proto::BlockPlace& place);  // of a spill or a verdict; waits if too many are in flight
    void drain();                               // until every pushed block has been handed to the sink

  private:
    struct Job {
        Done done;
        bool finished = false;
    };
    void work(EngineWorker& worker);
    static proto::Status process(Done& done, EngineWorker& worker, proto::BlockContents& contents,
                                 proto::SpillRecord& record);
    void hand_over(std::uint64_t count);

    Sink sink_;
    std::vector<Job> ring_;
    std::uint64_t pushed_ = 0;       // blocks given
    std::uint64_t taken_ = 0;        // blocks that a thread has begun
    std::uint64_t handed_over_ = 0;  // blocks whose result the sink has had
    bool stopping_ = false;
    const Job* awaited_ = nullptr;  // by the caller's thread, which nobody else's end need wake
    std::mutex mutex_;
    std::condition_variable work_there_, work_done_;
    std::vector<std::unique_ptr<EngineWorker>> workers_;
    std::vector<std::jthread> threads_;
};

}  // namespace spillgate::offline
