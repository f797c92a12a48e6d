#include "tests/offline/reconstruction/pmt_record.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "offline/reconstruction/pmt/pmt_variables.hpp"

namespace spillgate::offline::test {

namespace {

config::Channel* add_channel(config::Config& config, const std::string& name, std::uint32_t number,
                             config::Channel::Role role) {
    auto* channel = config.add_channel();
    channel->set_name(name);
    channel->set_board(0);
    channel->set_channel(number);
    channel->set_role(role);
    return channel;
}

}  // namespace

config::Config beam_triggered_config() {
    config::Config config;
    auto* board = config.add_board();
    board->set_id(0);
    board->set_sample_rate_mhz(500);
    board->set_bits(8);
    board->set_is_signed(true);
    auto* csi = add_channel(config, "csi", 0, config::Channel::DETECTOR);
    csi->set_chain("pmt");
    csi->add_veto("muon");
    add_channel(config, "muon", 1, config::Channel::VETO);
    config.mutable_gate()->set_mode(config::Gate::BEAM_TRIGGERED);
    auto* chain = config.add_chain();
    chain->set_name("pmt");
    chain->mutable_pmt();
    return config;
}

config::Config self_triggered_config() {
    auto config = beam_triggered_config();
    config.mutable_board(0)->set_sample_rate_mhz(250);
    config.mutable_board(0)->set_bits(14);
    config.mutable_board(0)->set_is_signed(false);
    config.mutable_gate()->set_mode(config::Gate::SELF_TRIGGERED);
    return config;
}

RecordBuilder::RecordBuilder(double frequency_hz) {
    record.t0.ticks = 1000;
    record.clocks.push_back({0, frequency_hz, record.t0, 0});
}

std::uint32_t RecordBuilder::add_trace(std::uint32_t channel, std::int64_t first_tick, const Codes& codes,
                                       proto::Encoding encoding) {
    proto::Trace trace;
    trace.channel = channel;
    trace.first = proto::advanced(record.t0, first_tick);
    trace.encoding = encoding;
    trace.offset = record.samples.size();
    trace.count = static_cast<std::uint32_t>(codes.size());
    for (const auto code : codes)
        record.samples.push_back(
            static_cast<std::uint16_t>(static_cast<std::uint32_t>(code) << encoding.shift));
    record.traces.push_back(trace);
    return static_cast<std::uint32_t>(record.traces.size() - 1);
}

void RecordBuilder::add_window(proto::WindowKind kind, std::int64_t pretrace_begin, std::int64_t pretrace_end,
                               std::int64_t roi_begin, std::int64_t roi_end) {
    proto::Window window;
    window.kind = kind;
    window.pretrace_begin = pretrace_begin;
    window.pretrace_end = pretrace_end;
    window.roi_begin = roi_begin;
    window.roi_end = roi_end;
    for (std::uint32_t i = 0; i < record.traces.size(); ++i)
        window.traces.push_back(i);
    record.windows.push_back(window);
}

std::vector<Candidate> reconstruct(const config::Config& config, const proto::SpillRecord& record) {
    const auto chain = make_chain(config.chain(0), config);
    if (!chain) FAIL(chain.error().message);
    std::vector<std::uint32_t> detector;
    std::vector<ChannelTraces> vetoes{{1, {}}};
    for (std::uint32_t i = 0; i < record.traces.size(); ++i)
        (record.traces[i].channel == 0 ? detector : vetoes[0].indices).push_back(i);
    std::vector<Candidate> candidates;
    (*chain)->make_worker()->reconstruct({record, 0, detector, vetoes, {}}, candidates);
    return candidates;
}

double value(const Candidate& candidate, std::string_view variable) {
    const auto found = std::find_if(pmt::variables.begin(), pmt::variables.end(),
                                    [&](const Variable& v) { return v.name == variable; });
    REQUIRE(found != pmt::variables.end());
    return candidate.value[static_cast<std::size_t>(found - pmt::variables.begin())];
}

bool has_quality(const Candidate& candidate, std::string_view name) {
    const auto found = std::find(pmt::quality_names.begin(), pmt::quality_names.end(), name);
    REQUIRE(found != pmt::quality_names.end());
    return (candidate.quality >> (found - pmt::quality_names.begin()) & 1u) != 0;
}

Codes flat(std::size_t length, std::int32_t level,
           const std::vector<std::pair<std::size_t, std::int32_t>>& at) {
    Codes codes(length, level);
    for (const auto& [position, code] : at)
        codes.at(position) = code;
    return codes;
}

}  // namespace spillgate::offline::test
