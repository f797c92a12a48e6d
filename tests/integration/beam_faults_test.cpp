// Every named fault of timing and charge, from an emulated facility over real sockets into the real pipeline:
// what is counted is what was injected, and the ledger closes.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "hw/emulator/beam/beam_service.hpp"
#include "hw/make_source.hpp"
#include "tests/integration/pipeline_sink.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate {
namespace {

using namespace std::chrono_literals;
using hw::emulator::BeamService;
using hw::emulator::PlannedReport;
using hw::emulator::ReportFault;

constexpr double deadline_s = 3;
constexpr std::uint32_t our_flavour = 1;

// The pulses that board and facility both see.
std::string beam_text(double repetition_hz, int charge_offset, bool own_ids, const std::string& more) {
    return fmt::format(R"(repetition_hz: {} jitter_ns: 20000 charge_offset: {} gives_cycle_id: {} seed: 5
                          no_beam_fraction: 0.05 veto_fraction: 0.1 vetoed_with_charge_fraction: 0.5
                          charge_missing_fraction: 0.05 {})",
                       repetition_hz, charge_offset, own_ids, more);
}

config::Config make_config(double repetition_hz, int charge_offset, const std::string& beam,
                           const std::string& source) {
    const std::string text = fmt::format(
        R"(name: "beam-faults"
           facility {{ name: "emulated" repetition_hz: {} our_flavour: {} charge_offset: {} charge_deadline_s: {} }}
           board {{ id: 1 sample_rate_mhz: 250 bits: 14
                    simulation {{ record_ns: 4000 mark_position_ns: 2000 beam {{ {} }} pmt {{ }} }} }}
           channel {{ name: "pmt" board: 1 channel: 0 }}
           channel {{ name: "veto" board: 1 channel: 1 role: VETO }}
           gate {{ mode: BEAM_TRIGGERED reference: MARK mark_position_ns: 2000 ac_margin_ns: 0
                   anti_coincident {{ pretrace_begin_ns: -1900 pretrace_end_ns: -1000
                                      roi_begin_ns: -1000 roi_end_ns: 0 }}
                   in_time {{ pretrace_begin_ns: -1000 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 1500 }} }}
           beam_source {{ name: "facility" latency_ms: 2 emulated: true {} }})",
        repetition_hz, our_flavour, charge_offset, deadline_s, beam, source);
    config::Config config;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &config));
    return config;
}

config::EmulatedBeam emulated(const std::string& beam, const std::string& rest) {
    config::EmulatedBeam settings;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(
        fmt::format("name: \"facility\" beam {{ {} }} {}", beam, rest), &settings));
    return settings;
}

struct Outcome {
    std::vector<proto::Verdict> verdicts;
    std::vector<PlannedReport> sent;
    std::map<std::string, std::uint64_t> faults;
    std::map<std::string, std::uint64_t> drops;
    bool closes = false;
    std::uint64_t slots = 0;

    std::uint64_t fault(const std::string& name) const {
        const auto found = faults.find(name);
        return found == faults.end() ? 0 : found->second;
    }
    std::uint64_t drop(const std::string& name) const {
        const auto found = drops.find(name);
        return found == drops.end() ? 0 : found->second;
    }
};

