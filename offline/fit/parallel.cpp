#include "offline/fit/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace spillgate::offline::fit {

namespace {

class Crew {
  public:
    Crew(std::uint64_t total, const ParallelOptions& options, const std::function<Piece()>& make_worker)
        : total_(total), options_(options), make_worker_(make_worker) {}

    void work() {
        try {
            const auto worker = make_worker_();
            while (const auto piece = next()) {
                worker(*piece);
                finish();
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!failure_) failure_ = std::current_exception();
            failed_ = true;
        }
    }

    std::uint64_t done() const {
        if (failure_) std::rethrow_exception(failure_);
        return done_;
    }

  private:
    std::optional<std::uint64_t> next() {
        if (failed_ || options_.stop.stop_requested()) return std::nullopt;
        const auto piece = next_.fetch_add(1);
        if (piece >= total_) return std::nullopt;
        return piece;
    }

    void finish() {
        const std::lock_guard lock(mutex_);
        ++done_;
        if (options_.progress) options_.progress(done_, total_);
    }

    const std::uint64_t total_;
    const ParallelOptions& options_;
    const std::function<Piece()>& make_worker_;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::uint64_t done_ = 0;
    std::exception_ptr failure_;
};

}  // namespace

std::uint64_t work_in_parallel(std::uint64_t total, const ParallelOptions& options,
                               const std::function<Piece()>& make_worker) {
    Crew crew(total, options, make_worker);
    const unsigned wanted =
        options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    const auto threads =
        static_cast<unsigned>(std::min<std::uint64_t>(wanted, std::max<std::uint64_t>(total, 1)));
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < threads; ++i)
            helpers.emplace_back([&crew] { crew.work(); });
        crew.work();
    }
    return crew.done();
}

}  // namespace spillgate::offline::fit
