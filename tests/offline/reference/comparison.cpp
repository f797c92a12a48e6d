#include "tests/offline/reference/comparison.hpp"

#include <cmath>

#include <fmt/format.h>

#include "offline/reconstruction/pmt/pmt_variables.hpp"
#include "proto/config_loader.hpp"

namespace spillgate::tests {

namespace {

using offline::Candidate;
using namespace offline::pmt;

std::string_view name_of(SlowVariant variant) {
    switch (variant) {
        case SlowVariant::LOCAL_BASELINE:
            return "LOCAL_BASELINE";
        case SlowVariant::CONDITIONAL_MEAN:
            return "CONDITIONAL_MEAN";
        default:
            return "MEDIAN";
    }
}

config::Config config_of(const SlowSettings& settings) {
    const auto text = fmt::format(R"(
name: "comparison"
facility {{ name: "SNS" repetition_hz: 60 }}
board {{ id: 0 sample_rate_mhz: 500 bits: 8 is_signed: true simulation {{}} }}
channel {{ name: "csi" board: 0 channel: 0 chain: "csi" veto: "muon" }}
channel {{ name: "muon" board: 0 channel: 1 role: VETO }}
gate {{
  mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 54950
  anti_coincident {{ pretrace_begin_ns: 500 pretrace_end_ns: 39900 roi_begin_ns: 39900 roi_end_ns: 54950 }}
  in_time {{ pretrace_begin_ns: 15550 pretrace_end_ns: 54950 roi_begin_ns: 54950 roi_end_ns: 70000 }}
}}
chain {{ name: "csi" pmt {{ variant: {} codes: {} veto_codes: {} spe_charge_adc: {} }} }}
)",
                                  name_of(settings.variant), settings.correct_codes ? "CSI_2017" : "IDENTITY",
                                  settings.correct_codes ? "MUON_2017" : "IDENTITY", settings.spe_charge);
    return proto::parse_config(text, "comparison").value().config;
}

void add_trace(proto::SpillRecord& record, std::uint32_t channel, const std::vector<int>& codes) {
    proto::Trace trace;
    trace.channel = channel;
    trace.encoding = {8, true, 0};
    trace.offset = record.samples.size();
    trace.count = static_cast<std::uint32_t>(codes.size());
    record.traces.push_back(trace);
    for (const int code : codes)
        record.samples.push_back(static_cast<std::uint16_t>(static_cast<std::int16_t>(code)));
}

proto::Window window_of(proto::WindowKind kind, const std::array<int, 2>& pretrace,
                        const std::array<int, 2>& roi, int t0) {
    proto::Window window;
    window.kind = kind;
    window.pretrace_begin = pretrace[0] - t0;
    window.pretrace_end = pretrace[1] - t0;
    window.roi_begin = roi[0] - t0;
    window.roi_end = roi[1] - t0;
    window.traces = {0, 1};
    return window;
}

proto::SpillRecord record_of(const std::vector<int>& csi, const std::vector<int>& muon,
                             const SlowWindows& windows) {
    proto::SpillRecord record;
    const int t0 = windows.c_roi[0];
    record.t0.ticks = t0;
    record.clocks.push_back({0, 500e6, record.t0, 0});
    add_trace(record, 0, csi);
    add_trace(record, 1, muon);
    record.windows = {window_of(wire::ANTI_COINCIDENT, windows.ac_pretrace, windows.ac_roi, t0),
                      window_of(wire::IN_TIME, windows.c_pretrace, windows.c_roi, t0)};
    return record;
}

class Differences {
  public:
    void exact(std::string_view what, double engine, double slow) {
        if (!(engine == slow)) text_ += fmt::format("{}: engine {}, slow {}; ", what, engine, slow);
    }
    void close(std::string_view what, double engine, double slow) {
        if (!(std::abs(engine - slow) <= 1e-9 * std::max(1.0, std::abs(slow))))
            text_ += fmt::format("{}: engine {}, slow {}; ", what, engine, slow);
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

std::string compare(std::string_view window, const Candidate& engine, const SlowRecord& record,
                    const SlowCandidate& slow, double spe_charge) {
    Differences d;
    const auto& v = engine.value;
    d.exact("found", engine.found, slow.found);
    d.exact("pretrace peaks", v[PRETRACE_PEAKS], slow.pretrace_peaks);
    d.exact("baseline", v[BASELINE_ADC], record.baseline);
    d.exact("linear gate", (engine.quality & LINEAR_GATE) != 0, record.linear_gate);
    d.exact("overflow", (engine.quality & OVERFLOW) != 0, record.overflow);
    d.exact("muon", (engine.quality & MUON) != 0, record.muon);
    d.exact("muon onsets", v[N_MUONS], static_cast<double>(record.muon_onsets.size()));
    if (engine.found && slow.found) {
        d.exact("t_rec", v[T_REC_NS], slow.t_rec_ns);
        d.exact("peaks", v[N_PEAKS], slow.n_peaks);
        d.close("charge", v[CHARGE_ADC], slow.charge);
        d.close("PE", v[PE], slow.charge / spe_charge);
        // Where the charge is not positive a rise time means nothing, and the engine says so.
        if (slow.charge > 0) {
            d.close("t10", v[T10_NS], 2 * slow.t10);
            d.close("t50", v[T50_NS], 2 * slow.t50);
            d.close("t90", v[T90_NS], 2 * slow.t90);
            d.close("t0-50", v[T0_50_NS], 2 * slow.t50);
            d.close("t10-90", v[T10_90_NS], 2 * (slow.t90 - slow.t10));
        } else {
            d.exact("t50 absent", std::isnan(v[T50_NS]), 1);
        }
    }
    return d.text().empty() ? "" : fmt::format("{}: {}", window, d.text());
}

}  // namespace

ChainUnderTest::ChainUnderTest(const SlowSettings& settings) : spe_charge_(settings.spe_charge) {
    const auto config = config_of(settings);
    chain_ = offline::make_chain(config.chain(0), config).value();
    worker_ = chain_->make_worker();
}

std::string ChainUnderTest::difference(const std::vector<int>& csi, const std::vector<int>& muon,
                                       const SlowWindows& windows, const SlowRecord& slow) {
    const auto record = record_of(csi, muon, windows);
    const std::vector<std::uint32_t> detector{0};
    const std::vector<offline::ChannelTraces> vetoes{{1, {1}}};
    std::vector<Candidate> candidates;
    worker_->reconstruct({record, 0, detector, vetoes, {}}, candidates);
    return difference(candidates, slow);
}

std::string ChainUnderTest::difference(const std::vector<Candidate>& candidates,
                                       const SlowRecord& slow) const {
    if (candidates.size() != 2) return fmt::format("{} candidates for 2 windows", candidates.size());
    return compare("AC", candidates[0], slow, slow.anti_coincident, spe_charge_) +
           compare("C", candidates[1], slow, slow.in_time, spe_charge_);
}

}  // namespace spillgate::tests
