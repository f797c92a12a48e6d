#include "tests/offline/verbs/recorded_run.hpp"

#include <filesystem>
#include <memory>
#include <random>

#include <catch2/catch.hpp>

#include "proto/config_loader.hpp"
#include "proto/ledger.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline::testing {

namespace {

constexpr std::uint32_t samples_per_trace = 2000;
constexpr int baseline = 100;

class RunMaker {
  public:
    explicit RunMaker(const RunOptions& options) : options_(options), random_(options.seed) {}

    std::shared_ptr<proto::SpillRecord> record(std::uint64_t slot) {
        auto r = std::make_shared<proto::SpillRecord>();
        r->run = options_.number;
        r->slot = slot;
        r->daemon = options_.daemon;
        r->t0.ticks = static_cast<std::int64_t>(slot) * 8'333'333 + 1'000'000;
        r->clocks = {{0, 500e6, r->t0, 0}};
        for (std::uint32_t channel = 0; channel < 2; ++channel)
            trace(*r, channel);
        if (options_.signal_seed) add_signal(*r);
        // One averaged trace now and then: inspect keeps the streams apart.
        if (slot % 10 == 0) {
            trace(*r, 0);
            r->traces.back().stream = wire::AVERAGED;
        }
        window(*r, wire::ANTI_COINCIDENT, -1900, -900, slot % 11 == 5);
        window(*r, wire::IN_TIME, -900, 100, slot % 13 == 5);
        return r;
    }

    proto::Verdict verdict(std::uint64_t slot, const proto::SpillRecord* record) {
        proto::Verdict v;
        v.run = options_.number;
        v.slot = slot;
        v.daemon = options_.daemon;
        v.disposition = record != nullptr ? wire::COMPLETE : wire::MARK_MISSED;
        v.frequency_hz = 500e6;
        v.charge_state = slot % 17 == 3 ? wire::CHARGE_MISSING : wire::CHARGE_MEASURED;
        if (v.charge_state == wire::CHARGE_MISSING)
            v.quality |= proto::bit(proto::SlotQuality::CHARGE_MISSING);
        v.charge_pc =
            v.charge_state == wire::CHARGE_MISSING ? 0 : 23'000'000 + static_cast<std::int64_t>(slot);
        if (slot % 19 == 7) v.quality |= proto::bit(proto::SlotQuality::NO_BEAM);
        if (slot % 23 == 8) v.quality |= proto::bit(proto::SlotQuality::VETOED);
        if (record == nullptr) return v;
        v.has_record = true;
        v.record_sequence = record->sequence;
        v.t0 = record->t0;
        for (const auto& w : record->windows) {
            v.windows.push_back({w.kind, w.roi_end - w.roi_begin, w.dead_ticks, w.truncated, w.strobe});
            if (w.truncated) v.disposition = wire::TRUNCATED;
        }
        return v;
    }

  private:
    int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

    void trace(proto::SpillRecord& r, std::uint32_t channel) {
        proto::Trace t;
        t.channel = channel;
        t.first = proto::advanced(r.t0, -1900);
        t.encoding = {8, true, 0};
        t.offset = r.samples.size();
        t.count = samples_per_trace;
        std::vector<int> code(samples_per_trace, baseline);
        for (auto& c : code)
            c += below(3) - 1;
        for (int pulse = channel == 0 ? 6 + below(20) : 0; pulse > 0; --pulse) {
            const auto at = static_cast<std::size_t>(below(samples_per_trace - 10));
            const int height = 6 + below(40);
            if (options_.signal_seed && !allowed(r.slot, at)) continue;
            for (std::size_t i = 0; i < 6; ++i)
                code[at + i] = std::max(-100, code[at + i] - height);
        }
        for (const int c : code)
            r.samples.push_back(static_cast<std::uint16_t>(static_cast<std::int16_t>(c)));
        r.traces.push_back(t);
    }

    // The C roi begins at sample 1400, of 2 ns.
    static bool allowed(std::uint64_t slot, std::size_t at) {
        return at + 6 < 1390 || (slot % 2 == 0 && at >= 1400 && at < 1500);
    }

    void add_signal(proto::SpillRecord& r) const {
        std::mt19937_64 random(*options_.signal_seed * 1'000'003 + r.slot);
        const bool protons = r.slot % 19 != 7 && r.slot % 23 != 8;
        if (r.slot % 2 == 0 || !protons || random() % 3 == 0) return;
        const auto at = r.traces[0].offset + 1600 + random() % 150;
        auto height = static_cast<int>(20 + random() % 25);
        if (options_.overflowing_signals && random() % 2 == 0) height = 300;
        for (std::size_t i = at; i < at + 6; ++i)
            r.samples[i] = static_cast<std::uint16_t>(static_cast<std::int16_t>(
                std::max(-128, static_cast<int>(static_cast<std::int16_t>(r.samples[i])) - height)));
    }

