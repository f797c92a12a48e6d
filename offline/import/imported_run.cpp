#include "offline/import/imported_run.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <unistd.h>

#include "proto/config_loader.hpp"
#include "proto/run_catalogue.hpp"
#include "proto/software_version.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint64_t messages_per_sync = 512;

proto::Result<proto::LoadedConfig> effective(const config::Config& config) {
    std::string text;
    google::protobuf::TextFormat::PrintToString(config, &text);
    return proto::parse_config(text, "config of the import");
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

proto::Verdict verdict_of(const proto::SpillRecord& record) {
    proto::Verdict verdict;
    verdict.run = record.run;
    verdict.slot = record.slot;
    verdict.sequence = record.sequence + 1;
    verdict.daemon = record.daemon;
    verdict.cycle_id = record.cycle_id;
    verdict.disposition = wire::COMPLETE;
    verdict.quality = record.quality;
    verdict.charge_state = wire::CHARGE_MISSING;
    verdict.has_record = true;
    verdict.record_sequence = record.sequence;
    verdict.t0 = record.t0;
    verdict.frequency_hz = record.clock_of(record.t0.domain)->frequency_hz;
    verdict.utc_ns = record.utc_ns;
    for (const auto& window : record.windows) {
        verdict.windows.push_back({window.kind, window.roi_end - window.roi_begin, window.dead_ticks,
                                   window.truncated, window.strobe});
        if (window.truncated) verdict.disposition = wire::TRUNCATED;
    }
    return verdict;
}

}  // namespace

proto::Result<ImportedRun> ImportedRun::create(const std::string& runs_dir, const ImportOptions& options,
                                               const config::Config& config,
                                               const std::string& imported_from) {
    const auto loaded = effective(config);
    if (!loaded) return loaded.error();
    std::error_code failed;
    std::filesystem::create_directories(runs_dir, failed);
    if (failed)
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", runs_dir, failed.message()),
                            failed.value());
    auto catalogue = proto::RunCatalogue::open(runs_dir);
    if (!catalogue) return catalogue.error();
    const auto number = catalogue->take_number();
    if (!number) return number.error();

    ImportedRun run;
    run.runs_dir_ = runs_dir;
    auto& d = run.description_;
    d.set_format_major(proto::wire_major);
    d.set_format_minor(proto::wire_minor);
    d.set_number(*number);
    d.set_type(options.type);
    d.set_note(options.note);
    d.set_daemon("import");
    d.set_software_version(proto::software_version());
    d.set_host(host_name());
    d.set_start_utc_ns(proto::utc_now_ns());
    d.set_config_sha256(loaded->sha256);
    d.set_blinded(loaded->config.blinded());
    d.set_effective_config(loaded->effective);
    d.set_imported_from(imported_from);
    auto writer = proto::RunWriter::create(proto::posix_file_layer(), runs_dir, d, options.storage);
    if (!writer) return writer.error();
    run.writer_ = std::move(*writer);
    if (auto status = catalogue->record(d); !status) return status.error();
    run.record_ = std::make_shared<proto::SpillRecord>();
    return run;
}

proto::SpillRecord& ImportedRun::next_record() {
    // The writer has copied the last record out; nobody else holds it.
    if (record_.use_count() != 1) record_ = std::make_shared<proto::SpillRecord>();
    record_->clear();
    return *record_;
}

proto::Status ImportedRun::append() {
    record_->run = description_.number();
    record_->slot = slots_++;
    record_->sequence = sequence_;
    record_->daemon = description_.daemon();
    record_->quality |= proto::bit(proto::SlotQuality::CHARGE_MISSING);
    last_utc_ns_ = record_->utc_ns;
    count_streams(*record_);
    const auto verdict = verdict_of(*record_);
    sequence_ += 2;
    if (auto status = writer_->append(proto::encode(record_)); !status) return status;
    if (auto status = writer_->append(proto::encode(verdict)); !status) return status;
    ledger_.add(verdict);
    if (++unsynced_ < messages_per_sync) return {};
    unsynced_ = 0;
    return writer_->sync();
}

void ImportedRun::count_streams(const proto::SpillRecord& record) {
    for (const auto& trace : record.traces) {
        const bool averaged = trace.stream == wire::AVERAGED;
        auto& stream = streams_[{trace.board, trace.channel, averaged}];
        stream.board = trace.board;
        stream.channel = trace.channel;
        stream.averaged = averaged;
        ++stream.waveforms;
        stream.samples += trace.count;
        for (const auto word : record.samples_of(trace))
            stream.sample_sum += trace.encoding.is_signed ? static_cast<std::int16_t>(word) : word;
    }
}

proto::Status ImportedRun::finish(const std::vector<wire::ImportedFile>& files, const proto::Status& so_far,
                                  ImportReport& report) {
    auto& d = description_;
    for (const auto& file : files)
        *d.add_imported_files() = file;
    d.set_stop_utc_ns(proto::utc_now_ns());
    d.set_stop_reason(so_far                                               ? "imported"
                      : so_far.error().kind == proto::ErrorKind::DISK_FULL ? "disk-full"
                                                                           : "import failed");
    d.set_next_sequence(sequence_);
    *d.mutable_ledger() = ledger_.totals();
    auto closed = writer_->close(d);
    report.run = d.number();
    report.directory = writer_->directory();
    report.slots = slots_;
    report.ledger = d.ledger();
    for (const auto& [key, stream] : streams_)
        report.streams.push_back(stream);
    if (!so_far) return so_far.error();
    if (!closed) return closed;
    auto catalogue = proto::RunCatalogue::open(runs_dir_);
    if (!catalogue) return catalogue.error();
    return catalogue->record(d);
}

}  // namespace spillgate::offline
