// The daemon's road without its threads: the source's own thread runs the pipeline.
#pragma once

#include <utility>

#include "daq/pipeline.hpp"
#include "hw/source.hpp"
#include "tests/daq/collecting_outlet.hpp"

namespace spillgate::test {

class PipelineSink : public hw::Sink {
  public:
    explicit PipelineSink(daq::Pipeline& pipeline) : pipeline_(pipeline) {}
    hw::Batch empty() override { return {}; }
    bool wait_and_put(hw::Batch&& batch) override {
        pipeline_.accept(std::move(batch), outlet);
        return true;
    }
    bool put_or_drop(hw::Batch&& batch) override { return wait_and_put(std::move(batch)); }

    daq::test::CollectingOutlet outlet;

  private:
    daq::Pipeline& pipeline_;
};

}  // namespace spillgate::test