    static void window(proto::SpillRecord& r, proto::WindowKind kind, std::int64_t begin, std::int64_t end,
                       bool truncated) {
        proto::Window w;
        w.kind = kind;
        w.pretrace_begin = begin;
        w.pretrace_end = w.roi_begin = begin + 400;
        w.roi_end = end;
        w.truncated = truncated;
        w.dead_ticks = begin % 200 == 0 ? 3 : 0;
        w.traces = {0, 1};
        r.windows.push_back(w);
    }

    const RunOptions& options_;
    std::mt19937_64 random_;
};

}  // namespace

std::string run_config() {
    return R"(
name: "small" facility { name: "SNS" repetition_hz: 60 nominal_charge_uc: 23 }
daemon { name: "daq" lead: true }
board { id: 0 sample_rate_mhz: 500 bits: 8 is_signed: true simulation { record_ns: 4000 mark_position_ns: 3800 } }
channel { name: "csi" board: 0 channel: 0 chain: "csi" veto: "muon" }
channel { name: "muon" board: 0 channel: 1 role: VETO }
gate {
  mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 3800
  anti_coincident { pretrace_begin_ns: 0 pretrace_end_ns: 800 roi_begin_ns: 800 roi_end_ns: 2000 }
  in_time { pretrace_begin_ns: 2000 pretrace_end_ns: 2800 roi_begin_ns: 2800 roi_end_ns: 4000 }
}
chain { name: "csi" pmt { baseline_ns: 3000 integration_ns: 400 linear_gate_check: false } }
selection {
  name: "csi-2017" alpha_relative_uncertainty: 0.01
  cut { variable: "pretrace_peaks" max: 6 cost: EXPOSURE }
  cut { variable: "n_peaks" min: 1 cost: EFFICIENCY }
  reject_quality: "overflow" reject_slot_quality: "charge-missing"
}
spectrum { name: "pe" title: "Photoelectrons" selection: "csi-2017"
  axis { variable: "pe" bins: 40 min: 0 max: 20 } }
spectrum { name: "pe_t" title: "PE, t_rec" selection: "csi-2017"
  axis { variable: "pe" bins: 10 min: 0 max: 20 } axis { variable: "t_rec_us" bins: 6 min: 0 max: 1.2 } }
)";
}

std::string write_run(const std::string& runs_dir, const RunOptions& options) {
    const auto config =
        proto::parse_config(options.config.empty() ? run_config() : options.config, "test").value();
    wire::RunDescription about;
    about.set_number(options.number);
    about.set_type(wire::PHYSICS);
    about.set_simulated(true);
    about.set_daemon(options.daemon);
    about.set_software_version("0.0.1");
    about.set_start_utc_ns(1'700'000'000'000'000'000);
    about.set_effective_config(config.effective);
    about.set_config_sha256(config.sha256);
    about.set_blinded(config.config.blinded());
    std::filesystem::create_directories(runs_dir);
    auto writer =
        proto::RunWriter::create(proto::posix_file_layer(), runs_dir, about, config.config.storage()).value();
    RunMaker maker(options);
    proto::Ledger ledger;
    std::uint64_t sequence = 0;
    std::vector<proto::Verdict> waiting;
    const auto put_verdict = [&](proto::Verdict& verdict) {
        verdict.sequence = sequence++;
        ledger.add(verdict);
        writer->append(proto::encode(verdict)).value();
    };
    for (std::uint64_t slot = options.first_slot; slot < options.first_slot + options.slots; ++slot) {
        std::shared_ptr<proto::SpillRecord> record;
        if (slot % 29 != 4) {
            record = maker.record(slot);
            record->sequence = sequence++;
            writer->append(proto::encode(record)).value();
        }
        waiting.push_back(maker.verdict(slot, record.get()));
        if (waiting.size() <= options.verdict_delay) continue;
        put_verdict(waiting.front());
        waiting.erase(waiting.begin());
    }
    for (auto& verdict : waiting)
        put_verdict(verdict);
    if (!options.end_record) {
        writer->sync().value();
        return writer->directory();
    }
    *about.mutable_ledger() = ledger.totals();
    about.set_next_sequence(sequence);
    about.set_stop_utc_ns(1'700'000'001'000'000'000);
    about.set_stop_reason("requested");
    writer->close(about).value();
    return writer->directory();
}

}  // namespace spillgate::offline::testing
