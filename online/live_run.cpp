#include "online/live_run.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace spillgate::online {
namespace {

using namespace std::chrono_literals;

constexpr auto pass_pause = 500ms;         // between passes through files that had nothing new
constexpr auto live_grace = 1500ms;        // a message below this age may still be on its way
constexpr auto end_record_patience = 10s;  // an announced end must reach the files by then
constexpr int max_passes_at_end = 3;

std::vector<Interval> missing_of(const IntervalSet& received, const IntervalSet& wanted) {
    std::vector<Interval> out;
    for (const Interval& interval : wanted.intervals()) {
        const auto gaps = received.missing(interval.first, interval.last);
        out.insert(out.end(), gaps.begin(), gaps.end());
    }
    return out;
}

}  // namespace

std::string_view name_of(RunPhase phase) {
    switch (phase) {
        case RunPhase::NONE:
            return "none";
        case RunPhase::FOLLOWING:
            return "following";
        case RunPhase::CLOSING:
            return "closing";
        case RunPhase::CLOSED:
            return "closed";
        case RunPhase::REFUSED:
            return "refused";
    }
    return "none";
}

LiveRun::LiveRun(std::shared_ptr<const offline::Engine> engine, ReconstructionCrew& crew,
                 std::size_t pending_slots, wire::RunDescription description)
    : engine_(std::move(engine)),
      crew_(crew),
      pending_slots_(pending_slots),
      description_(std::make_shared<const wire::RunDescription>(std::move(description))) {}

void LiveRun::join(const std::string& daemon, const std::string& directory, bool from_start) {
    const auto [stream, fresh] = streams_.try_emplace(daemon, engine_, pending_slots_, directory);
    if (!fresh) return;
    stream->second.expecting = from_start;
    stream->second.last_data = Clock::now();
}

void LiveRun::describe(const wire::RunDescription& description) {
    description_ = std::make_shared<const wire::RunDescription>(description);
}

LiveRun::Stream* LiveRun::find(const std::string& daemon) {
    const auto found = streams_.find(daemon);
    return found == streams_.end() ? nullptr : &found->second;
}

// Counts what a live message shows to be lost: the numbers that it leaped over.
void LiveRun::see(Stream& stream, std::uint64_t sequence) {
    stream.last_data = Clock::now();
    if (stream.expecting && sequence > stream.next_expected) {
        for (const Interval& gap : stream.spectra.received().missing(stream.next_expected, sequence)) {
            stream.lost.insert(gap.first, gap.last);
        }
    }
    stream.expecting = true;
    stream.next_expected = std::max(stream.next_expected, sequence + 1);
}

bool LiveRun::take(SpillJob& job) {
    Stream* stream = find(job.daemon);
    if (stream == nullptr || stream->phase != RunPhase::FOLLOWING) return false;
    see(*stream, job.sequence);
    return stream->spectra.add(job.sequence, std::move(job.candidates));
}

bool LiveRun::take(const proto::Verdict& verdict) {
    Stream* stream = find(verdict.daemon);
    if (stream == nullptr || stream->phase != RunPhase::FOLLOWING) return false;
    see(*stream, verdict.sequence);
    return stream->spectra.add(verdict);
}

offline::SlotCandidates LiveRun::spare(const std::string& daemon) {
    Stream* stream = find(daemon);
    return stream == nullptr ? offline::SlotCandidates{} : stream->spectra.spare();
}

void LiveRun::acknowledge(const std::string& daemon, std::uint64_t acknowledged) {
    Stream* stream = find(daemon);
    if (stream != nullptr && stream->phase == RunPhase::FOLLOWING) stream->spectra.acknowledge(acknowledged);
}

void LiveRun::end(const std::string& daemon, bool announced, std::string why) {
    Stream* stream = find(daemon);
    if (stream == nullptr || stream->phase != RunPhase::FOLLOWING) return;
    stream->phase = RunPhase::CLOSING;
    stream->announced = announced;
    stream->ended_at = Clock::now();
    stream->not_before = {};
    stream->inventory.reset();
    stream->recorded.reset();
    stream->passes = 0;
    stream->why = std::move(why);
}

