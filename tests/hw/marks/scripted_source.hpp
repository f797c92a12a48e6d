// A source that yields the batches a test made, for tests of sources around sources.
#pragma once

#include <utility>
#include <vector>

#include "hw/source.hpp"

namespace spillgate::hw::testing {

class ScriptedSource : public Source {
  public:
    ScriptedSource(SourceInfo info, std::vector<Batch> batches, proto::Status end = {})
        : info_(std::move(info)), batches_(std::move(batches)), end_(std::move(end)) {}

    SourceInfo info() const override { return info_; }
    proto::Status run(Sink& sink, std::stop_token) override {
        for (auto& batch : batches_)
            sink.wait_and_put(Batch(batch));
        return end_;
    }

  private:
    SourceInfo info_;
    std::vector<Batch> batches_;
    proto::Status end_;
};

}  // namespace spillgate::hw::testing
