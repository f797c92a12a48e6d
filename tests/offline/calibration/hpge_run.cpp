#include "tests/offline/calibration/hpge_run.hpp"

#include <filesystem>
#include <memory>

#include "proto/config_loader.hpp"
#include "proto/ledger.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline::test {

std::string hpge_run_config() {
    return R"(
name: "hpge" facility { name: "none" repetition_hz: 1 }
daemon { name: "daq" lead: true }
board { id: 0 sample_rate_mhz: 62.5 bits: 16 replay { path: "recording" } }
channel { name: "ge" board: 0 channel: 0 chain: "hpge" }
gate { mode: FREE_RUNNING slice_ns: 1e9 }
chain { name: "hpge" hpge {
  baseline_ns: 12000 decay_ns: 60000 rise_ns: 8000 flat_top_ns: 3000
  t0_rise_ns: 128 t0_fall_ns: 4096 t0_threshold_adc: 40 pile_up_threshold_adc: 100 pile_up_after_ns: 6000
  current_ns: 128 energy_threshold_adc: 200 overflow_high: 65520 } }
selection { name: "clean" reject_quality: "overflow" reject_quality: "pile-up" reject_quality: "short-trace" }
spectrum { name: "energy" title: "Energy" selection: "clean"
  axis { variable: "energy_kev" bins: 2800 min: 0 max: 2800 } }
)";
}

std::string write_hpge_run(const std::string& runs_dir, std::uint32_t number,
                           const std::vector<proto::SpillRecord>& records, std::int64_t start_utc_ns,
                           std::int64_t stop_utc_ns) {
    const auto config = proto::parse_config(hpge_run_config(), "test").value();
    wire::RunDescription about;
    about.set_number(number);
    about.set_type(wire::SOURCE);
    about.set_daemon("daq");
    about.set_start_utc_ns(start_utc_ns);
    about.set_effective_config(config.effective);
    about.set_config_sha256(config.sha256);
    std::filesystem::create_directories(runs_dir);
    auto writer =
        proto::RunWriter::create(proto::posix_file_layer(), runs_dir, about, config.config.storage()).value();
    proto::Ledger ledger;
    std::uint64_t sequence = 0;
    for (const auto& record : records) {
        auto written = std::make_shared<proto::SpillRecord>(record);
        written->run = number;
        written->daemon = "daq";
        written->sequence = sequence++;
        writer->append(proto::encode(std::shared_ptr<const proto::SpillRecord>(written))).value();
        proto::Verdict verdict;
        verdict.run = number;
        verdict.slot = record.slot;
        verdict.daemon = "daq";
        verdict.disposition = wire::COMPLETE;
        verdict.has_record = true;
        verdict.record_sequence = written->sequence;
        verdict.t0 = record.t0;
        verdict.frequency_hz = record.clocks.front().frequency_hz;
        for (const auto& w : record.windows)
            verdict.windows.push_back({w.kind, w.roi_end - w.roi_begin, w.dead_ticks, w.truncated, w.strobe});
        verdict.sequence = sequence++;
        ledger.add(verdict);
        writer->append(proto::encode(verdict)).value();
    }
    *about.mutable_ledger() = ledger.totals();
    about.set_next_sequence(sequence);
    about.set_stop_utc_ns(stop_utc_ns);
    about.set_stop_reason("requested");
    writer->close(about).value();
    return writer->directory();
}

}  // namespace spillgate::offline::test
