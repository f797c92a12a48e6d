// inspect: what a run holds, stream by stream, and its ledger. Reads every block.
#include <cstdint>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "offline/export/export.hpp"
#include "offline/verbs/json_text.hpp"
#include "offline/verbs/progress.hpp"
#include "offline/verbs/verbs.hpp"
#include "proto/ledger.hpp"
#include "proto/names.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

struct StreamKey {
    std::uint32_t board = 0, channel = 0;
    proto::Stream stream = wire::RAW;
    auto operator<=>(const StreamKey&) const = default;
};

// Of one {board, channel, stream}.
struct StreamSums {
    std::uint64_t waveforms = 0;
    std::uint64_t samples = 0;
    std::int64_t sample_sum = 0;   // of the words as stored, unsigned or signed as their encoding says
    proto::ClockTime first, last;  // earliest and latest first sample

    void add(const proto::Trace& trace, std::span<const std::uint16_t> words) {
        if (waveforms == 0 || earlier(trace.first, first)) first = trace.first;
        if (waveforms == 0 || earlier(last, trace.first)) last = trace.first;
        ++waveforms;
        samples += words.size();
        if (trace.encoding.is_signed)
            for (const auto word : words)
                sample_sum += static_cast<std::int16_t>(word);
        else
            for (const auto word : words)
                sample_sum += word;
    }

    static bool earlier(const proto::ClockTime& a, const proto::ClockTime& b) {
        return a.epoch != b.epoch ? a.epoch < b.epoch : before(a, b);
    }
};

std::string_view name_of(proto::Stream stream) {
    return stream == wire::RAW ? "raw" : "averaged";
}

struct Inspection {
    std::map<StreamKey, StreamSums> streams;
    proto::Ledger ledger;
    std::uint64_t spills = 0, verdicts = 0, bytes = 0;
    std::vector<proto::Damage> damage;
};

Result<Inspection> inspect(const proto::RunReader& run) {
    Inspection out;
    for (const auto& segment : run.segments())
        out.bytes += segment.bytes;
    Progress progress("inspect", "messages", run.description().next_sequence());
    proto::SpillRecord record;
    const auto note = [&](const proto::BlockView& block, const proto::Error& error) {
        out.damage.push_back({std::string(block.file), block.offset, error});
    };
    auto damage = run.for_each([&](const proto::BlockView& block) {
        progress.advance();
        if (block.topic == proto::Topic::SPILL) {
            if (auto ok = proto::decode_spill(block.header, block.samples, record); !ok) {
                note(block, ok.error());
                return true;
            }
            ++out.spills;
            for (const auto& trace : record.traces)
                out.streams[{trace.board, trace.channel, trace.stream}].add(trace, record.samples_of(trace));
        } else if (block.topic == proto::Topic::VERDICT) {
            const auto verdict = proto::decode_verdict(block.header);
            if (!verdict) {
                note(block, verdict.error());
                return true;
            }
            ++out.verdicts;
            out.ledger.add(*verdict);
        }
        return true;
    });
    if (!damage) return damage.error();
    out.damage.insert(out.damage.begin(), damage->begin(), damage->end());
    return out;
}

json::array streams_json(const std::map<StreamKey, StreamSums>& streams) {
    json::array out;
    for (const auto& [key, sums] : streams)
        out.push_back(json::object{{"board", key.board},
                                   {"channel", key.channel},
                                   {"stream", name_of(key.stream)},
                                   {"waveforms", sums.waveforms},
                                   {"samples", sums.samples},
                                   {"sample_sum", sums.sample_sum},
                                   {"first_ticks", sums.first.ticks},
                                   {"last_ticks", sums.last.ticks}});
    return out;
}

std::string streams_text(const std::map<StreamKey, StreamSums>& streams) {
    std::string text =
        fmt::format("  {:>5} {:>7} {:<8} {:>10} {:>14} {:>20} {:>20} {:>20}\n", "board", "channel", "stream",
                    "waveforms", "samples", "sample sum", "first tick", "last tick");
    for (const auto& [key, sums] : streams)
        text += fmt::format("  {:>5} {:>7} {:<8} {:>10} {:>14} {:>20} {:>20} {:>20}\n", key.board,
                            key.channel, name_of(key.stream), sums.waveforms, sums.samples, sums.sample_sum,
                            sums.first.ticks, sums.last.ticks);
    return text;
}

class InspectVerb : public Verb {
  public:
    std::string_view name() const override { return "inspect"; }
    std::string_view summary() const override {
        return "Show what a run holds: streams, their sums, the ledger";
    }
    std::string_view example() const override { return "spillgate-offline inspect --json runs/run-000012"; }
    void add_options(CLI::App& command) override {
        command.add_option("RUN", directory_, "run directory")->required();
    }

    Result<Report> run() override {
        auto reader = proto::RunReader::open(directory_);
        if (!reader) return reader.error();
        auto inspection = inspect(*reader);
        if (!inspection) return inspection.error();
        const auto& about = reader->description();
        // Faults are counted by the daemon and are not in verdicts; they stand in the end record alone.
        auto ledger = inspection->ledger.totals();
        *ledger.mutable_faults() = about.ledger().faults();

        Report report;
        report.failed = !inspection->damage.empty();
        report.json = {{"run", about.number()},
                       {"daemon", about.daemon()},
                       {"type", name_of(about.type())},
                       {"simulated", about.simulated()},
                       {"aborted", reader->aborted()},
                       {"repaired", about.repaired()},
                       {"start_utc_ns", about.start_utc_ns()},
                       {"stop_utc_ns", about.stop_utc_ns()},
                       {"stop_reason", about.stop_reason()},
                       {"note", about.note()},
                       {"imported_from", about.imported_from()},
                       {"software_version", about.software_version()},
                       {"config_sha256", about.config_sha256()},
                       {"segments", reader->segments().size()},
                       {"bytes", inspection->bytes},
                       {"spills", inspection->spills},
                       {"verdicts", inspection->verdicts},
                       {"streams", streams_json(inspection->streams)},
                       {"ledger", ledger_json(ledger)},
                       {"damage", damage_json(inspection->damage)}};
        report.text = fmt::format(
            "run {} ({}{}), daemon {}\n"
            "  start {}, stop {}, {}\n"
            "  {} segments, {} bytes, {} Spill records, {} verdicts\n",
            about.number(), name_of(about.type()), about.simulated() ? ", SIMULATED" : "", about.daemon(),
            utc_text(about.start_utc_ns()), utc_text(about.stop_utc_ns()),
            reader->aborted() ? std::string("no end record: running or aborted")
                              : "reason: " + about.stop_reason(),
            reader->segments().size(), inspection->bytes, inspection->spills, inspection->verdicts);
        if (!about.note().empty()) report.text += fmt::format("  note: {}\n", wire::first_line(about.note()));
        report.text +=
            streams_text(inspection->streams) + ledger_text(ledger) + damage_text(inspection->damage);
        return report;
    }

  private:
    std::string directory_;
};

}  // namespace

std::unique_ptr<Verb> make_inspect_verb() {
    return std::make_unique<InspectVerb>();
}

}  // namespace spillgate::offline
