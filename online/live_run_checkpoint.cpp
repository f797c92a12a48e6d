// A run into its checkpoint and out of it.
#include "online/live_run.hpp"

namespace spillgate::online {
namespace {

void put(const IntervalSet& set, google::protobuf::RepeatedPtrField<wire::SequenceRange>* ranges) {
    for (const Interval& interval : set.intervals()) {
        auto* range = ranges->Add();
        range->set_first(interval.first);
        range->set_last(interval.last);
    }
}

IntervalSet get(const google::protobuf::RepeatedPtrField<wire::SequenceRange>& ranges) {
    IntervalSet set;
    for (const auto& range : ranges)
        set.insert(range.first(), range.last());
    return set;
}

}  // namespace

void LiveRun::save(wire::Checkpoint& checkpoint) const {
    *checkpoint.mutable_run() = *description_;
    for (const auto& [daemon, stream] : streams_) {
        auto* out = checkpoint.add_stream();
        out->set_daemon(daemon);
        out->set_run_directory(stream.files.directory());
        put(stream.spectra.settled_sequences(), out->mutable_sequences());
        put(stream.spectra.settled_slots(), out->mutable_slots());
        out->set_spectra(stream.spectra.settled().serialise());
        out->set_lost(stream.lost_before + stream.lost.count());
        out->set_healed(stream.healed);
        out->set_spills(stream.spectra.spills_settled());
    }
    if (reset_) save_reset(*checkpoint.mutable_reset());
    checkpoint.set_ended(phase() == RunPhase::CLOSED);
    if (checkpoint.ended()) {
        checkpoint.set_statement(statement());
        checkpoint.set_complete(complete());
    }
}

proto::Status LiveRun::restore(const wire::Checkpoint& checkpoint) {
    for (const auto& saved : checkpoint.stream()) {
        join(saved.daemon(), saved.run_directory(), false);
        Stream& stream = *find(saved.daemon());
        auto restored = stream.spectra.restore(saved.spectra(), get(saved.sequences()), get(saved.slots()),
                                               saved.spills());
        if (!restored) {
            streams_.clear();
            return restored;
        }
    }
    if (checkpoint.has_reset()) {
        if (auto restored = restore_reset(checkpoint.reset()); !restored) {
            streams_.clear();
            return restored;
        }
    }
    for (const auto& saved : checkpoint.stream()) {
        Stream& stream = *find(saved.daemon());
        stream.lost_before = saved.lost();
        stream.healed = saved.healed();
    }
    checkpoint_used_ = true;
    return {};
}

void LiveRun::save_reset(wire::ResetCheckpoint& saved) const {
    saved.set_person(reset_->person);
    saved.set_utc_ns(reset_->utc_ns);
    saved.set_spills(reset_->spills);
    saved.set_spectra(reset_->spectra->serialise());
    for (const auto& [daemon, sequences] : taken_at_reset_) {
        auto* taken = saved.add_taken();
        taken->set_daemon(daemon);
        put(sequences, taken->mutable_sequences());
    }
}

proto::Status LiveRun::restore_reset(const wire::ResetCheckpoint& saved) {
    auto spectra = engine_->make_spectra();
    if (auto restored = spectra->restore(saved.spectra()); !restored) return restored;
    reset_ = std::make_shared<const SpectraReset>(
        SpectraReset{number(), saved.person(), saved.utc_ns(), saved.spills(), std::move(spectra)});
    for (const auto& taken : saved.taken())
        taken_at_reset_[taken.daemon()] = get(taken.sequences());
    return {};
}

}  // namespace spillgate::online
