// The range "since the reset": where it begins, and how people ask the writer to begin it anew. Nothing of
// the run changes by it: spectra and files go on as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "offline/spectra/spectra.hpp"
#include "proto/result.hpp"

namespace spillgate::online {

// The state of a run that the range begins after: what a snapshot showed.
struct SpectraReset {
    std::uint32_t run = 0;
    std::string person;
    std::int64_t utc_ns = 0;   // of that snapshot
    std::uint64_t spills = 0;  // RunView::spills_filled then
    std::shared_ptr<const offline::Spectra> spectra;
};
using SpectraResetPtr = std::shared_ptr<const SpectraReset>;

// On their way from consoles to the writer, which takes them up with its next snapshot.
class ResetRequests {  // thread-safe; the lock covers a few pointers
  public:
    // Called once on the writer's thread, after the snapshot with the reset is out. Errors: REFUSED.
    using Answer = std::function<void(proto::Result<SpectraResetPtr>)>;
    struct Asked {
        std::string person;
        Answer answer;
    };

    // False: too many wait already; then `answer` is not called.
    bool ask(std::string person, Answer answer);
    // All that wait, in their order.
    std::vector<Asked> take();

  private:
    static constexpr std::size_t most = 16;
    std::mutex mutex_;
    std::vector<Asked> waiting_;
};

}  // namespace spillgate::online
