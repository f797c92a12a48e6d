#include "offline/plot/slot_view.hpp"

#include "offline/blinding/sealed_record.hpp"
#include "offline/blinding/shown.hpp"

namespace spillgate::offline::plot {

// Candidates are those of the whole record: what is open in it is as the candidate table has it.
void seal(const config::Config& own, SlotView& view) {
    auto& record = view.slot.record;
    const auto* verdict = view.slot.verdict ? &*view.slot.verdict : nullptr;
    const auto removed = std::erase_if(view.candidates.candidates, [&](const auto& candidate) {
        return is_sealed(record, candidate.window, verdict);
    });
    bool any = removed != 0;
    for (std::size_t i = 0; i < record.windows.size(); ++i)
        any = any || is_sealed(record, i, verdict);
    if (!any) return;
    seal_record(record, verdict, own);
    // Windows share traces: what a whole trace decides tells of the sealed ones.
    for (auto& candidate : view.candidates.candidates)
        candidate.quality &= ~view.engine->chain_of(candidate.channel)->trace_quality();
    view.sealed = "BLINDED: what the C windows hold is sealed, and traces end where their rois begin";
}

proto::Result<SlotView> load_slot_view(const std::string& run_directory, std::uint64_t slot,
                                       const std::string& config) {
    const auto run = proto::RunReader::open(run_directory);
    if (!run) return run.error();
    auto loaded = config.empty() ? proto::parse_config(run->description().effective_config(),
                                                       run->directory() + "/run.txtpb")
                                 : proto::load_config(config);
    if (!loaded) return loaded.error();
    auto recorded = read_slot(*run, slot);
    if (!recorded) return recorded.error();
    SlotView view;
    view.run = run->description();
    view.config = std::move(*loaded);
    view.slot = std::move(*recorded);
    if (auto engine = Engine::make(view.config.config)) {
        view.engine = std::move(*engine);
        view.engine->make_worker()->reconstruct(view.slot.record, view.candidates);
    } else {
        view.no_engine = engine.error().message;
    }
    const std::uint32_t number = view.run.number();
    if (!view.run.blinded() || key_of({&number, 1}, runs_dir_of(run->directory())).unsealing) return view;
    const auto own = proto::parse_config(view.run.effective_config(), run->directory() + "/run.txtpb");
    if (!own) return own.error();
    seal(own->config, view);
    return view;
}

}  // namespace spillgate::offline::plot
