#include "tests/offline/reference/random_pmts.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::tests {

namespace {

constexpr int most_code = 4095;

class Maker {
  public:
    Maker(std::mt19937_64& random, std::size_t pmts, const SlowLight& settings,
          std::uint32_t ticks_per_sample)
        : random_(random), settings_(settings), ticks_(static_cast<int>(ticks_per_sample)) {
        roi_begin_ = ticks_ * upto(300);
        roi_end_ = roi_begin_ + ticks_ * upto(2 * settings.integration + 100) + upto(2);
        pretrace_end_ = roi_begin_ - (upto(3) == 0 ? upto(40) : 0);
        pretrace_begin_ = pretrace_end_ - ticks_ * upto(200);
        for (const int edge :
             {roi_begin_, roi_end_, roi_end_ - ticks_ * settings.integration, pretrace_begin_})
            if (upto(2) == 0) events_.push_back(edge + ticks_ * (upto(17) - 8));
        for (int n = upto(4); n > 0; --n)
            events_.push_back(pretrace_begin_ + upto(roi_end_ - pretrace_begin_ + 1));
        out_.pmts.resize(pmts);
    }

    RandomPmts make() {
        for (std::size_t p = 0; p < out_.pmts.size(); ++p)
            settings_.whole_records ? add_whole(p) : add_pieces(p);
        out_.built.add_window(wire::IN_TIME, pretrace_begin_, pretrace_end_, roi_begin_, roi_end_);
        return std::move(out_);
    }

  private:
    int upto(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

    void add_whole(std::size_t pmt) {
        if (upto(20) == 0) return;
        const int begin = pretrace_begin_ - (upto(10) == 0 ? -upto(60) : ticks_ * upto(30) + upto(3));
        int length = (roi_end_ - begin) / ticks_ + 1 + upto(30);
        if (upto(10) == 0) length = upto(std::max(1, length));
        add(pmt, begin, std::max(0, length));
    }

    void add_pieces(std::size_t pmt) {
        int begin = pretrace_begin_ - upto(60);
        for (int n = upto(4); n > 0; --n) {
            begin += upto(3) == 0 ? 0 : upto(200);
            const int length = upto(3) == 0 ? upto(40) : upto(500);
            add(pmt, begin, length);
            begin += ticks_ * length;
        }
    }

    void add(std::size_t pmt, int first_tick, int length) {
        SlowTrace trace;
        trace.codes = codes(first_tick, length);
        const auto sample = [&](int tick) {
            return static_cast<int>(std::ceil((tick - first_tick) / static_cast<double>(ticks_)));
        };
        trace.pretrace_begin = sample(pretrace_begin_);
        trace.pretrace_end = sample(pretrace_end_);
        trace.roi_begin = sample(roi_begin_);
        trace.roi_end = sample(roi_end_);
        out_.built.add_trace(pmt, first_tick, {trace.codes.begin(), trace.codes.end()},
                             static_cast<std::uint32_t>(ticks_));
        out_.pmts[pmt].traces.push_back(trace);
    }

    std::vector<int> codes(int first_tick, int length) {
        const int level = settings_.positive ? 600 : 3500;
        std::vector<int> x(static_cast<std::size_t>(length), 0);
        const int style = upto(16);
        for (int i = 0; i < length; ++i) {
            auto& sample = x[static_cast<std::size_t>(i)];
            if (style == 0)
                sample = most_code;  // saturated
            else if (style == 1)
                sample = 7;  // flat
            else if (style == 2)
                sample = i % 2 == 0 ? 0 : 100;  // alternating
            else if (style == 3)
                sample = i % 6 < 3 ? 0 : 40;  // pulses without end
            else if (style == 4)
                sample = upto(200) - 100;  // noise
            else
                sample = upto(5) - 2;
        }
        if (style > 4) add_light(x, first_tick);
        for (auto& sample : x)
            sample = std::clamp(settings_.positive ? level + sample : level - sample, 0, most_code);
        return x;
    }

    void add_light(std::vector<int>& x, int first_tick) {
        for (const int event : events_)
            if (upto(5) != 0)
                add_pulse(x, (event - first_tick) / ticks_ + upto(settings_.coincidence + 3), 10 + upto(400),
                          2 + upto(60));
        for (int n = upto(6); n > 0 && !x.empty(); --n)
            add_pulse(x, upto(static_cast<int>(x.size())), 8 + upto(60), 1 + upto(4));
        if (upto(4) == 0) add_pulse(x, 0, 100, 1 + upto(10));
        if (upto(4) == 0) add_pulse(x, static_cast<int>(x.size()) - 1 - upto(4), 100, 20);
        if (upto(6) == 0) add_pulse(x, upto(static_cast<int>(x.size()) + 1), -60, 40);  // undershoot
    }

    void add_pulse(std::vector<int>& x, int at, int height, int width) {
        for (int i = 0; i < 3 * width; ++i)
            if (at + i >= 0 && at + i < static_cast<int>(x.size()))
                x[static_cast<std::size_t>(at + i)] +=
                    static_cast<int>(height * std::exp(-i / double(width)));
    }

    std::mt19937_64& random_;
    const SlowLight& settings_;
    int ticks_;
    int pretrace_begin_ = 0, pretrace_end_ = 0, roi_begin_ = 0, roi_end_ = 0;  // ticks after t0
    std::vector<int> events_;                                                  // ticks after t0
    RandomPmts out_;
};

}  // namespace

RandomPmts random_pmts(std::mt19937_64& random, std::size_t pmts, const SlowLight& settings,
                       std::uint32_t ticks_per_sample) {
    return Maker(random, pmts, settings, ticks_per_sample).make();
}

}  // namespace spillgate::tests
