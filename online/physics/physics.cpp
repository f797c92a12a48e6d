#include "online/physics/physics.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "offline/exposure/live_pot.hpp"
#include "online/physics/physics_json.hpp"
#include "proto/time.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

constexpr std::size_t queue = 16;
constexpr int niceness = 15;
constexpr double look_at_runs_s = 10;     // between two looks at the catalogue
constexpr double least_pause_s = 10;      // between two computations, …
constexpr double pause_without_s = 1;     // … as long as there is nothing to show, …
constexpr double share_of_a_core = 0.05;  // … which take no more than that
constexpr double grown = 1.03;            // exposure, for another one to be worth while

std::optional<std::size_t> index_of(const offline::Spectra& spectra, std::string_view name) {
    for (std::size_t i = 0; i < spectra.size(); ++i)
        if (spectra.histogram(i).name == name) return i;
    return std::nullopt;
}

// Of this thread: what a busy machine keeps it waiting for is no work.
double cpu_s() {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace

Physics::Physics(Options options, const SnapshotBoard& board)
    : options_(std::move(options)),
      board_(board),
      past_(options_.runs_dir, options_.exports_dir, options_.plan.value_or(config::Plan())),
      worker_({queue, niceness, options_.period, [this] { look(); }}) {}

void Physics::look() {
    const auto snapshot = board_.newest();
    const auto now_ns = proto::utc_now_ns();
    state_.utc_s = static_cast<double>(now_ns) * 1e-9;
    state_.beam = beam_of(*snapshot, snapshot->strip ? *snapshot->strip : SlotStripView{}, now_ns);
    state_.account.take(state_.utc_s, state_.beam.state);
    if (options_.plan) {
        follow_config(*snapshot);
        if (index_of(*snapshot->spectra, options_.plan->spectrum())) sum_runs(*snapshot);
        if (state_.trouble.empty()) compute();
    }
    shown_.publish(std::make_shared<const std::string>(json::serialize(physics_json(state_))));
}

// The plan stays, whatever the daemons measure by.
void Physics::follow_config(const Snapshot& snapshot) {
    if (config_ == snapshot.config) return;
    config_ = snapshot.config;
    rate_.clear();
    per_proton_.clear();
    computed_pot_ = -1;
    looked_at_runs_s_ = 0;
    state_.plan = options_.plan;
    state_.trouble.clear();
    state_.runs = {};
    state_.now = state_.planned = {};
    state_.measured.reset();
    const auto& plan = *options_.plan;
    if (plan.has_experiment() && !experiment_) {
        auto loaded = PlannedExperiment::load(plan);
        if (loaded)
            experiment_.emplace(std::move(*loaded));
        else
            state_.trouble = loaded.error().message;
    }
    if (experiment_) {
        state_.title = experiment_->experiment().config.title();
        state_.experiment_sha256 = experiment_->experiment().sha256;
    }
    if (!experiment_ && state_.trouble.empty())
        state_.trouble = "the plan names no experiment and no spectrum";
    else if (!index_of(*snapshot.spectra, plan.spectrum()))
        state_.trouble = fmt::format("the configuration {} has no spectrum \"{}\"", config_->config.name(),
                                     plan.spectrum());
    state_.proton_energy_gev = config_->config.facility().proton_energy_mev() * 1e-3;
    state_.planned_pot = plan.planned_pot();
    if (!plan.has_planned_pot() && plan.has_planned_gwh() && state_.proton_energy_gev > 0)
        state_.planned_pot = pot_of_gwh(plan.planned_gwh(), state_.proton_energy_gev);
}

void Physics::sum_runs(const Snapshot& snapshot) {
    const auto& run = snapshot.run.description;
    const bool alive = run && snapshot.run.phase != RunPhase::REFUSED && snapshot.run.phase != RunPhase::NONE;
    const std::uint32_t number = alive ? run->number() : 0;
    if (state_.utc_s - looked_at_runs_s_ >= look_at_runs_s || number != state_.followed) {
        looked_at_runs_s_ = state_.utc_s;
        const auto looked = past_.look(*config_, number);
        state_.catalogue_trouble = looked ? std::string() : looked.error().message;
    }
    state_.followed = number;
    state_.runs = past_.all();
    open_ = past_.open();
    state_.runs_without_spectra = past_.runs_without_spectra();
    state_.pot_recorded_without_spectra = past_.pot_recorded_without_spectra();
    std::int64_t first_ns = past_.first_utc_ns();
    const auto index = index_of(*snapshot.spectra, options_.plan->spectrum());
    if (alive && past_.is_planned(*run) && index) {
        const auto live = SpectrumSum::of(snapshot.spectra->histogram(*index), number, run->simulated());
        state_.runs.add(live);
        if (!live.sealed) open_.add(live);
        if (first_ns == 0) first_ns = run->start_utc_ns();
    }
    state_.first_utc_s = static_cast<double>(first_ns) * 1e-9;
    rate_.take(state_.utc_s, state_.runs.pot());
    state_.pot_per_s = rate_.pot_per_s();
    state_.rate_over_s = rate_.over_s();
}

Outlook Physics::outlook(double pot) const {
    Outlook out;
    auto expected = experiment_->expected(pot, state_.runs);
    if (expected)
        out.projection = std::move(*expected);
    else
        out.trouble = expected.error().message;
    return out;
}

void Physics::compute() {
    const double pot = state_.runs.pot();
    const auto& planned = state_.planned.projection;
    const bool answered =
        state_.now.projection && (state_.planned_pot <= 0 || (planned && planned->sigma_fm));
    const double pause = std::max(answered ? least_pause_s : pause_without_s, computing_s_ / share_of_a_core);
    const bool opened = open_.runs != computed_open_;
    const bool due = state_.utc_s - computed_s_ >= pause && pot > grown * computed_pot_;
    if (!opened && !due && computed_pot_ >= 0) return;
    const double begun = cpu_s();
    state_.now = outlook(pot);
    state_.planned = outlook(state_.planned_pot);
    state_.measured.reset();
    auto measured = experiment_->measured(open_);
    state_.why_not_measured = measured ? std::string() : measured.error().message;
    if (measured) state_.measured = std::move(*measured);
    computing_s_ = cpu_s() - begun;
    computed_s_ = state_.utc_s;
    computed_pot_ = pot;
    computed_open_ = open_.runs;
}

Response Physics::prediction(const std::string& spectrum) {
    const auto snapshot = board_.newest();
    if (!options_.plan) return refusal(404, "the console's configuration has no plan");
    follow_config(*snapshot);
    if (!experiment_) return refusal(409, state_.trouble);
    const auto index = index_of(*snapshot->spectra, spectrum);
    if (!index) return refusal(404, fmt::format("there is no spectrum \"{}\"", spectrum));
    auto found = per_proton_.find(spectrum);
    if (found == per_proton_.end())
        found = per_proton_.emplace(spectrum, experiment_->per_proton(config_->config, spectrum)).first;
    if (!found->second) return refusal(409, found->second.error().message);
    const auto view = snapshot->spectra->histogram(*index);
    const double pot = offline::live_pot(*view.exposure, view.channels).known();
    json::array counts;
    for (const double each : *found->second)
        counts.push_back(each * pot);
    return as_json(json::serialize(
        json::object{{"spectrum", spectrum},
                     {"title", state_.title},
                     {"pot", pot},
                     {"counts", std::move(counts)},
                     {"per_pot", json::array(found->second->begin(), found->second->end())}}));
}

std::vector<Route> Physics::routes() {
    Route predicted;
    predicted.method = "GET";
    predicted.pattern = "/api/prediction/{name}";
    predicted.serve = [this](const Request& request, const Reply& reply) {
        const auto name = request.values.find("name")->second;
        if (!worker_.post([this, name, reply] { reply(prediction(name)); }))
            reply(refusal(503, "too much waits already; try again in a second"));
    };
    Route pane;
    pane.method = "GET";
    pane.pattern = "/api/physics";
    pane.serve = [this](const Request&, const Reply& reply) {
        if (const auto shown = shown_.newest()) return reply(as_json(*shown));
        // Tasks come after the first look.
        if (!worker_.post([this, reply] { reply(as_json(*shown_.newest())); }))
            reply(refusal(503, "too much waits already; try again in a second"));
    };
    return {std::move(pane), std::move(predicted)};
}

}  // namespace spillgate::online