// Runs board and facility until `reports` were sent, and then until the last slot that had one has its
// verdict.
Outcome run(const config::Config& config, BeamService& service, std::size_t reports) {
    auto source = hw::make_source(config.board(0), config);
    if (!source) FAIL(source.error().message);
    CHECK((*source)->info().simulated);
    auto pipeline = daq::Pipeline::create({config, "daq", {(*source)->info()}, {}, {}, {}});
    if (!pipeline) FAIL(pipeline.error().message);
    pipeline->begin(7, {});
    test::PipelineSink sink(*pipeline);
    std::stop_source stop;
    bool in_time = true;
    std::jthread conductor([&] {
        const auto patience = std::chrono::steady_clock::now() + 300s;
        const auto until = [&](auto condition) {
            while (in_time && !condition()) {
                std::this_thread::sleep_for(5ms);
                in_time = std::chrono::steady_clock::now() < patience;
            }
        };
        until([&] { return service.subscribers() > 0 || service.adara_clients() > 0; });
        service.start();
        until([&] { return service.sent().size() >= reports; });
        service.stop();
        // The stream must pass the deadline of the last slot that had a report.
        const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(deadline_s + 1);
        until([&] { return std::chrono::steady_clock::now() >= end; });
        stop.request_stop();
    });
    CHECK((*source)->run(sink, stop.get_token()).has_value());
    conductor.join();
    REQUIRE(in_time);
    pipeline->finish(sink.outlet);

    Outcome outcome;
    outcome.verdicts = sink.outlet.verdicts;
    outcome.sent = service.sent();
    const auto statistics = pipeline->statistics();
    outcome.closes = statistics.ledger.closes();
    outcome.slots = statistics.ledger.slots();
    const auto totals = statistics.ledger.totals();
    for (const auto& fault : totals.faults())
        outcome.faults[fault.name()] = fault.value();
    for (const auto& drop : statistics.drops)
        outcome.drops[drop.name] = drop.value;
    return outcome;
}

// What the facts of the facility say should have been counted.
struct Expected {
    std::uint64_t missing = 0;
    std::uint64_t uncorrected = 0;
    std::uint64_t not_ours = 0;
    std::uint64_t vetoed_with_charge = 0;
    std::uint64_t for_no_mark = 0;
    std::uint64_t for_no_mark_again = 0;  // of them, a second report; after the verdict it is late instead
    std::uint64_t out_of_order = 0;
    std::uint64_t late_or_twice = 0;
    std::uint64_t no_beam = 0;
};

struct SlotFacts {
    std::optional<PlannedReport> report;
    bool uncorrected = false;
};

std::uint64_t cycle_of(const proto::Verdict& verdict, double repetition_hz) {
    return static_cast<std::uint64_t>(
        std::llround(static_cast<double>(verdict.t0.ticks) / verdict.frequency_hz * repetition_hz));
}

// `adara`: what is UNCORRECTED was left out, and a packet counts only if it follows the one before by one
// period.
Expected expect(const Outcome& outcome, double repetition_hz, int offset, bool adara) {
    std::map<std::uint64_t, SlotFacts> slots;
    std::set<std::uint64_t> unmarked;
    for (const auto& verdict : outcome.verdicts) {
        const auto cycle = cycle_of(verdict, repetition_hz);
        slots[cycle];
        if (verdict.disposition == wire::MARK_MISSED) unmarked.insert(cycle);
    }
    REQUIRE(slots.size() == outcome.verdicts.size());

    Expected expected;
    std::set<std::uint64_t> reported_unmarked;
    std::optional<std::uint64_t> before;
    std::optional<std::int64_t> packet_before;
    const auto first = slots.begin()->first;
    for (const auto& report : outcome.sent) {
        if (adara && report.fault == ReportFault::UNCORRECTED) continue;
        bool uncorrected = !adara && report.fault == ReportFault::UNCORRECTED;
        if (adara) {
            const double period_ns = 1e9 / repetition_hz;
            uncorrected = !packet_before || std::abs(static_cast<double>(report.mark_ns - *packet_before) -
                                                     period_ns) >= period_ns / 4;
            packet_before = report.mark_ns;
        }
        if (report.is_no_cycle) {
            ++expected.for_no_mark;
            continue;
        }
        if (report.cycle < first) continue;  // the first mark was missed
        expected.out_of_order += before && report.cycle < *before;
        before = report.cycle;
        if (unmarked.contains(report.cycle) && report.fault != ReportFault::LATE) {
            ++expected.for_no_mark;
            expected.for_no_mark_again += !reported_unmarked.insert(report.cycle).second;
        }
        if (report.cycle == first && offset < 0) continue;  // of the pulse before the run
        auto slot = slots.find(offset < 0 ? report.cycle - 1 : report.cycle);
        REQUIRE(slot != slots.end());
        if (report.fault == ReportFault::LATE || slot->second.report) {
            ++expected.late_or_twice;
            continue;
        }
        slot->second = {report, uncorrected};
    }
    for (const auto& [cycle, facts] : slots) {
        expected.missing += !facts.report;
        expected.uncorrected += facts.report && facts.uncorrected;
        if (!facts.report || facts.uncorrected) continue;
        const auto& report = *facts.report;
        expected.not_ours += report.flavour != our_flavour && report.flavour != 0;
        expected.vetoed_with_charge += report.facility_veto && report.charge_pc > 0;
        expected.no_beam += report.flavour == 0 || report.charge_pc <= 0;
    }
    return expected;
}