void LiveRun::reopen(const std::string& daemon) {
    Stream* stream = find(daemon);
    if (stream == nullptr || stream->phase == RunPhase::FOLLOWING) return;
    stream->phase = RunPhase::FOLLOWING;
    stream->inventory.reset();
    stream->spectra.reset();
    stream->unreadable = 0;
    stream->expecting = false;
    stream->last_data = Clock::now();
}

std::optional<LiveRun::Clock::time_point> LiveRun::last_data(const std::string& daemon) const {
    const auto found = streams_.find(daemon);
    if (found == streams_.end()) return std::nullopt;
    return found->second.last_data;
}

bool LiveRun::following(const std::string& daemon) const {
    const auto found = streams_.find(daemon);
    return found != streams_.end() && found->second.phase == RunPhase::FOLLOWING;
}

bool LiveRun::heal(Clock::time_point now, Clock::time_point deadline) {
    bool more = false;
    for (auto& [daemon, stream] : streams_) {
        if (stream.phase == RunPhase::FOLLOWING) more |= follow(stream, now, deadline);
        if (stream.phase == RunPhase::CLOSING) more |= close(daemon, stream, now, deadline);
    }
    return more;
}

// While the run goes on: what is acknowledged is in the files.
bool LiveRun::follow(Stream& stream, Clock::time_point now, Clock::time_point deadline) {
    const std::uint64_t acknowledged = stream.spectra.acknowledged();
    const bool quiet = now - stream.last_data > live_grace;
    const std::uint64_t end = quiet ? acknowledged : std::min(acknowledged, stream.next_expected);
    const auto& received = stream.spectra.received();
    stream.missing = end - received.count_within(0, end);
    if (stream.missing == 0 || now < stream.not_before) return false;
    const auto done = stream.files.read(received.missing(0, end), deadline,
                                        [&](const proto::BlockView& block) { take_block(stream, block); });
    stream.missing = end - received.count_within(0, end);
    if (done && !*done) return true;
    if (stream.missing > 0) stream.not_before = now + pass_pause;
    return false;
}

void LiveRun::take_block(Stream& stream, const proto::BlockView& block) {
    bool fresh = false;
    if (block.topic == proto::Topic::SPILL) {
        job_.header = block.header;
        job_.samples = block.samples;
        job_.candidates = stream.spectra.spare();
        crew_.run({&job_, 1});
        if (!job_.status || job_.run != number() || job_.sequence != block.sequence) {
            ++stream.unreadable;
            stream.spectra.skip(block.sequence);
            return;
        }
        fresh = stream.spectra.add(job_.sequence, std::move(job_.candidates));
    } else if (block.topic == proto::Topic::VERDICT) {
        const auto verdict = proto::decode_verdict(block.header);
        if (!verdict || verdict->run != number() || verdict->sequence != block.sequence) {
            ++stream.unreadable;
            stream.spectra.skip(block.sequence);
            return;
        }
        fresh = stream.spectra.add(*verdict);
    } else {
        stream.spectra.skip(block.sequence);
    }
    if (!fresh) return;
    ++stream.read_back;
    ++(stream.lost.contains(block.sequence) ? stream.healed : stream.unheard);
}

bool LiveRun::close(const std::string& daemon, Stream& stream, Clock::time_point now,
                    Clock::time_point deadline) {
    if (now < stream.not_before) return false;
    if (!stream.recorded) {
        const bool more = take_inventory(daemon, stream, now, deadline);
        if (!stream.recorded) return more;
    }
    const auto missing = missing_of(stream.spectra.received(), *stream.recorded);
    if (missing.empty()) {
        finish(daemon, stream);
        return false;
    }
    // Everything is on disk: what is joined settles at once, so memory stays bounded however much is read
    // back.
    stream.spectra.acknowledge(stream.recorded->end());
    const auto done = stream.files.read(missing, deadline,
                                        [&](const proto::BlockView& block) { take_block(stream, block); });
    stream.missing = 0;
    for (const auto& gap : missing_of(stream.spectra.received(), *stream.recorded)) {
        stream.missing += gap.last - gap.first;
    }
    if (stream.missing == 0) return true;
    if (done && !*done) return true;
    if (++stream.passes >= max_passes_at_end) finish(daemon, stream);
    return true;
}

