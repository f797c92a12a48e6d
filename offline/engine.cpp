#include "offline/engine.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "offline/spectra/filled_spectra.hpp"
#include "offline/spectra/spectrum_plan.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

using proto::ErrorKind;
using proto::Result;
using proto::SpillRecord;

proto::Error refused(std::string message) {
    return proto::error(ErrorKind::CONFIG, std::move(message));
}

struct ChannelPlace {
    std::uint16_t index = 0;  // into Config.channel
    std::uint32_t board = 0, channel = 0;
};

// A detector channel that has a chain, with the channels that belong to it.
struct DetectorChannel {
    ChannelPlace place;
    std::vector<ChannelPlace> vetoes, partners;
    std::size_t chain = 0;  // index into the engine's chains
};

class TheEngineWorker : public EngineWorker {
  public:
    TheEngineWorker(std::shared_ptr<const Engine> engine, const std::vector<DetectorChannel>& channels,
                    const std::vector<std::shared_ptr<const Chain>>& chains)
        : engine_(std::move(engine)), channels_(channels) {
        for (const auto& chain : chains)
            workers_.push_back(chain->make_worker());
    }

    void reconstruct(const SpillRecord& record, SlotCandidates& out) override {
        reconstruct(record, out, nullptr);
    }
    void reconstruct(const SpillRecord& record, SlotCandidates& out, ChannelFacts& facts) override {
        facts.clear();
        reconstruct(record, out, &facts);
    }

  private:
    // `facts` may be null.
    void reconstruct(const SpillRecord& record, SlotCandidates& out, ChannelFacts* facts) {
        out.slot = record.slot;
        out.candidates.clear();
        out.windows.clear();
        const auto* clock = record.clock_of(record.t0.domain);
        out.frequency_hz = clock != nullptr ? clock->frequency_hz : 0;
        for (const auto& w : record.windows)
            out.windows.push_back({w.kind, w.roi_end - w.roi_begin, w.dead_ticks, w.truncated, w.strobe});
        if (clock == nullptr) return;
        for (const auto& channel : channels_) {
            if (!reads(record.daemon, channel.place.board)) continue;
            gather(record, channel.place, traces_);
            const ChannelSlot slot{record, channel.place.index, traces_,
                                   gather_all(record, channel.vetoes, vetoes_),
                                   gather_all(record, channel.partners, partners_)};
            workers_[channel.chain]->reconstruct(slot, out.candidates);
            if (facts != nullptr) workers_[channel.chain]->tell(slot, *facts);
        }
    }

    // Whether a daemon of this name reads the board: then a channel without traces was live and quiet,
    // otherwise it is simply not in this record.
    bool reads(const std::string& daemon, std::uint32_t board) const {
        for (const auto& d : engine_->config().daemon())
            if (d.name() == daemon)
                return d.board().empty() ||
                       std::find(d.board().begin(), d.board().end(), board) != d.board().end();
        return true;
    }

    // Traces of each of the places; memory of earlier calls is kept.
    static std::span<const ChannelTraces> gather_all(const SpillRecord& record,
                                                     const std::vector<ChannelPlace>& places,
                                                     std::vector<ChannelTraces>& out) {
        if (out.size() < places.size()) out.resize(places.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            out[i].channel = places[i].index;
            gather(record, places[i], out[i].indices);
        }
        return std::span(out).first(places.size());
    }

    static void gather(const SpillRecord& record, const ChannelPlace& place,
                       std::vector<std::uint32_t>& out) {
        out.clear();
        for (std::uint32_t i = 0; i < record.traces.size(); ++i) {
            const auto& trace = record.traces[i];
            if (trace.board == place.board && trace.channel == place.channel && trace.stream == wire::RAW)
                out.push_back(i);
        }
        const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
            const auto& x = record.traces[a].first;
            const auto& y = record.traces[b].first;
            return x.epoch != y.epoch ? x.epoch < y.epoch : before(x, y);
        };
        // Insertion sort: traces come in time order nearly always, and std::stable_sort would allocate.
        for (std::size_t i = 1; i < out.size(); ++i)
            for (std::size_t j = i; j > 0 && earlier(out[j], out[j - 1]); --j)
                std::swap(out[j], out[j - 1]);
    }

    std::shared_ptr<const Engine> engine_;  // owner of what is referred to
    const std::vector<DetectorChannel>& channels_;
    std::vector<std::unique_ptr<ChainWorker>> workers_;
    std::vector<std::uint32_t> traces_;
    std::vector<ChannelTraces> vetoes_, partners_;
};

class TheEngine : public Engine, public std::enable_shared_from_this<TheEngine> {
  public:
    TheEngine(config::Config config, std::vector<std::shared_ptr<const Chain>> chains)
        : config_(std::move(config)), chains_(std::move(chains)) {}

    proto::Status prepare() {
        if (auto ok = resolve_channels(); !ok) return ok;
        const auto boxes = plan_boxes(config_, chains_);
        if (!boxes) return boxes.error();
        auto plans = plan_spectra(config_, chain_by_channel_, *boxes);
        if (!plans) return plans.error();
        plans_ = std::make_shared<const std::vector<SpectrumPlan>>(std::move(*plans));
        hash_ = hash_of(config_);
        return {};
    }

    std::unique_ptr<EngineWorker> make_worker() const override {
        return std::make_unique<TheEngineWorker>(shared_from_this(), channels_, chains_);
    }
    std::unique_ptr<Spectra> make_spectra() const override {
        return std::make_unique<FilledSpectra>(plans_, hash_);
    }
    const config::Config& config() const override { return config_; }
    const std::string& hash() const override { return hash_; }
    const Chain* chain_of(std::size_t channel) const override {
        return channel < chain_by_channel_.size() ? chain_by_channel_[channel].get() : nullptr;
    }

