#include "offline/verbs/long_work.hpp"

namespace spillgate::offline {

fit::ParallelOptions LongWork::parallel(unsigned threads) {
    return {threads, stop(), [this](std::uint64_t done, std::uint64_t total) {
                if (!progress_) progress_.emplace(verb_, what_, total);
                progress_->advance(done - shown_);
                shown_ = done;
            }};
}

}  // namespace spillgate::offline
