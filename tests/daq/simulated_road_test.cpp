// The shipped demo's detector and beam through the pipeline.
#include <thread>

#include <catch2/catch.hpp>

#include "daq/pipeline.hpp"
#include "hw/make_source.hpp"
#include "proto/config_loader.hpp"
#include "tests/daq/collecting_outlet.hpp"

namespace spillgate::daq {
namespace {

class StraightSink : public hw::Sink {
  public:
    StraightSink(Pipeline& pipeline, Outlet& outlet) : pipeline_(pipeline), outlet_(outlet) {}
    hw::Batch empty() override { return {}; }
    bool wait_and_put(hw::Batch&& batch) override {
        pipeline_.accept(std::move(batch), outlet_);
        return true;
    }
    bool put_or_drop(hw::Batch&& batch) override { return wait_and_put(std::move(batch)); }

  private:
    Pipeline& pipeline_;
    Outlet& outlet_;
};

}  // namespace

TEST_CASE("the demo's slots carry covered C and AC windows and their charge") {
    auto loaded = proto::load_config(std::string(SPILLGATE_SOURCE_DIR) + "/config/demo-simulation.txtpb");
    REQUIRE(loaded.has_value());
    auto config = loaded->config;
    auto* simulation = config.mutable_board(0)->mutable_simulation();
    simulation->set_as_fast_as_possible(true);
    simulation->set_stop_after_slots(200);
    auto source = hw::make_source(config.board(0), config);
    REQUIRE(source.has_value());
    auto pipeline = Pipeline::create({config, "daq", {(*source)->info()}, {}, {}, {}});
    REQUIRE(pipeline.has_value());
    test::CollectingOutlet outlet;
    StraightSink sink(*pipeline, outlet);
    pipeline->begin(1, {});
    REQUIRE((*source)->run(sink, {}).has_value());
    pipeline->finish(outlet);

    const auto statistics = pipeline->statistics();
    const auto totals = statistics.ledger.totals();
    INFO(totals.DebugString());
    CHECK(statistics.ledger.closes());
    CHECK(totals.slots() >= 199);
    CHECK(totals.complete() + totals.mark_missed() == totals.slots());
    CHECK(totals.complete() > 190);
    CHECK(totals.charge_measured_pc() > 0);
    // The AC roi (15 050 ns) ends on the mark and is as long as the C roi: every complete slot has both.
    CHECK(totals.in_time_roi_ticks() == static_cast<std::int64_t>(totals.complete()) * 7525);
    CHECK(totals.anti_coincident_roi_ticks() == totals.in_time_roi_ticks());
    CHECK(outlet.in_sequence);
    for (const auto& [slot, record] : outlet.records)
        CHECK((record.quality & bit(proto::SlotQuality::SIMULATED)) != 0);
}

}  // namespace spillgate::daq
