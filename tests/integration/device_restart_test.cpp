// A device that dies in mid-run and comes back: spillgate-emulator is killed under a running spillgate-daq
// and started again. What the run's files say is compared with what the facility did meanwhile.
#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "proto/run_file/run_reader.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/integration/daemon_process.hpp"
#include "tests/integration/facility_cycles.hpp"
#include "tests/integration/udp_relay.hpp"

using namespace spillgate;
using test::await;
using test::MarkedSlot;

namespace {

// What the emulated devices look at: one facility, whose marks jitter.
std::string simulated_board(unsigned id) {
    return fmt::format(
        R"(id: {} name: "digitizer {}" sample_rate_mhz: 250 bits: 14
           simulation {{ seed: 3 record_ns: 8000 mark_position_ns: 4000
                         beam {{ repetition_hz: 20 seed: 9 }} pmt {{ baseline_adc: 8000 }} }})",
        id, id);
}

// A board of the daemon's: two channels on the facility's trigger, in a clock domain of its own.
std::string daq_board(unsigned id, const std::string& device) {
    return fmt::format(
        R"(board {{ id: {0} name: "digitizer {0}" clock_domain: {0} sample_rate_mhz: 250 bits: 14
                    {1} mark {{ trigger {{ channel: 0 }} }} }}
           channel {{ name: "pmt{0}" board: {0} channel: 0 }}
           channel {{ name: "veto{0}" board: {0} channel: 1 role: VETO }}
           )",
        id, device);
}

constexpr const char* input = "input { channel: 0 channel: 1 record_ns: 8000 pretrigger_ns: 4000 }";

// Small packets and patience: a busy machine is no lost device.
std::string sis3316_at(unsigned port) {
    return fmt::format(R"(sis3316 {{ address: "127.0.0.1" port: {} local_port: 0 timeout_ms: 1000 {} }})",
                       port, input);
}

std::string dig2_at(unsigned port) {
    return fmt::format(R"(dig2 {{ address: "127.0.0.1" port: {} timeout_ms: 4000 {} }})", port, input);
}

std::string write_daq_config(const std::string& directory, const std::string& boards) {
    const auto path = directory + "/daq.txtpb";
    std::ofstream(path) << fmt::format(
        R"(name: "restart"
           facility {{ name: "emulated" repetition_hz: 20 our_flavour: 1 charge_deadline_s: 0.2
                       mark_tolerance_ns: 200000 }}
           network {{ runtime_dir: "{0}" }}
           storage {{ runs_dir: "{0}/runs" }}
           daemon {{ name: "daq" lead: true }}
           {1}
           gate {{ mode: BEAM_TRIGGERED reference: MARK mark_position_ns: 4000 ac_margin_ns: 0
                   anti_coincident {{ pretrace_begin_ns: -3900 pretrace_end_ns: -2000
                                      roi_begin_ns: -2000 roi_end_ns: 0 }}
                   in_time {{ pretrace_begin_ns: -2000 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 3500 }} }}
           clock_tie {{ marks_to_lock: 16 }}
           )",
        directory, boards);
    return path;
}

// spillgate-emulator with one device, which can be killed and started again at the same port.
class Device {
  public:
    // `model`: the device's part of the emulator's configuration, without its port.
    Device(std::string directory, std::string name, std::string model, unsigned board)
        : directory_(std::move(directory)), name_(std::move(name)), model_(std::move(model)), board_(board) {}

