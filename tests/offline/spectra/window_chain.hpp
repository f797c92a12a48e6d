// A chain for tests of what comes after reconstruction: four variables, two quality bits. Its worker takes
// each window's candidate from the samples of the channel's first trace, five words per window: found, x, y,
// peaks, quality.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "offline/engine.hpp"
#include "offline/reconstruction/chain.hpp"

namespace spillgate::offline::testing {

enum WindowVariable : std::size_t { X, Y, PEAKS, LEVEL };
inline constexpr std::array<Variable, 4> window_variables{{
    {"x", "PE", "size", false},
    {"y", "us", "time", false},
    {"peaks", "", "peaks in the pretrace", true},
    {"level", "ADC", "baseline", true, false, true},
}};
inline constexpr std::array<std::string_view, 2> window_quality{"bad", "muon"};
inline constexpr std::size_t words_per_window = 5;

class WindowChainWorker : public ChainWorker {
  public:
    void reconstruct(const ChannelSlot& slot, std::vector<Candidate>& out) override {
        for (std::size_t w = 0; w < slot.record.windows.size(); ++w) {
            Candidate c;
            c.channel = slot.channel;
            c.window = static_cast<std::uint16_t>(w);
            c.kind = slot.record.windows[w].kind;
            c.value.fill(std::numeric_limits<double>::quiet_NaN());
            if (!slot.traces.empty()) {
                const auto samples = slot.record.samples_of(slot.record.traces[slot.traces.front()]);
                const auto words = samples.subspan(w * words_per_window, words_per_window);
                c.found = words[0] != 0;
                if (c.found) {
                    c.value[X] = words[1] * 0.25;
                    c.value[Y] = words[2] * 0.25;
                }
                c.value[PEAKS] = words[3];
                c.value[LEVEL] = static_cast<double>(slot.vetoes.empty() ? 0 : slot.vetoes[0].indices.size());
                c.quality = words[4];
            }
            out.push_back(c);
        }
    }
};

class WindowChain : public Chain {
  public:
    std::string_view kind() const override { return "window"; }
    std::span<const Variable> variables() const override { return window_variables; }
    std::span<const std::string_view> quality_names() const override { return window_quality; }
    std::uint32_t trace_quality() const override { return 2; }
    std::unique_ptr<ChainWorker> make_worker() const override {
        return std::make_unique<WindowChainWorker>();
    }
};

// Two detector channels "a" and "b" on boards 0 and 1 with the chain "w", and the spectra of `text` (the rest
// of a config in text format).
config::Config window_config(const std::string& text);
std::shared_ptr<const Engine> window_engine(const config::Config& config);
proto::Result<std::shared_ptr<const Engine>> try_window_engine(const std::string& text);

// A selection "all" without cuts.
inline constexpr const char* selection_all = "selection { name: \"all\" }\n";

}  // namespace spillgate::offline::testing
