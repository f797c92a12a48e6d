#include "tests/proto/random_record.hpp"

namespace spillgate::proto::testing {

namespace {

std::string random_text(Random& random, std::size_t most) {
    std::string text(uniform<std::size_t>(random, 0, most), '\0');
    for (char& c : text)
        c = static_cast<char>(uniform(random, 0, 255));
    return text;
}

std::string random_name(Random& random) {  // protobuf `string` fields hold UTF-8
    std::string text(uniform<std::size_t>(random, 0, 12), ' ');
    for (char& c : text)
        c = static_cast<char>(uniform(random, 'a', 'z'));
    return text;
}

ClockTime random_time(Random& random, std::uint32_t domain) {
    return {domain, uniform(random, 0u, 3u), uniform<std::int64_t>(random, -max_ticks, max_ticks),
            static_cast<std::uint16_t>(uniform(random, 0u, 0xffffu))};
}

Window random_window(Random& random, std::size_t traces) {
    Window window;
    window.kind = static_cast<WindowKind>(uniform(random, 0, 3));
    const auto bound = [&] { return uniform<std::int64_t>(random, -max_window_ticks, max_window_ticks); };
    window.pretrace_begin = bound();
    window.pretrace_end = uniform(random, window.pretrace_begin, max_window_ticks);
    window.roi_begin = bound();
    window.roi_end = uniform(random, window.roi_begin, max_window_ticks);
    window.dead_ticks = uniform<std::int64_t>(random, 0, window.roi_end - window.roi_begin);
    window.strobe = uniform(random, 0, 1) == 1;
    window.truncated = uniform(random, 0, 1) == 1;
    for (std::uint32_t i = 0; i < traces; ++i)
        if (uniform(random, 0, 1) == 1) window.traces.push_back(i);
    return window;
}

template <class Slot>
void random_common(Random& random, Slot& slot) {
    slot.run = static_cast<std::uint32_t>(random());
    slot.slot = random();
    slot.sequence = random();
    slot.daemon = random_name(random);
    if (uniform(random, 0, 1) == 1) slot.cycle_id = random();
    slot.quality = static_cast<std::uint32_t>(random());
    slot.utc_ns = static_cast<std::int64_t>(random());
}

}  // namespace

SpillRecord fixed_record(std::uint64_t slot, std::uint64_t sequence, std::size_t samples_per_trace) {
    SpillRecord record;
    record.run = 7;
    record.slot = slot;
    record.sequence = sequence;
    record.daemon = "daq";
    record.cycle_id = 1000 + slot;
    record.quality = bit(SlotQuality::SIMULATED);
    record.t0 = {1, 0, static_cast<std::int64_t>(4166666 * slot), 1234};
    record.clocks = {{1, 250e6, record.t0, 4.0},
                     {2, 125e6, {2, 1, static_cast<std::int64_t>(2083333 * slot) + 17, 0}, 8.0}};
    record.utc_ns = 1'800'000'000'000'000'000 + static_cast<std::int64_t>(slot) * 16'666'667;
    record.utc_state = 1;
    for (std::uint32_t channel = 0; channel < 2; ++channel) {
        Trace trace;
        trace.board = 0;
        trace.channel = channel;
        trace.first = record.clocks[channel].t0;
        trace.first.ticks -= 100;
        trace.ticks_per_sample = 1;
        trace.encoding = {14, false, 0};
        trace.offset = channel * samples_per_trace;
        trace.count = static_cast<std::uint32_t>(samples_per_trace);
        trace.device_header = std::string("\x01\x00\xff", 3);
        record.traces.push_back(trace);
    }
    for (std::size_t i = 0; i < 2 * samples_per_trace; ++i) {
        // Integer arithmetic alone: golden files hold these samples.
        const std::size_t pulse = 400u >> (i % 64 / 8);
        record.samples.push_back(static_cast<std::uint16_t>(8000 - pulse - (i * 7919 + slot * 31) % 7));
    }
    Window window;
    window.kind = wire::IN_TIME;
    window.pretrace_begin = -100;
    window.roi_end = static_cast<std::int64_t>(samples_per_trace) - 100;
    window.traces = {0, 1};
    record.windows.push_back(window);
    window.kind = wire::ANTI_COINCIDENT;
    window.roi_begin = -50;
    window.roi_end = 0;
    window.pretrace_end = -50;
    window.dead_ticks = 3;
    window.traces = {0};
    record.windows.push_back(window);
    record.counters = {{"buffer-full", slot}};
    return record;
}

Verdict fixed_verdict(std::uint64_t slot, std::uint64_t sequence) {
    Verdict verdict;
    verdict.run = 7;
    verdict.slot = slot;
    verdict.sequence = sequence;
    verdict.daemon = "daq";
    verdict.cycle_id = 1000 + slot;
    verdict.disposition = wire::COMPLETE;
    verdict.quality = bit(SlotQuality::SIMULATED);
    verdict.charge_state = wire::CHARGE_MEASURED;
    verdict.charge_pc = 24'000'000 + static_cast<std::int64_t>(slot);
    verdict.flavour = 1;
    verdict.has_record = true;
    verdict.record_sequence = sequence == 0 ? 0 : sequence - 1;
    verdict.t0 = {1, 0, static_cast<std::int64_t>(4166666 * slot), 1234};
    verdict.frequency_hz = 250e6;
    verdict.windows = {{wire::IN_TIME, 200, 0, false, false}, {wire::ANTI_COINCIDENT, 50, 3, false, false}};
    verdict.utc_ns = 1'800'000'000'020'000'000 + static_cast<std::int64_t>(slot) * 16'666'667;
    return verdict;
}

SpillRecord random_record(Random& random) {
    SpillRecord record;
    random_common(random, record);
    record.utc_state = uniform(random, 0u, 2u);
    record.window_age_ns = uniform<std::int64_t>(random, 0, 1'000'000'000);
    record.samples.resize(uniform<std::size_t>(random, 0, 4000));
    for (auto& sample : record.samples)
        sample = static_cast<std::uint16_t>(random());
    const auto domains = uniform(random, 1u, 3u);
    for (std::uint32_t domain = 0; domain < domains; ++domain)
        record.clocks.push_back({domain, std::uniform_real_distribution<double>(1e6, 1e9)(random),
                                 random_time(random, domain),
                                 std::uniform_real_distribution<double>(0, 1e4)(random)});
    record.t0 = random_time(random, uniform(random, 0u, domains - 1));
    const auto traces = uniform<std::size_t>(random, 0, 6);
    for (std::size_t i = 0; i < traces; ++i) {
        Trace trace;
        trace.board = static_cast<std::uint32_t>(random());
        trace.channel = static_cast<std::uint32_t>(random());
        trace.stream = uniform(random, 0, 1) == 1 ? wire::AVERAGED : wire::RAW;
        trace.first = random_time(random, uniform(random, 0u, domains - 1));
        trace.offset = uniform<std::uint64_t>(random, 0, record.samples.size());
        trace.count = static_cast<std::uint32_t>(
            uniform<std::uint64_t>(random, 0, record.samples.size() - trace.offset));
        trace.ticks_per_sample = uniform(random, 1u, 0xffffffffu);
        trace.encoding.bits = static_cast<std::uint8_t>(uniform(random, 1, 16));
        trace.encoding.shift = static_cast<std::uint8_t>(uniform(random, 0, 16 - trace.encoding.bits));
        if (trace.encoding.shift == 16) trace.encoding.shift = 15;
        trace.encoding.is_signed = uniform(random, 0, 1) == 1;
        trace.flags = static_cast<std::uint32_t>(random());
        trace.device_header = random_text(random, 40);
        record.traces.push_back(trace);
    }
    const auto windows = uniform(random, 0, 4);
    for (int i = 0; i < windows; ++i)
        record.windows.push_back(random_window(random, traces));
    const auto counters = uniform(random, 0, 4);
    for (int i = 0; i < counters; ++i)
        record.counters.push_back({random_name(random), random()});
    return record;
}

Verdict random_verdict(Random& random) {
    Verdict verdict;
    random_common(random, verdict);
    verdict.disposition = static_cast<Disposition>(uniform(random, 1, 8));
    verdict.charge_state = static_cast<ChargeState>(uniform(random, 0, 3));
    verdict.charge_pc = uniform<std::int64_t>(random, -max_charge_pc, max_charge_pc);
    verdict.flavour = static_cast<std::uint32_t>(random());
    verdict.facility_veto = uniform(random, 0, 1) == 1;
    verdict.has_record = uniform(random, 0, 1) == 1;
    verdict.record_sequence = random();
    verdict.t0 = random_time(random, static_cast<std::uint32_t>(random()));
    verdict.frequency_hz = std::uniform_real_distribution<double>(1, 1e12)(random);
    const auto windows = uniform(random, 0, 4);
    for (int i = 0; i < windows; ++i) {
        WindowFact fact;
        fact.kind = static_cast<WindowKind>(uniform(random, 0, 3));
        fact.roi_ticks = uniform<std::int64_t>(random, 0, 2 * max_window_ticks);
        fact.dead_ticks = uniform<std::int64_t>(random, 0, fact.roi_ticks);
        fact.truncated = uniform(random, 0, 1) == 1;
        fact.strobe = uniform(random, 0, 1) == 1;
        verdict.windows.push_back(fact);
    }
    return verdict;
}

}  // namespace spillgate::proto::testing