    // Returns its port; 0 if it does not listen.
    std::uint16_t start() {
        const auto stem = fmt::format("{}/{}-{}", directory_, name_, ++starts_);
        const auto braces = model_.find('}');
        std::ofstream(stem + ".txtpb")
            << "name: \"" << name_ << "\" module { name: \"" << name_ << "\" " << model_.substr(0, braces)
            << " port: " << port_ << model_.substr(braces) << " board { " << simulated_board(board_)
            << " } } control_endpoint: \"ipc://" << directory_ << "/" << name_ << "\"\n";
        process_ = std::make_unique<test::Process>(
            directory_, "spillgate-emulator",
            std::vector<std::string>{"--config", stem + ".txtpb", "--ports-file", stem + ".ports"});
        std::string endpoint;
        const bool listens = await([&] {
            std::ifstream ports(stem + ".ports");
            std::string word;
            return bool(ports >> word >> endpoint) || !process_->running();
        });
        if (!listens || endpoint.empty()) UNSCOPED_INFO(process_->err());
        port_ = endpoint.empty()
                    ? std::uint16_t{0}
                    : static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
        return port_;
    }
    void kill() {
        process_->signal(SIGKILL);
        (void)process_->wait();
    }
    pid_t pid() const { return process_->pid(); }

  private:
    std::string directory_;
    std::string name_;
    std::string model_;
    unsigned board_;
    int starts_ = 0;
    std::uint16_t port_ = 0;
    std::unique_ptr<test::Process> process_;
};

test::FacilityCycles facility() {
    config::Board board;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(simulated_board(0), &board));
    return test::FacilityCycles(*hw::simulation::parameters_of(board));
}

// A run's files, which must be whole and close.
struct Files {
    wire::RunDescription description;
    std::vector<proto::Verdict> verdicts;
    std::map<std::uint64_t, proto::SpillRecord> records;

    std::uint64_t drop(const std::string& name) const {
        for (const auto& drop : description.drops())
            if (drop.name() == name) return drop.value();
        return 0;
    }
    std::size_t count(proto::Disposition disposition) const {
        return static_cast<std::size_t>(
            std::ranges::count(verdicts, disposition, &proto::Verdict::disposition));
    }
};

Files read_files(const std::string& run_directory) {
    const auto verification = proto::verify_run(run_directory);
    REQUIRE(verification.has_value());
    for (const auto& damage : verification->damage)
        UNSCOPED_INFO(damage.file << ": " << damage.error.message);
    CHECK(verification->valid());
    Files files;
    files.description = verification->description;
    const auto reader = proto::RunReader::open(run_directory);
    REQUIRE(reader.has_value());
    const auto read = reader->for_each([&](const proto::BlockView& block) {
        if (block.topic == proto::Topic::VERDICT) {
            files.verdicts.push_back(*proto::decode_verdict(block.header));
        } else if (block.topic == proto::Topic::SPILL) {
            proto::SpillRecord record;
            if (proto::decode_spill(block.header, block.samples, record).has_value())
                files.records[record.slot] = std::move(record);
        }
        return true;
    });
    REQUIRE(read.has_value());
    for (std::size_t i = 0; i < files.verdicts.size(); ++i)
        CHECK(files.verdicts[i].slot == i);
    CHECK(files.verdicts.size() == files.description.ledger().slots());
    return files;
}

// Until twenty slots are complete.
void begin_run(test::Control& control, test::Process& daemon) {
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto started = control.start();
    INFO(started.reason() << daemon.err());
    REQUIRE(started.ok());
    REQUIRE(control.await_status([](const auto& s) { return s.run().ledger().complete() >= 20; }));
}

// Of a run in which one device was lost, and came back.
Files end_run(test::Control& control, const test::ScratchDirectory& directory) {
    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    auto files = read_files(directory.path() + "/runs/run-000001");
    CHECK(files.drop("device-lost") == 1);
    CHECK(files.drop("device-readopted") == 1);
    return files;
}

// Slots with a mark, in one epoch of the marks' clock.
std::vector<MarkedSlot> marked_slots(const Files& files, std::uint32_t epoch) {
    std::vector<MarkedSlot> slots;
    for (const auto& verdict : files.verdicts)
        if (verdict.t0.epoch == epoch && verdict.has_record)
            slots.push_back({verdict.slot, verdict.t0.ticks});
    return slots;
}

std::string joined(const wire::DaemonStatus& status) {
    std::string all;
    for (const auto& message : status.messages())
        all += message + "\n";
    return all;
}

}  // namespace

