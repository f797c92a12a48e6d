#include "tests/online/synthetic_run.hpp"

#include <cstdlib>
#include <filesystem>
#include <random>

#include "offline/spectra/accumulator.hpp"
#include "proto/run_file/run_reader.hpp"

namespace spillgate::test {
namespace {

constexpr std::uint32_t trace_samples = 35000;
constexpr std::int64_t mark_sample = 27475;
constexpr double frequency_hz = 5e8;

proto::Window window(wire::WindowKind kind, std::int64_t pretrace_begin, std::int64_t roi_begin,
                     std::int64_t roi_end) {
    proto::Window out;
    out.kind = kind;
    out.pretrace_begin = pretrace_begin - mark_sample;
    out.pretrace_end = out.roi_begin = roi_begin - mark_sample;
    out.roi_end = roi_end - mark_sample;
    out.traces = {0, 1};
    return out;
}

void add_pulse(std::vector<std::uint16_t>& samples, std::size_t at) {
    for (const int depth : {8, 20, 14, 6}) {
        const int value = static_cast<std::int16_t>(samples[at]) - depth;
        samples[at++] = static_cast<std::uint16_t>(static_cast<std::int16_t>(std::max(value, -100)));
    }
}

std::shared_ptr<proto::SpillRecord> record_of(std::uint32_t run, std::uint64_t slot,
                                              std::mt19937_64& random) {
    auto record = std::make_shared<proto::SpillRecord>();
    record->run = run;
    record->slot = slot;
    record->daemon = "daq";
    record->t0 = {0, 1, static_cast<std::int64_t>(slot) * 8333333 + 1000000, 0};
    record->clocks = {{0, frequency_hz, record->t0, 0}};
    record->utc_ns = proto::utc_now_ns();
    record->samples.assign(std::size_t{2} * trace_samples, 100);
    std::uniform_int_distribution<std::size_t> pulses(12, 40);
    for (const std::size_t roi : {20000U, 27500U}) {
        if (random() % 3 == 0) continue;
        std::uniform_int_distribution<std::size_t> place(roi, roi + 1200);
        for (std::size_t n = pulses(random); n > 0; --n)
            add_pulse(record->samples, place(random));
    }
    for (std::uint32_t channel = 0; channel < 2; ++channel) {
        proto::Trace trace;
        trace.channel = channel;
        trace.first = proto::advanced(record->t0, -mark_sample);
        trace.encoding = {8, true, 0};
        trace.offset = std::uint64_t{channel} * trace_samples;
        trace.count = trace_samples;
        record->traces.push_back(trace);
    }
    record->windows = {window(wire::ANTI_COINCIDENT, 250, 19950, 27475),
                       window(wire::IN_TIME, 7775, 27475, 35000)};
    return record;
}

proto::Verdict verdict_of(std::uint32_t run, std::uint64_t slot, const proto::SpillRecord* record) {
    proto::Verdict verdict;
    verdict.run = run;
    verdict.slot = slot;
    verdict.daemon = "daq";
    verdict.disposition = record == nullptr ? wire::MARK_MISSED : wire::COMPLETE;
    verdict.charge_state = wire::CHARGE_MEASURED;
    verdict.charge_pc = 23'300'000;
    verdict.flavour = 1;
    verdict.frequency_hz = frequency_hz;
    verdict.t0 = {0, 1, static_cast<std::int64_t>(slot) * 8333333 + 1000000, 0};
    verdict.utc_ns = proto::utc_now_ns();
    if (record == nullptr) return verdict;
    verdict.has_record = true;
    verdict.record_sequence = record->sequence;
    for (const auto& one : record->windows)
        verdict.windows.push_back({one.kind, one.roi_end - one.roi_begin, 0, false, false});
    return verdict;
}

}  // namespace

std::shared_ptr<const offline::Engine> demo_engine() {
    static const auto engine = offline::Engine::make(demo_config().config).value();
    return engine;
}

std::vector<proto::Message> synthetic_messages(std::uint32_t run, std::size_t slots, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<proto::Message> messages;
    for (std::uint64_t slot = 0; slot < slots; ++slot) {
        std::shared_ptr<proto::SpillRecord> record;
        if (slot % 7 != 3) {
            record = record_of(run, slot, random);
            record->sequence = messages.size();
            messages.push_back(proto::encode(record));
        }
        auto verdict = verdict_of(run, slot, record.get());
        verdict.sequence = messages.size();
        messages.push_back(proto::encode(verdict));
    }
    return messages;
}

wire::RunDescription synthetic_description(std::uint32_t run) {
    wire::RunDescription description;
    description.set_format_major(1);
    description.set_number(run);
    description.set_type(wire::TEST);
    description.set_simulated(true);
    description.set_daemon("daq");
    description.set_start_utc_ns(1);
    description.set_config_sha256(demo_config().sha256);
    description.set_effective_config(demo_config().effective);
    return description;
}

std::string write_synthetic_run(const std::string& runs_dir, std::uint32_t run,
                                const std::vector<proto::Message>& messages, bool end) {
    auto description = synthetic_description(run);
    auto writer = proto::RunWriter::create(proto::posix_file_layer(), runs_dir, description,
                                           demo_config().config.storage())
                      .value();
    for (const auto& message : messages)
        writer->append(message).value();
    writer->sync().value();
    if (end) {
        description.set_stop_utc_ns(2);
        description.set_stop_reason("requested");
        description.set_next_sequence(messages.empty() ? 0 : messages.back().sequence + 1);
        writer->close(description).value();
    }
    return writer->directory();
}

std::string spectra_of_files(const std::string& run_directory, const offline::Engine& engine) {
    const auto run = proto::RunReader::open(run_directory).value();
    auto spectra = engine.make_spectra();
    const auto worker = engine.make_worker();
    offline::Accumulator accumulator(*spectra, 1000);
    proto::SpillRecord record;
    offline::SlotCandidates candidates;
    run.for_each([&](const proto::BlockView& block) {
           if (block.topic == proto::Topic::SPILL) {
               proto::decode_spill(block.header, block.samples, record).value();
               worker->reconstruct(record, candidates);
               accumulator.add(record.daemon, candidates);
           } else {
               accumulator.add(proto::decode_verdict(block.header).value());
           }
           return true;
       })
        .value();
    accumulator.finish();
    return spectra->serialise();
}

}  // namespace spillgate::test