void compare(const Outcome& outcome, const Expected& expected) {
    CHECK(outcome.closes);
    CHECK(outcome.slots == outcome.verdicts.size());
    CHECK(outcome.fault("charge-missing") == expected.missing);
    CHECK(outcome.fault("charge-uncorrected") == expected.uncorrected);
    CHECK(outcome.fault("flavour-not-ours") == expected.not_ours);
    CHECK(outcome.fault("vetoed-with-charge") == expected.vetoed_with_charge);
    CHECK(outcome.fault("charge-for-no-mark") <= expected.for_no_mark);
    CHECK(outcome.fault("charge-for-no-mark") >= expected.for_no_mark - expected.for_no_mark_again);
    CHECK(outcome.fault("charge-out-of-order") == expected.out_of_order);
    // Where the second of two comes after the verdict on the first, it is late.
    CHECK(outcome.drop("charge-late") + outcome.drop("charge-duplicate") == expected.late_or_twice);
    std::uint64_t no_beam = 0;
    for (const auto& verdict : outcome.verdicts) {
        CHECK(verdict.has(proto::SlotQuality::SIMULATED));
        no_beam += verdict.has(proto::SlotQuality::NO_BEAM) && verdict.charge_state == wire::CHARGE_MEASURED;
    }
    CHECK(no_beam == expected.no_beam);
    // Each was there at all.
    CHECK(expected.uncorrected > 0);
    CHECK(expected.not_ours > 0);
    CHECK(expected.vetoed_with_charge > 0);
    CHECK(expected.for_no_mark > 0);
    CHECK(expected.late_or_twice > 0);
    CHECK(expected.missing > 0);
}

const std::string report_faults =
    R"(latency_ms: 2 faults_after: 20 out_of_order_fraction: 0.06 duplicate_fraction: 0.06
    for_no_mark_fraction: 0.06 uncorrected_fraction: 0.06 late_fraction: 0.04 late_ms: 6000
    wrong_flavour_fraction: 0.06 )";

}  // namespace

TEST_CASE("every fault of marks and of the timing service is counted once, by the facility's cycle ids") {
    const proto::testing::TemporaryDirectory folder;
    const std::string endpoint = "ipc://" + folder.path() + "/timing";
    const std::string beam =
        beam_text(25, 0, true, "missed_fraction: 0.05 extra_fraction: 0.05 duplicate_fraction: 0.05");
    auto service = BeamService::create(
        emulated(beam, report_faults + fmt::format("service_endpoint: \"{}\"", endpoint)));
    REQUIRE(service.has_value());
    const auto config = make_config(25, 0, beam, fmt::format("service {{ endpoint: \"{}\" }}", endpoint));
    const auto outcome = run(config, **service, 400);
    const auto expected = expect(outcome, 25, 0, false);
    compare(outcome, expected);
    CHECK(expected.out_of_order > 0);

    std::uint64_t missed = 0;
    std::uint64_t extra = 0;
    std::uint64_t twice = 0;
    for (const auto& verdict : outcome.verdicts) {
        missed += verdict.disposition == wire::MARK_MISSED;
        extra += verdict.has(proto::SlotQuality::EXTRA_MARK);
        twice += verdict.has(proto::SlotQuality::DUPLICATE_MARK);
    }
    CHECK(missed > 0);
    CHECK(outcome.fault("mark-missed") == missed);
    CHECK(outcome.fault("mark-extra") + outcome.fault("mark-out-of-tolerance") >= extra);
    CHECK(outcome.fault("mark-extra") > 0);
    CHECK(outcome.fault("mark-duplicate") >= twice);
    CHECK(twice > 0);
    CHECK(outcome.drop("beam-report-corrupt") == 0);
}