TEST_CASE("an SIS3316 that dies in mid-run is adopted again, the slots meanwhile are lost-device, by number",
          "[integration]") {
    const bool in_transfer = GENERATE(true, false);
    INFO((in_transfer ? "in the middle of a bank's transfer" : "between two banks"));
    const test::ScratchDirectory directory;
    const auto cycles = facility();
    Device device(directory.path(), "sis", "sis3316 { }", 0);
    test::UdpRelay relay;
    relay.lead_to(device.start());
    const auto config = write_daq_config(directory.path(), daq_board(0, sis3316_at(relay.port())));
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    begin_run(control, daemon);

    // Command 0x30 answers with a bank's words, 360 a packet, packets numbered from 0; command 0x20 with one
    // register is the look for a threshold while nothing is being read.
    std::atomic<bool> dead = false;
    relay.watch([&](std::span<const std::uint8_t> answer) {
        const bool now = in_transfer ? answer[0] == 0x30 && (answer[2] & 0xF) == 1
                                     : answer[0] == 0x20 && answer.size() == 7;
        if (now && !dead.exchange(true)) ::kill(device.pid(), SIGKILL);
        return !dead.load();
    });
    REQUIRE(await([&] { return dead.load(); }));
    device.kill();

    // While it is away: the run stays open, and the status says which device and why.
    REQUIRE(control.await_status([](const auto& s) { return s.devices_size() == 1 && s.devices(0).lost(); }));
    const auto away = control.status();
    CHECK(away.state() == wire::RUNNING);
    CHECK_THAT(away.devices(0).trouble(), Catch::Contains("no answer from 127.0.0.1"));
    const auto told = test::run_program(directory.path(), "spillgate-ctl", {"--config", config, "status"});
    CHECK_THAT(told.out, Catch::Contains("digitizer 0: LOST for") &&
                             Catch::Contains("no answer from 127.0.0.1") && Catch::Contains("running"));

    relay.watch({});
    relay.lead_to(device.start());
    const auto slots = away.run().ledger().complete();
    REQUIRE(control.await_status([&](const auto& s) { return s.run().ledger().complete() >= slots + 20; }));
    const auto back = control.status();
    CHECK(back.state() == wire::RUNNING);
    REQUIRE(back.devices_size() == 1);
    CHECK_FALSE(back.devices(0).lost());
    CHECK(back.devices(0).losses() == 1);
    CHECK_THAT(joined(back), Catch::Contains("digitizer 0 is back"));
    const auto files = end_run(control, directory);
    const auto before = marked_slots(files, 0);
    const auto last_epoch = files.verdicts.back().t0.epoch;
    CHECK(last_epoch > 0);
    const auto after = marked_slots(files, last_epoch);
    const auto first_cycle = cycles.of(before, 0);
    const auto cycle_after = cycles.of(after, 0);
    REQUIRE(first_cycle.has_value());
    REQUIRE(cycle_after.has_value());
    // Slots count the facility's cycles, those of the gap too.
    CHECK(*cycle_after - *first_cycle == after.front().slot - before.front().slot);
    // The bank that died with the device at least.
    const auto gap = after.front().slot - before.back().slot - 1;
    CHECK(gap > 0);
    CHECK(files.count(wire::COMPLETE) == before.size() + after.size());
    CHECK(files.count(wire::LOST_DEVICE) == gap);
    CHECK(files.count(wire::COMPLETE) + files.count(wire::LOST_DEVICE) == files.verdicts.size());
    for (const auto& verdict : files.verdicts) {
        const bool in_gap = verdict.slot > before.back().slot && verdict.slot < after.front().slot;
        CHECK((verdict.disposition == wire::LOST_DEVICE) == in_gap);
        CHECK(verdict.has_record == !in_gap);
    }
    for (const auto& [slot, record] : files.records)
        CHECK(record.traces.size() == 2);
}

