#include "offline/plot/trace_panel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "offline/plot/arrival.hpp"
#include "offline/plot/colours.hpp"
#include "offline/plot/pulse_marks.hpp"
#include "offline/plot/slot_text.hpp"
#include "offline/plot/window_strip.hpp"

namespace spillgate::offline::plot {

namespace {

// Up to so many samples are drawn as points, too.
constexpr std::size_t few_samples = 200;
// A trace is thinned to what so many pixels side by side can show.
constexpr unsigned columns = 2400;

class TracePanel {
  public:
    TracePanel(const SlotView& view, const TimeRange& range)
        : view_(view), record_(view.slot.record), range_(range) {}

    Panel make(const SlotChannel& channel) const {
        Panel panel;
        panel.title = channel.name;
        panel.x = time_axis(view_.config.config, range_);
        panel.y.label = "ADC code";
        Drawn drawn;
        for (const auto* trace : channel.traces)
            if (range_.shows(span_of(record_, *trace))) add_trace(channel, *trace, drawn);
        if (drawn.trace.x.empty()) panel.text = {"no samples in this range"};
        fit_codes(drawn, panel.y);
        shade_rois(panel);
        drawn.trace.colour = drawn.samples.colour = trace_colour;
        drawn.trace.width = 1.1;
        drawn.samples.size = 0.5;
        drawn.peaks.name = "peaks";
        drawn.peaks.colour = peak_colour;
        add_arrivals(channel, panel);
        panel.series.emplace_back(std::move(drawn.trace));
        if (!drawn.samples.x.empty()) panel.series.emplace_back(std::move(drawn.samples));
        if (!drawn.peaks.x.empty()) panel.series.emplace_back(std::move(drawn.peaks));
        add_levels(drawn, panel);
        add_onsets(drawn, panel);
        return panel;
    }

  private:
    // What is collected of a channel's traces before its axis is known.
    struct Drawn {
        Curve trace, peaks;
        Points samples;
        std::vector<PulseMarks> marks;
        std::vector<Span> spans;     // as marks
        std::vector<double> onsets;  // times of the regions' begins
    };

    double shown(double us) const { return range_.shown(us); }

    void add_trace(const SlotChannel& channel, const proto::Trace& trace, Drawn& drawn) const {
        const auto codes = codes_of(view_.config.config, channel.config, record_, trace);
        const auto times = sample_times(record_, trace);
        const auto outline = [&](std::int64_t begin, std::int64_t end) {
            return outline_of(codes, times, begin, end, range_.from, range_.to, columns);
        };
        const auto whole = outline(0, static_cast<std::int64_t>(codes.size()));
        append(whole, drawn.trace);
        if (whole.x.size() <= few_samples)
            for (std::size_t i = 0; i < whole.x.size(); ++i) {
                drawn.samples.x.push_back(shown(whole.x[i]));
                for (auto* values : {&drawn.samples.y, &drawn.samples.low, &drawn.samples.high})
                    values->push_back(whole.y[i]);
            }
        if (channel.config == nullptr) return;
        const auto marks = find_pulses(view_.config.config, *channel.config, record_, trace);
        if (!marks) return;
        for (const auto& [begin, end] : marks->regions) {
            append(outline(begin, end + 1), drawn.peaks);
            drawn.onsets.push_back(times.of(begin));
        }
        drawn.marks.push_back(*marks);
        drawn.spans.push_back(span_of(record_, trace));
    }

    void append(const Outline& outline, Curve& curve) const {
        if (outline.x.empty()) return;
        for (const double x : outline.x)
            curve.x.push_back(shown(x));
        curve.y.insert(curve.y.end(), outline.y.begin(), outline.y.end());
        // The next trace, or peak, does not hang on this one.
        curve.x.push_back(curve.x.back());
        curve.y.push_back(std::numeric_limits<double>::quiet_NaN());
    }

