#include "offline/plot/slot_view.hpp"

namespace spillgate::offline::plot {

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
    auto engine = Engine::make(view.config.config);
    if (!engine) {
        view.no_engine = engine.error().message;
        return view;
    }
    view.engine = std::move(*engine);
    view.engine->make_worker()->reconstruct(view.slot.record, view.candidates);
    return view;
}

}  // namespace spillgate::offline::plot