TEST_CASE("every fault of the timing service is counted once where the digitizer's marks carry no ids") {
    const proto::testing::TemporaryDirectory folder;
    const std::string endpoint = "ipc://" + folder.path() + "/timing";
    auto service = BeamService::create(emulated(
        beam_text(8, 0, true, ""), report_faults + fmt::format("service_endpoint: \"{}\"", endpoint)));
    REQUIRE(service.has_value());
    const auto config = make_config(8, 0, beam_text(8, 0, false, ""),
                                    fmt::format("service {{ endpoint: \"{}\" }}", endpoint));
    const auto outcome = run(config, **service, 200);
    const auto expected = expect(outcome, 8, 0, false);
    compare(outcome, expected);
    CHECK(expected.out_of_order > 0);
}

TEST_CASE("every fault of an ADARA stream is counted once, its charge being of the pulse before") {
    const std::string beam = beam_text(8, -1, false, "");
    auto service =
        BeamService::create(emulated(beam, R"(latency_ms: 2 faults_after: 20 duplicate_fraction: 0.06
        for_no_mark_fraction: 0.06 uncorrected_fraction: 0.06 wrong_flavour_fraction: 0.06 adara_port: 0)"));
    REQUIRE(service.has_value());
    const auto config = make_config(
        8, -1, beam, fmt::format("adara {{ address: \"127.0.0.1\" port: {} }}", (*service)->adara_port()));
    const auto outcome = run(config, **service, 200);
    const auto expected = expect(outcome, 8, -1, true);
    compare(outcome, expected);
    CHECK(outcome.fault("charge-out-of-order") == 0);
}

TEST_CASE("a beam source that is not there is told by name, and the run goes on without charge") {
    const std::string beam = beam_text(25, 0, true, "");
    const proto::testing::TemporaryDirectory folder;
    const auto config =
        make_config(25, 0, beam, fmt::format("service {{ endpoint: \"ipc://{}/nobody\" }}", folder.path()));
    auto source = hw::make_source(config.board(0), config);
    REQUIRE(source.has_value());
    auto pipeline = daq::Pipeline::create({config, "daq", {(*source)->info()}, {}, {}, {}});
    REQUIRE(pipeline.has_value());
    pipeline->begin(7, {});
    std::stop_source stop;
    // Stops when the silence has been told and some slots have their verdict.
    class Watch : public test::PipelineSink {
      public:
        Watch(daq::Pipeline& pipeline, std::stop_source& stop) : PipelineSink(pipeline), stop_(stop) {}
        bool put_or_drop(hw::Batch&& batch) override {
            for (const auto& event : batch.device_events)
                if (event.name == "beam-silent-facility") ++silent;
            PipelineSink::put_or_drop(std::move(batch));
            if (silent > 0 && outlet.verdicts.size() > 10) stop_.request_stop();
            return true;
        }
        int silent = 0;

      private:
        std::stop_source& stop_;
    };
    Watch sink(*pipeline, stop);
    CHECK((*source)->run(sink, stop.get_token()).has_value());
    pipeline->finish(sink.outlet);
    CHECK(sink.silent == 1);
    const auto statistics = pipeline->statistics();
    CHECK(statistics.ledger.closes());
    for (const auto& verdict : sink.outlet.verdicts)
        CHECK(verdict.charge_state == wire::CHARGE_MISSING);
}

}  // namespace spillgate
