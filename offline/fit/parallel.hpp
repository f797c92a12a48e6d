// Independent pieces of work, shared between threads that end with the call.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

namespace spillgate::offline::fit {

struct ParallelOptions {
    unsigned threads = 0;  // 0: as many as the machine runs at once
    std::stop_token stop;
    // Called from the working threads, one at a time, after each piece: (done, total). Must be quick.
    std::function<void(std::uint64_t, std::uint64_t)> progress;
};

// One thread's work: called with the number of a piece. Made on the thread that calls it, so that it may own
// that thread's memory.
using Piece = std::function<void(std::uint64_t)>;

// Does pieces 0 … total − 1, each exactly once, started in this order. Asked to stop, it finishes those that
// have been started, so what is done is always 0 … n − 1 without a hole. Gives n. Rethrows the first
// exception of a piece.
std::uint64_t work_in_parallel(std::uint64_t total, const ParallelOptions& options,
                               const std::function<Piece()>& make_worker);

}  // namespace spillgate::offline::fit
