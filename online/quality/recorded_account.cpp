#include "online/quality/recorded_account.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "offline/engine.hpp"
#include "offline/spectra/accumulator.hpp"
#include "online/channels/channel_levels.hpp"
#include "proto/ledger.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

// A verdict may come this many slots after its record before the record is given up.
constexpr std::size_t max_pending_slots = 100'000;

// The files of all daemons of one run, block by block.
class Reader {
  public:
    Reader(std::uint32_t number, const RecordedReading& reading, const offline::Engine& engine)
        : number_(number),
          reading_(reading),
          worker_(engine.make_worker()),
          spectra_(engine.make_spectra()),
          accumulator_(*spectra_, max_pending_slots),
          channels_(watched_channels(engine.config())),
          tallies_(channels_) {}

    // What is missing of this daemon's share, in words; empty: nothing.
    proto::Result<std::string> read(const std::string& daemon, bool lead) {
        const auto directory = reading_.runs_dir + "/" + proto::run_directory_name(number_, daemon, lead);
        const auto run = proto::RunReader::open(directory);
        if (!run && run.error().kind == ErrorKind::IO) return run.error();
        if (!run) return fmt::format("the files of {} cannot be read: {}", daemon, run.error().message);
        messages_ = 0;
        damage_.clear();
        proto::Status stopped;
        const auto found = run->for_each_place([&](const proto::BlockPlace& place) {
            stopped = take(place, lead);
            return stopped.has_value();
        });
        if (!found) return found.error();
        if (!stopped) return stopped.error();
        // Behind the last whole block of a run that was cut off, a piece of one is to be expected.
        if (damage_.empty() && !found->empty() && !run->aborted()) damage_ = found->front().error.message;
        if (!damage_.empty()) return fmt::format("the files of {} are damaged: {}", daemon, damage_);
        const auto sent = run->description().next_sequence();
        if (messages_ != sent && !run->aborted())
            return fmt::format("{} of {} messages of {} are in its files", messages_, sent, daemon);
        return std::string();
    }
    std::shared_ptr<const offline::Spectra> spectra() {
        accumulator_.finish();
        return std::move(spectra_);
    }
    std::shared_ptr<const ChannelsView> channels(std::int64_t begin_utc_ns) const {
        return std::make_shared<const ChannelsView>(levels_of(channels_, tallies_, begin_utc_ns));
    }
    wire::LedgerTotals ledger() const { return ledger_.totals(); }  // by the lead's verdicts

  private:
    proto::Status take(const proto::BlockPlace& place, bool lead) {
        if (!reading_.keeps_going(place.fixed.total_bytes()))
            return error(ErrorKind::CLOSED, "reading was not to go on");
        ++messages_;
        auto status =
            place.fixed.type == proto::BlockType::VERDICT ? take_verdict(place, lead) : take_record(place);
        if (!status && status.error().kind == ErrorKind::IO) return status;
        if (!status && damage_.empty()) damage_ = status.error().message;
        return {};
    }
    proto::Status take_verdict(const proto::BlockPlace& place, bool lead) {
        const auto block = contents_.read(place);
        if (!block) return block.error();
        const auto verdict = proto::decode_verdict(block->header);
        if (!verdict) return verdict.error();
        if (lead) ledger_.add(*verdict);
        accumulator_.add(*verdict);
        return {};
    }
    proto::Status take_record(const proto::BlockPlace& place) {
        if (auto status = contents_.read(place, record_); !status) return status;
        worker_->reconstruct(record_, candidates_, facts_);
        tallies_.add(record_.run, facts_);
        accumulator_.add(record_.daemon, candidates_);
        return {};
    }

    std::uint32_t number_;
    const RecordedReading& reading_;
    std::unique_ptr<offline::EngineWorker> worker_;
    std::unique_ptr<offline::Spectra> spectra_;
    offline::Accumulator accumulator_;
    std::vector<WatchedChannel> channels_;
    ChannelTallies tallies_;
    proto::Ledger ledger_;
    proto::BlockContents contents_;
    proto::SpillRecord record_;
    offline::SlotCandidates candidates_;
    offline::ChannelFacts facts_;
    std::uint64_t messages_ = 0;  // of the daemon that is read
    std::string damage_;          // the first that is met in it
};

bool asks_for_spectra(const RunAccount& account, const RecordedReading& reading) {
    RunAccount ledger_alone;
    ledger_alone.description = account.description;
    const auto of_ledger = quantities_of(ledger_alone);
    return std::ranges::any_of(quantities_of(account), [&](const RunQuantity& one) {
        return reading.asks_for(one.name) &&
               std::ranges::find(of_ledger, one.name, &RunQuantity::name) == of_ledger.end();
    });
}

proto::Status read_spectra(RunAccount& account, const RecordedReading& reading) {
    const auto engine = offline::Engine::make(account.config->config);
    if (!engine) {
        account.spectra_not_whole = engine.error().message;
        return {};
    }
    Reader reader(account.description->number(), reading, **engine);
    for (const auto& daemon : account.config->config.daemon()) {
        auto missing = reader.read(daemon.name(), daemon.lead());
        if (!missing) return missing.error();
        if (missing->empty()) continue;
        account.spectra_not_whole = "online did not follow it, and " + *missing;
        return {};
    }
    account.spectra = reader.spectra();
    account.channels = reader.channels(account.description->start_utc_ns());
    if (account.description->ledger().slots() > 0) return {};
    auto counted = std::make_shared<wire::RunDescription>(*account.description);
    *counted->mutable_ledger() = reader.ledger();
    account.description = std::move(counted);
    return {};
}

}  // namespace

proto::Result<RunAccount> account_of_files(const wire::RunDescription& run, const RecordedReading& reading) {
    RunAccount account;
    account.followed = false;
    account.description = std::make_shared<const wire::RunDescription>(run);
    if (run.stop_utc_ns() == 0) account.ledger_not_whole = "the run has no end record";
    auto config = proto::parse_config(run.effective_config(), fmt::format("run {}", run.number()));
    if (!config) {
        account.spectra_not_whole = "online did not follow it, and " + config.error().message;
        return account;
    }
    account.config = std::make_shared<const proto::LoadedConfig>(std::move(*config));
    if (!asks_for_spectra(account, reading)) return account;
    if (auto read = read_spectra(account, reading); !read) return read.error();
    return account;
}

}  // namespace spillgate::online