// Learns what the files hold. True: there is more of them to read at once. Without `recorded` else: not yet,
// or never.
bool LiveRun::take_inventory(const std::string& daemon, Stream& stream, Clock::time_point now,
                             Clock::time_point deadline) {
    const auto give_up = [&](const proto::Error& error) {
        stream.inventory.reset();
        stream.phase = RunPhase::CLOSED;
        stream.complete = false;
        stream.statement = fmt::format(
            "{}: {} slots are in the spectra as seen live, but the run's files cannot be read: {}", daemon,
            stream.spectra.slots_filled(), error.message);
        return false;
    };
    if (!stream.inventory) {
        auto run = proto::RunReader::open(stream.files.directory());
        const bool patient = now - stream.ended_at < end_record_patience;
        if (stream.announced && patient && (!run || run->aborted())) {
            stream.not_before = now + 50ms;
            return false;
        }
        if (!run) return give_up(run.error());
        stream.inventory.emplace(std::move(*run));
    }
    const auto done = stream.inventory->messages.read(deadline);
    if (!done) return give_up(done.error());
    if (!*done) return true;
    take_recorded(daemon, stream);
    return false;
}

// Takes back what was seen live but never reached the files.
void LiveRun::take_recorded(const std::string& daemon, Stream& stream) {
    const auto& [run, messages] = *stream.inventory;
    stream.aborted = run.aborted();
    stream.damage = messages.damage();
    stream.recorded = messages.sequences();
    if (!stream.spectra.settled_sequences().subset_of(*stream.recorded)) {
        stream.spectra.reset();
        stream.unreadable = 0;
    } else if (!stream.spectra.received().subset_of(*stream.recorded)) {
        stream.spectra.forget_unsettled();
    }
    if (!run.aborted() && daemon == description_->daemon()) describe(run.description());
    stream.inventory.reset();
}

// What did not come live, in words.
std::string LiveRun::losses(const Stream& stream) const {
    const std::uint64_t lost = stream.lost_before + stream.lost.count();
    std::string text;
    if (lost != 0)
        text = fmt::format("{} messages were lost live, {} of them read back from the files", lost,
                           stream.healed);
    if (stream.unheard != 0)
        text += fmt::format("{}{} sent when online did not listen were read back from the files",
                            lost == 0 ? "" : "; ", stream.unheard);
    if (!text.empty()) return text;
    return checkpoint_used_ ? "nothing was lost live since online was restarted" : "nothing was lost live";
}

void LiveRun::finish(const std::string& daemon, Stream& stream) {
    stream.spectra.settle_at_end(*stream.recorded);
    const std::uint64_t missing =
        stream.recorded->count() - stream.spectra.received().count_within(0, stream.recorded->end());
    stream.phase = RunPhase::CLOSED;
    stream.missing = missing;
    // Behind the last whole block of a run that was cut off, a piece of one is to be expected.
    const bool damaged = !stream.damage.empty() && !stream.aborted;
    stream.complete = missing == 0 && stream.unreadable == 0 && !damaged;
    const auto slots = stream.spectra.settled_slots().count();
    const std::string losses = this->losses(stream);
    stream.statement =
        stream.complete
            ? fmt::format("{}: all {} recorded slots are in the spectra ({} messages; {})", daemon, slots,
                          stream.recorded->count(), losses)
            : fmt::format(
                  "{}: {} slots are in the spectra; {} recorded messages are NOT: they cannot be read ({})",
                  daemon, slots, missing + stream.unreadable, losses);
    if (slots == 0 && stream.recorded->empty())
        stream.statement = fmt::format("{}: no slot was recorded{}", daemon,
                                       stream.why.empty() ? "" : fmt::format(" ({})", stream.why));
    if (damaged) stream.statement += fmt::format("; damaged: {}", stream.damage.front());
    if (stream.aborted) stream.statement += fmt::format("; the run has no end record: {}", stream.why);
}