TEST_CASE("of two digitizers on clocks of their own either dies in mid-run, is adopted again, and tied again",
          "[integration]") {
    const bool gives_marks = GENERATE(false, true);
    INFO((gives_marks ? "the SIS3316, whose marks open slots" : "the VX2730 beside it"));
    const test::ScratchDirectory directory;
    const auto cycles = facility();
    Device sis(directory.path(), "sis", "sis3316 { }", 0);
    Device dig2(directory.path(), "dig2", "dig2 { }", 1);
    const auto sis_port = sis.start();
    const auto dig2_port = dig2.start();
    const auto config = write_daq_config(
        directory.path(), daq_board(0, sis3316_at(sis_port)) + daq_board(1, dig2_at(dig2_port)));
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    begin_run(control, daemon);

    Device& victim = gives_marks ? sis : dig2;
    const int index = gives_marks ? 0 : 1;
    victim.kill();
    REQUIRE(control.await_status(
        [&](const auto& s) { return s.devices_size() == 2 && s.devices(index).lost(); }));
    // The other one goes on: its half of the slots is recorded.
    const auto truncated = control.status().run().ledger().truncated();
    REQUIRE(
        control.await_status([&](const auto& s) { return s.run().ledger().truncated() >= truncated + 5; }));
    const auto away = control.status();
    CHECK(away.state() == wire::RUNNING);
    CHECK_FALSE(away.devices(1 - index).lost());
    const auto told = test::run_program(directory.path(), "spillgate-ctl", {"--config", config, "status"});
    CHECK_THAT(told.out, Catch::Contains(fmt::format("digitizer {}: LOST for", index)));

    REQUIRE(victim.start() != 0);
    const auto complete = away.run().ledger().complete();
    REQUIRE(
        control.await_status([&](const auto& s) { return s.run().ledger().complete() >= complete + 20; }));
    const auto back = control.status();
    CHECK_FALSE(back.devices(index).lost());
    REQUIRE(back.clock_ties_size() == 1);
    CHECK(back.clock_ties(0).locked());
    const auto files = end_run(control, directory);
    CHECK(files.count(wire::COMPLETE) + files.count(wire::TRUNCATED) + files.count(wire::LOST_DEVICE) ==
          files.verdicts.size());
    // A slot is complete if and only if both digitizers are in it, by their own marks.
    std::map<std::uint32_t, std::vector<MarkedSlot>> complete_slots;  // by epoch of the marks' clock
    for (const auto& verdict : files.verdicts) {
        const auto found = files.records.find(verdict.slot);
        const std::size_t traces = found == files.records.end() ? 0 : found->second.traces.size();
        CHECK((verdict.disposition == wire::COMPLETE) == (traces == 4));
        CHECK((verdict.disposition == wire::TRUNCATED) == (traces == 2));
        if (verdict.disposition != wire::COMPLETE) continue;
        complete_slots[verdict.t0.epoch].push_back({verdict.slot, verdict.t0.ticks});
        for (const auto& trace : found->second.traces) {
            const auto* clock = found->second.clock_of(trace.first.domain);
            REQUIRE(clock != nullptr);
            REQUIRE(clock->t0.comparable(trace.first));
            CHECK(std::abs(clock->t0.ticks - trace.first.ticks - 1000) <= 2);
        }
    }
    // Every slot is one cycle of the facility, from the first to the last.
    REQUIRE(complete_slots.size() == (gives_marks ? 2 : 1));
    const auto& first = complete_slots.begin()->second;
    const auto& last = complete_slots.rbegin()->second;
    CHECK(last.back().slot - first.front().slot >= 40);
    CHECK(first.front().slot == 0);  // the run began when the clocks were tied
    const auto first_cycle = cycles.of(first, 1);
    const auto last_cycle = cycles.of(last, 1);
    REQUIRE(first_cycle.has_value());
    REQUIRE(last_cycle.has_value());
    CHECK(*last_cycle - *first_cycle == last.front().slot - first.front().slot);
}