  private:
    static std::string hash_of(const config::Config& config) {
        config::Config deciding;
        *deciding.mutable_chain() = config.chain();
        *deciding.mutable_channel() = config.channel();
        *deciding.mutable_selection() = config.selection();
        *deciding.mutable_spectrum() = config.spectrum();
        // Chains ask how the detector is triggered.
        deciding.mutable_gate()->set_mode(config.gate().mode());
        // Which boards a daemon reads decides which of its records a channel is in.
        *deciding.mutable_daemon() = config.daemon();
        // What is sealed. Only said if something is: other configs keep the hash that they had before.
        if (config.blinded()) deciding.set_blinded(true);
        *deciding.mutable_box() = config.box();
        return proto::sha256_hex(fmt::format("spillgate engine {}\n", engine_version) +
                                 deciding.SerializePartialAsString());
    }

    Result<std::size_t> chain_named(const std::string& name, const std::string& channel) const {
        std::string defined;
        for (int i = 0; i < config_.chain_size(); ++i) {
            if (config_.chain(i).name() == name) return static_cast<std::size_t>(i);
            defined += (i != 0 ? ", " : "") + config_.chain(i).name();
        }
        return refused(fmt::format("channel \"{}\": there is no chain \"{}\"; defined: {}", channel, name,
                                   defined.empty() ? "none" : defined));
    }

    ChannelPlace place_of(int index) const {
        const auto& channel = config_.channel(index);
        return {static_cast<std::uint16_t>(index), channel.board(), channel.channel()};
    }

    // `what` names the field that lists the names.
    template <class Names>
    Result<std::vector<ChannelPlace>> places_of(const Names& names, std::string_view what,
                                                const config::Channel& owner,
                                                const std::map<std::string, int>& channel_index) const {
        std::vector<ChannelPlace> places;
        for (const auto& name : names) {
            const auto found = channel_index.find(name);
            if (found == channel_index.end())
                return refused(fmt::format("channel \"{}\": its {} \"{}\" is not among the channels",
                                           owner.name(), what, name));
            places.push_back(place_of(found->second));
        }
        return places;
    }

    proto::Status resolve_channels() {
        std::set<std::string> names;
        for (const auto& chain : config_.chain()) {
            if (auto ok = check_name(chain.name(), "chain"); !ok) return ok;
            if (!names.insert(chain.name()).second)
                return refused(
                    fmt::format("chain \"{}\" is defined twice; each name may be used once", chain.name()));
        }
        std::map<std::string, int> channel_index;
        for (int i = 0; i < config_.channel_size(); ++i)
            if (!channel_index.emplace(config_.channel(i).name(), i).second)
                return refused(fmt::format("channel \"{}\" is defined twice; each name may be used once",
                                           config_.channel(i).name()));
        chain_by_channel_.resize(static_cast<std::size_t>(config_.channel_size()));
        for (int i = 0; i < config_.channel_size(); ++i) {
            const auto& channel = config_.channel(i);
            if (channel.role() != config::Channel::DETECTOR || channel.chain().empty()) continue;
            auto chain = chain_named(channel.chain(), channel.name());
            if (!chain) return chain.error();
            auto vetoes = places_of(channel.veto(), "veto", channel, channel_index);
            if (!vetoes) return vetoes.error();
            auto partners = places_of(channel.partner(), "partner", channel, channel_index);
            if (!partners) return partners.error();
            channels_.push_back({place_of(i), std::move(*vetoes), std::move(*partners), *chain});
            chain_by_channel_[static_cast<std::size_t>(i)] = chains_[*chain];
        }
        return {};
    }

    config::Config config_;
    std::vector<std::shared_ptr<const Chain>> chains_;
    std::vector<DetectorChannel> channels_;
    std::vector<std::shared_ptr<const Chain>> chain_by_channel_;
    std::shared_ptr<const std::vector<SpectrumPlan>> plans_;
    std::string hash_;
};

}  // namespace

Result<std::shared_ptr<const Engine>> Engine::make(const config::Config& config,
                                                   std::vector<std::shared_ptr<const Chain>> chains) {
    if (chains.size() != static_cast<std::size_t>(config.chain_size()))
        return refused(
            fmt::format("{} chains for the {} that the config defines", chains.size(), config.chain_size()));
    if (config.channel_size() > 65536)
        return refused(fmt::format("{} channels; allowed: 65536", config.channel_size()));
    for (const auto& chain : chains)
        if (chain->variables().size() > max_variables || chain->quality_names().size() > 32)
            return refused(fmt::format(
                "chain \"{}\" has {} variables and {} quality bits; allowed: {} and 32", chain->kind(),
                chain->variables().size(), chain->quality_names().size(), max_variables));
    auto engine = std::make_shared<TheEngine>(config, std::move(chains));
    if (auto ok = engine->prepare(); !ok) return ok.error();
    return std::shared_ptr<const Engine>(std::move(engine));
}

Result<std::shared_ptr<const Engine>> Engine::make(const config::Config& config) {
    std::vector<std::shared_ptr<const Chain>> chains;
    for (const auto& chain : config.chain()) {
        auto made = make_chain(chain, config);
        if (!made) return made.error();
        chains.push_back(std::move(*made));
    }
    return make(config, std::move(chains));
}

}  // namespace spillgate::offline