RunPhase LiveRun::phase() const {
    RunPhase phase = RunPhase::CLOSED;
    for (const auto& [daemon, stream] : streams_)
        phase = std::min(phase, stream.phase);
    return streams_.empty() ? RunPhase::FOLLOWING : phase;
}

bool LiveRun::complete() const {
    return !streams_.empty() && std::all_of(streams_.begin(), streams_.end(),
                                            [](const auto& stream) { return stream.second.complete; });
}

std::string LiveRun::statement() const {
    std::string text = fmt::format("run {}: ", number());
    bool first = true;
    for (const auto& [daemon, stream] : streams_) {
        if (!first) text += " · ";
        text += stream.statement;
        first = false;
    }
    return text;
}

std::unique_ptr<offline::Spectra> LiveRun::spectra() const {
    std::unique_ptr<offline::Spectra> sum;
    for (const auto& [daemon, stream] : streams_) {
        if (sum) {
            sum->merge(stream.spectra.live());
        } else {
            sum = stream.spectra.live().clone();
        }
    }
    return sum ? std::move(sum) : engine_->make_spectra();
}

std::uint64_t LiveRun::slots_filled() const {
    std::uint64_t n = 0;
    for (const auto& [daemon, stream] : streams_)
        n += stream.spectra.slots_filled();
    return n;
}

RunView LiveRun::view() const {
    RunView view;
    view.phase = phase();
    view.description = description_;
    view.checkpoint_used = checkpoint_used_;
    view.reset = reset_;
    view.reset_reached = reset_reached();
    const auto lead = streams_.find(description_->daemon());
    if (lead != streams_.end()) view.spills_filled = lead->second.spectra.spills_filled();
    for (const auto& [daemon, stream] : streams_) {
        StreamView& out = view.streams.emplace_back();
        out.daemon = daemon;
        out.directory = stream.files.directory();
        view.taken_back += stream.spectra.taken_back();
        out.received = stream.spectra.received().count();
        out.settled = stream.spectra.settled_sequences().count();
        out.lost = stream.lost_before + stream.lost.count();
        out.healed = stream.healed;
        out.read_back = stream.read_back;
        out.missing = stream.missing;
        out.slots_filled = stream.spectra.slots_filled();
        out.slots_waiting = stream.spectra.slots_waiting();
        out.duplicates = stream.spectra.duplicates();
        out.overflows = stream.spectra.overflows();
        out.unreadable = stream.unreadable;
    }
    if (view.phase == RunPhase::CLOSED) {
        view.ended = true;
        view.complete = complete();
        view.statement = statement();
    }
    return view;
}

proto::Result<SpectraResetPtr> LiveRun::reset(const std::string& person, std::int64_t utc_ns,
                                              std::shared_ptr<const offline::Spectra> shown) {
    if (phase() != RunPhase::FOLLOWING)
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("run {} is over: nothing more comes into its spectra", number()));
    const std::uint64_t spills = view().spills_filled;
    reset_ = std::make_shared<const SpectraReset>(
        SpectraReset{number(), person, utc_ns, spills, std::move(shown)});
    taken_at_reset_.clear();
    for (const auto& [daemon, stream] : streams_)
        taken_at_reset_[daemon] = stream.spectra.received();
    return reset_;
}

// What was taken back, or before a restart, comes again under the same sequence numbers.
bool LiveRun::reset_reached() const {
    return reset_ && std::ranges::all_of(taken_at_reset_, [&](const auto& taken) {
               const auto stream = streams_.find(taken.first);
               return stream != streams_.end() && taken.second.subset_of(stream->second.spectra.received());
           });
}

}  // namespace spillgate::online
