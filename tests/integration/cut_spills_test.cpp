// Spills that trigger all 16 channels of an emulated SIS3316 at the same sample, from UDP through the gate:
// no slot of which the module cut or lost anything is called complete.
#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "hw/make_source.hpp"
#include "tests/integration/pipeline_sink.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using hw::emulator::Fate;
using Emulated = hw::emulator::sis3316::EmulatedSis3316;

namespace {

constexpr std::size_t channels = 16;

struct Setting {
    double trigger_hz = 0;
    const char* faults = "";  // of the emulator
    const char* module = "";  // more settings of the driver's
};

// Records of a quarter of a millisecond: some are being stored when banks are swapped.
std::unique_ptr<Emulated> start_device(const Setting& setting) {
    config::EmulatedModule module;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(
        fmt::format(R"(name: "sis" board {{ id: 3 bits: 14 sample_rate_mhz: 62.5 }}
                       pattern {{ trigger_hz: {} }} sis3316 {{ paced: false }} faults {{ {} }})",
                    setting.trigger_hz, setting.faults),
        &module));
    auto device = Emulated::create(module, true).value();
    REQUIRE(device->start().has_value());
    return device;
}

// Its windows end where the records do.
config::Config config_of(const Setting& setting, const Emulated& device) {
    const auto endpoint = device.endpoint();
    std::string text = fmt::format(
        R"(name: "cut-spills"
           facility {{ name: "emulated" repetition_hz: {} our_flavour: 1 charge_deadline_s: 0.1 }}
           board {{ id: 3 sample_rate_mhz: 62.5 bits: 14
                    sis3316 {{ address: "127.0.0.1" port: {} local_port: 0 {}
                               input {{ record_ns: 262144 pretrigger_ns: 3200 }} }}
                    mark {{ trigger {{ channel: 0 }} }} }}
           gate {{ mode: BEAM_TRIGGERED reference: MARK mark_position_ns: 3200 ac_margin_ns: 0
                   anti_coincident {{ pretrace_begin_ns: -3200 pretrace_end_ns: -1600
                                      roi_begin_ns: -1600 roi_end_ns: 0 }}
                   in_time {{ pretrace_begin_ns: -1600 pretrace_end_ns: 0
                              roi_begin_ns: 0 roi_end_ns: 258944 }} }}
           )",
        setting.trigger_hz, endpoint.substr(endpoint.rfind(':') + 1), setting.module);
    for (std::size_t channel = 0; channel < channels; ++channel)
        text += fmt::format("channel {{ name: \"pmt{0}\" board: 3 channel: {0} }}\n", channel);
    config::Config config;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &config));
    return config;
}

// What the module did to each spill, by timestamp, in the order of its ledger.
struct Spill {
    std::size_t stored = 0;
    std::size_t cut = 0;
    std::size_t lost = 0;
};

std::map<std::int64_t, Spill> spills_of(const Emulated& device) {
    std::map<std::int64_t, Spill> spills;
    std::int64_t newest = 0;
    for (const auto& entry : device.ledger()) {
        const auto ticks = static_cast<std::int64_t>(entry.timestamp);
        if (ticks + 1'000'000 < newest) {  // the counter was cleared
            spills.clear();
            newest = 0;
        }
        newest = std::max(newest, ticks);
        auto& spill = spills[ticks];
        ++(entry.fate == Fate::STORED      ? spill.stored
           : entry.fate == Fate::TRUNCATED ? spill.cut
                                           : spill.lost);
    }
    return spills;
}

// Counts verdicts for the thread that ends the run.
class Watched : public test::PipelineSink {
  public:
    using PipelineSink::PipelineSink;
    bool put_or_drop(hw::Batch&& batch) override {
        PipelineSink::put_or_drop(std::move(batch));
        for (; seen_ < outlet.verdicts.size(); ++seen_) {
            const auto& verdict = outlet.verdicts[seen_];
            ++(verdict.disposition == wire::COMPLETE ? complete : others);
            const auto record = outlet.records.find(verdict.slot);
            if (record != outlet.records.end()) record->second.samples = {};  // half a megabyte each
        }
        return true;
    }
    std::atomic<std::size_t> complete = 0;
    std::atomic<std::size_t> others = 0;

  private:
    std::size_t seen_ = 0;
};

}  // namespace

TEST_CASE("a slot is complete if and only if its spill's 16 channels were stored whole") {
    const auto setting =
        GENERATE(Setting{20, "truncate_at_swap: true", "jumbo: true swap_ms: 1"},
                 // Two events fill a bank, which takes longer to read than spills are apart.
                 Setting{300, "", "packets_per_request: 1 swap_ms: 100 bank_threshold_words: 8300"});
    INFO(setting.faults << " " << setting.module);
    const auto device = start_device(setting);
    const auto config = config_of(setting, *device);
    auto source = hw::make_source(config.board(0), config);
    if (!source) FAIL(source.error().message);
    auto pipeline = daq::Pipeline::create({config, "daq", {(*source)->info()}, {}, {}, {}});
    if (!pipeline) FAIL(pipeline.error().message);
    pipeline->begin(7, {});
    Watched sink(*pipeline);
    std::stop_source stop;
    bool in_time = false;
    std::jthread conductor([&] {
        const auto patience = std::chrono::steady_clock::now() + 300s;
        while (!in_time && std::chrono::steady_clock::now() < patience) {
            std::this_thread::sleep_for(5ms);
            in_time = sink.complete >= 20 && sink.others >= 3;
        }
        stop.request_stop();
    });
    CHECK((*source)->run(sink, stop.get_token()).has_value());
    conductor.join();
    CHECK(in_time);
    pipeline->finish(sink.outlet);
    REQUIRE(device->stop().has_value());

    const auto statistics = pipeline->statistics();
    CHECK(statistics.ledger.closes());
    CHECK(statistics.ledger.slots() == sink.outlet.verdicts.size());
    const auto spills = spills_of(*device);
    std::size_t cut = 0;
    std::size_t complete = 0;
    for (const auto& verdict : sink.outlet.verdicts) {
        const auto record = sink.outlet.records.find(verdict.slot);
        const auto spill = spills.find(verdict.t0.ticks);
        if (verdict.disposition == wire::COMPLETE) {
            ++complete;
            REQUIRE(spill != spills.end());
            CHECK(spill->second.stored == channels);
            REQUIRE(record != sink.outlet.records.end());
            CHECK(record->second.traces.size() == channels);
        }
        // Where the mark was lost with the spill, the time is a prediction.
        if (spill == spills.end() || verdict.disposition == wire::MARK_MISSED) continue;
        if (spill->second.stored == channels) CHECK(verdict.disposition == wire::COMPLETE);
        if (spill->second.cut == 0 || record == sink.outlet.records.end()) continue;
        ++cut;
        CHECK(verdict.disposition == wire::TRUNCATED);
        CHECK(verdict.has(proto::SlotQuality::WINDOW_TRUNCATED));
        for (const auto& window : record->second.windows)
            if (window.kind == wire::IN_TIME) CHECK(window.truncated);
        const auto flagged = std::ranges::count_if(record->second.traces, [](const auto& trace) {
            return (trace.flags & proto::TRACE_TRUNCATED) != 0;
        });
        CHECK(flagged <= static_cast<std::ptrdiff_t>(spill->second.cut));
        CHECK(flagged > 0);
    }
    CHECK(complete >= 20);
    if (setting.faults[0] != '\0') CHECK(cut > 0);
}