    static void fit_codes(const Drawn& drawn, Axis& axis) {
        double lowest = std::numeric_limits<double>::infinity();
        double highest = -lowest;
        const auto include = [&](double code) {
            lowest = std::min(lowest, code);
            highest = std::max(highest, code);
        };
        for (const double code : drawn.trace.y)
            if (std::isfinite(code)) include(code);
        for (const auto& marks : drawn.marks) {
            include(marks.baseline);
            if (marks.threshold) include(*marks.threshold);
        }
        if (!(lowest <= highest)) lowest = highest = 0;
        const double room = std::max(0.08 * (highest - lowest), 1.0);
        axis.min = lowest - room;
        axis.max = highest + 1.5 * room;
    }

    void shade_rois(Panel& panel) const {
        for (const auto& window : record_.windows) {
            // A free window is the whole slot: a shade over everything says nothing.
            if (window.kind == wire::FREE) continue;
            const auto roi = range_.cut(roi_of(record_, window));
            if (!(roi.begin < roi.end)) continue;
            Boxes shade;
            shade.boxes.push_back({shown(roi.begin), shown(roi.end), panel.y.min, panel.y.max});
            shade.colour = faded(colour_of(window.kind), 0.12);
            panel.series.emplace_back(std::move(shade));
        }
    }

    // Baseline and threshold, each as far as its trace reaches.
    void add_levels(const Drawn& drawn, Panel& panel) const {
        Curve baseline{"baseline", {}, {}, residual_colour, 1.2, Dash::DASHED};
        Curve threshold{"threshold", {}, {}, no_beam_colour, 1.2, Dash::DASHED};
        const auto add = [&](double level, const Span& span, Curve& curve) {
            const auto part = range_.cut(span);
            curve.x.insert(curve.x.end(), {shown(part.begin), shown(part.end), shown(part.end)});
            curve.y.insert(curve.y.end(), {level, level, std::numeric_limits<double>::quiet_NaN()});
        };
        for (std::size_t i = 0; i < drawn.marks.size(); ++i) {
            add(drawn.marks[i].baseline, drawn.spans[i], baseline);
            if (drawn.marks[i].threshold) add(*drawn.marks[i].threshold, drawn.spans[i], threshold);
        }
        if (!baseline.x.empty()) panel.series.emplace_back(std::move(baseline));
        if (!threshold.x.empty()) panel.series.emplace_back(std::move(threshold));
    }

    // A short stroke under the upper edge for each peak: they are seen even where many samples share a pixel.
    void add_onsets(const Drawn& drawn, Panel& panel) const {
        Curve strokes;
        strokes.colour = peak_colour;
        const double height = panel.y.max - panel.y.min;
        for (const double onset : drawn.onsets) {
            if (onset < range_.from || onset > range_.to) continue;
            const double x = shown(onset);
            strokes.x.insert(strokes.x.end(), {x, x, x});
            strokes.y.insert(strokes.y.end(), {panel.y.max - 0.05 * height, panel.y.max - 0.01 * height,
                                               std::numeric_limits<double>::quiet_NaN()});
        }
        if (!strokes.x.empty()) panel.series.emplace_back(std::move(strokes));
    }

    void add_arrivals(const SlotChannel& channel, Panel& panel) const {
        if (!view_.engine || channel.index < 0) return;
        for (const auto& candidate : view_.candidates.candidates) {
            if (static_cast<int>(candidate.channel) != channel.index || !candidate.found) continue;
            const auto arrival = arrival_us(view_, candidate);
            if (!arrival || *arrival < range_.from || *arrival > range_.to) continue;
            const double x = shown(*arrival);
            const auto colour = colour_of(candidate.kind);
            panel.series.emplace_back(Curve{window_text(candidate.kind) + " arrival",
                                            {x, x},
                                            {panel.y.min, panel.y.max},
                                            colour,
                                            2,
                                            Dash::DASHED});
        }
    }

    const SlotView& view_;
    const proto::SpillRecord& record_;
    const TimeRange& range_;
};

}  // namespace

Panel trace_panel(const SlotView& view, const SlotChannel& channel, const TimeRange& range) {
    return TracePanel(view, range).make(channel);
}

}  // namespace spillgate::offline::plot
