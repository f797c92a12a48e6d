#include "tests/offline/reconstruction/several_pmts.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace spillgate::offline::test {

namespace {

constexpr std::uint32_t veto_channel = 99;

config::Channel& add_channel(config::Config& config, const std::string& name, std::uint32_t board,
                             std::uint32_t number) {
    auto& channel = *config.add_channel();
    channel.set_name(name);
    channel.set_board(board);
    channel.set_channel(number);
    return channel;
}

}  // namespace

config::Config several_pmts_config(std::size_t pmts) {
    config::Config config;
    for (const std::uint32_t id : {0u, 1u}) {
        auto& board = *config.add_board();
        board.set_id(id);
        board.set_clock_domain(id);
        board.set_sample_rate_mhz(250);
        board.set_bits(12);
    }
    for (std::uint32_t i = 0; i < pmts; ++i)
        add_channel(config, fmt::format("pmt{}", i), i % 2, i);
    auto& own = *config.mutable_channel(0);
    own.set_chain("chain");
    own.add_veto("veto");
    for (std::uint32_t i = 1; i < pmts; ++i)
        own.add_partner(fmt::format("pmt{}", i));
    add_channel(config, "veto", 0, veto_channel).set_role(config::Channel::VETO);
    config.mutable_gate()->set_mode(config::Gate::BEAM_TRIGGERED);
    config.add_chain()->set_name("chain");
    return config;
}

SeveralPmtsRecord::SeveralPmtsRecord() {
    record.t0.ticks = 1000;
    record.clocks.push_back({0, 250e6, record.t0, 0});
    proto::ClockTime other;
    other.domain = 1;
    other.ticks = 777000;
    record.clocks.push_back({1, 250e6, other, 0});
}

std::uint32_t SeveralPmtsRecord::add_trace(std::size_t pmt, std::int64_t first_tick, const Codes& codes,
                                           std::uint32_t ticks_per_sample) {
    proto::Trace trace;
    trace.board = static_cast<std::uint32_t>(pmt % 2);
    trace.channel = static_cast<std::uint32_t>(pmt);
    trace.first = proto::advanced(record.clocks[pmt % 2].t0, first_tick);
    trace.ticks_per_sample = ticks_per_sample;
    trace.encoding = {12, false, 0};
    trace.offset = record.samples.size();
    trace.count = static_cast<std::uint32_t>(codes.size());
    for (const auto code : codes)
        record.samples.push_back(static_cast<std::uint16_t>(code));
    record.traces.push_back(trace);
    return static_cast<std::uint32_t>(record.traces.size() - 1);
}

std::uint32_t SeveralPmtsRecord::add_veto(std::int64_t first_tick, const Codes& codes) {
    const auto index = add_trace(0, first_tick, codes);
    record.traces[index].channel = veto_channel;
    return index;
}

proto::Window& SeveralPmtsRecord::add_window(proto::WindowKind kind, std::int64_t pretrace_begin,
                                             std::int64_t pretrace_end, std::int64_t roi_begin,
                                             std::int64_t roi_end) {
    auto& window = record.windows.emplace_back();
    window.kind = kind;
    window.pretrace_begin = pretrace_begin;
    window.pretrace_end = pretrace_end;
    window.roi_begin = roi_begin;
    window.roi_end = roi_end;
    for (std::uint32_t i = 0; i < record.traces.size(); ++i)
        window.traces.push_back(i);
    return window;
}

EngineUnderTest::EngineUnderTest(const config::Config& config) {
    auto engine = Engine::make(config);
    if (!engine) FAIL(engine.error().message);
    engine_ = *engine;
    worker_ = engine_->make_worker();
}

const std::vector<Candidate>& EngineUnderTest::reconstruct(const proto::SpillRecord& record) {
    worker_->reconstruct(record, out_);
    return out_.candidates;
}

double EngineUnderTest::value(const Candidate& candidate, std::string_view variable) const {
    const auto variables = chain().variables();
    const auto found = std::ranges::find(variables, variable, &Variable::name);
    INFO(variable);
    REQUIRE(found != variables.end());
    return candidate.value[static_cast<std::size_t>(found - variables.begin())];
}

bool EngineUnderTest::has_quality(const Candidate& candidate, std::string_view name) const {
    const auto names = chain().quality_names();
    const auto found = std::ranges::find(names, name);
    INFO(name);
    REQUIRE(found != names.end());
    return (candidate.quality >> (found - names.begin()) & 1u) != 0;
}

std::string refusal(const config::Config& config) {
    const auto chain = make_chain(config.chain(0), config);
    if (chain) return "";
    CHECK(chain.error().kind == proto::ErrorKind::CONFIG);
    return chain.error().message;
}

}  // namespace spillgate::offline::test
