#include "tests/truth/simulated_run.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "daq/pipeline.hpp"
#include "hw/make_source.hpp"
#include "offline/engine.hpp"
#include "proto/config_loader.hpp"
#include "proto/wire.hpp"

namespace spillgate::truth {

namespace {

std::optional<std::size_t> index_of(const offline::Chain& chain, std::string_view name) {
    const auto variables = chain.variables();
    for (std::size_t i = 0; i < variables.size(); ++i)
        if (variables[i].name == name) return i;
    return std::nullopt;
}

// Reconstructs each record as it leaves the pipeline, and keeps what the comparison needs.
class ReconstructingOutlet : public daq::Outlet {
  public:
    ReconstructingOutlet(const offline::Engine& engine, std::size_t t_rec, std::size_t size,
                         std::optional<std::size_t> f90, SimulatedRun& run)
        : worker_(engine.make_worker()), t_rec_(t_rec), size_(size), f90_(f90), run_(run) {}

    bool admit(std::size_t) override { return true; }
    void put(proto::MessagePtr message) override {
        if (message->topic != proto::Topic::SPILL) return;
        proto::decode_spill(std::as_bytes(std::span(message->header)), message->payload(), record_).value();
        worker_->reconstruct(record_, found_);
        ++run_.slots;
        for (const auto& candidate : found_.candidates) {
            const auto& window = record_.windows[candidate.window];
            const double f90 = f90_ ? candidate.value[*f90_] : std::numeric_limits<double>::quiet_NaN();
            run_.windows.push_back({record_.t0.ticks + window.roi_begin, record_.t0.ticks + window.roi_end,
                                    candidate.found, candidate.quality, candidate.value[t_rec_],
                                    candidate.value[size_], f90});
        }
    }

  private:
    std::unique_ptr<offline::EngineWorker> worker_;
    std::size_t t_rec_, size_;
    std::optional<std::size_t> f90_;
    SimulatedRun& run_;
    proto::SpillRecord record_;
    offline::SlotCandidates found_;
};

class StraightSink : public hw::Sink {
  public:
    StraightSink(daq::Pipeline& pipeline, daq::Outlet& outlet) : pipeline_(pipeline), outlet_(outlet) {}
    hw::Batch empty() override { return {}; }
    bool wait_and_put(hw::Batch&& batch) override {
        pipeline_.accept(std::move(batch), outlet_);
        return true;
    }
    bool put_or_drop(hw::Batch&& batch) override { return wait_and_put(std::move(batch)); }

  private:
    daq::Pipeline& pipeline_;
    daq::Outlet& outlet_;
};

// Columns of the truth list: docs/simulation.md.
std::vector<Deposit> read_deposits(const std::filesystem::path& path) {
    std::vector<Deposit> deposits;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#' || line[0] == 't') continue;
        std::vector<std::string> fields(1);
        for (const char c : line) {
            if (c == ',')
                fields.emplace_back();
            else
                fields.back() += c;
        }
        const std::string& size = fields.at(3).empty() ? fields.at(5) : fields.at(3);
        if (size.empty() || fields[2] == "muon") continue;
        deposits.push_back({std::stoll(fields[0]), fields[2], std::stod(size)});
    }
    std::sort(deposits.begin(), deposits.end(),
              [](const Deposit& a, const Deposit& b) { return a.tick < b.tick; });
    return deposits;
}

}  // namespace

proto::Result<SimulatedRun> simulate(const std::filesystem::path& path, const std::string& size,
                                     double seconds, std::uint64_t seed,
                                     const std::filesystem::path& scratch) {
    auto loaded = proto::load_config(path.string());
    if (!loaded) return loaded.error();
    SimulatedRun run;
    run.config = std::move(loaded->config);
    auto& board = *run.config.mutable_board(0);
    auto& simulation = *board.mutable_simulation();
    run.tick_ns = 1e3 / board.sample_rate_mhz();
    const auto truth_file = scratch / fmt::format("truth-{}.csv", seed);
    simulation.set_seed(seed);
    simulation.mutable_beam()->set_seed(seed);
    simulation.set_as_fast_as_possible(true);
    simulation.set_stop_after_slots(
        static_cast<std::uint64_t>(std::llround(seconds * simulation.beam().repetition_hz())));
    simulation.set_truth_file(truth_file.string());

    const auto engine = offline::Engine::make(run.config);
    if (!engine) return engine.error();
    const auto& chain = *(*engine)->chain_of(0);
    const auto t_rec = index_of(chain, "t_rec_ns");
    const auto size_index = index_of(chain, size);
    if (!t_rec || !size_index)
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("{}: a {} chain gives no t_rec_ns or no {}",
                                                                  path.string(), chain.kind(), size));
    auto source = hw::make_source(board, run.config);
    if (!source) return source.error();
    auto pipeline = daq::Pipeline::create({run.config, "daq", {(*source)->info()}, {}, {}, {}});
    if (!pipeline) return pipeline.error();
    ReconstructingOutlet outlet(**engine, *t_rec, *size_index, index_of(chain, "f90"), run);
    StraightSink sink(*pipeline, outlet);
    pipeline->begin(1, {}, true);
    if (auto ran = (*source)->run(sink, {}); !ran) return ran.error();
    pipeline->finish(outlet);
    run.deposits = read_deposits(truth_file);
    std::filesystem::remove(truth_file);
    std::sort(run.windows.begin(), run.windows.end(),
              [](const SearchedWindow& a, const SearchedWindow& b) { return a.roi_begin < b.roi_begin; });
    return run;
}

}  // namespace spillgate::truth
