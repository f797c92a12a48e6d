// Leading edges of logic pulses: where they are, what is refused, and the same as a slow definition says.
#include "hw/marks/edge_finder.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

namespace spillgate::hw::marks {
namespace {

constexpr proto::Encoding bits14{14, false, 0};

std::vector<std::uint16_t> pulse(std::size_t count, double edge, double width, double height, double rise,
                                 double baseline) {
    std::vector<std::uint16_t> samples;
    for (std::size_t i = 0; i < count; ++i) {
        const auto t = static_cast<double>(i);
        const double up = std::clamp((t - edge) / rise + 0.5, 0.0, 1.0);
        const double down = std::clamp((t - edge - width) / rise + 0.5, 0.0, 1.0);
        samples.push_back(static_cast<std::uint16_t>(std::lround(baseline + height * (up - down))));
    }
    return samples;
}

struct Found {
    std::vector<Edge> edges;
    EdgeRefusals refusals;
};

Found find(const std::vector<std::uint16_t>& samples, const EdgeSettings& settings,
           const proto::Encoding& encoding = bits14) {
    Found found;
    find_edges(samples, encoding, settings, found.edges, found.refusals);
    return found;
}

// The definition in the header, sample by sample, with the crossing found by bisection.
class SlowFinder {
  public:
    SlowFinder(const std::vector<std::uint16_t>& samples, const EdgeSettings& settings)
        : settings_(settings), n_(samples.size()), k_(std::min<std::size_t>(16, samples.size() / 4)) {
        for (const auto word : samples)
            codes_.push_back(settings.negative ? -static_cast<long>(word) : static_cast<long>(word));
        for (std::size_t i = 0; i < k_; ++i)
            sum_ += codes_[i];
    }

    Found find() {
        if (k_ == 0) {
            found_.refusals.add(EdgeRefusal::CUT);
            return found_;
        }
        std::size_t from = 0;
        while (true) {
            const auto begin = first(from, [&](std::size_t i) { return over(i); });
            if (begin == n_) return found_;
            const auto end = first(begin, [&](std::size_t i) { return !over(i); });
            long peak = codes_[begin];
            for (std::size_t i = begin; i < end; ++i)
                peak = std::max(peak, codes_[i]);
            const auto half = [&](std::size_t i) { return half_or_more(65536 * codes_[i], peak); };
            const auto rise = first(begin, half);
            const auto fall = first(rise, [&](std::size_t i) { return !half(i); });
            judge(begin, peak, rise, fall);
            from = std::max(end, fall);
        }
    }

  private:
    template <class Test>
    std::size_t first(std::size_t from, Test test) const {
        for (std::size_t i = from; i < n_; ++i)
            if (test(i)) return i;
        return n_;
    }
    double height(long code) const {
        return static_cast<double>(code) - static_cast<double>(sum_) / static_cast<double>(k_);
    }
    bool over(std::size_t i) const {
        const auto k = static_cast<double>(k_);
        return static_cast<double>(codes_[i] * static_cast<long>(k_) - sum_) >=
               std::ceil(settings_.height_min_adc * k / 2);
    }
    // code65536 / 65536 − b ≥ (peak − b) / 2, without division
    bool half_or_more(long code65536, long peak) const {
        const auto k = static_cast<long>(k_);
        return 2 * (k * code65536 - 65536 * sum_) >= 65536 * (k * peak - sum_);
    }
    // The largest p (of 65536) up to which the straight line has not passed half of the peak.
    long cross(std::size_t i, long peak) const {
        const long from = codes_[i - 1];
        const long step = codes_[i] - from;
        const auto k = static_cast<long>(k_);
        long low = 0;
        long high = 65536;
        while (low < high) {
            const long p = (low + high + 1) / 2;
            const long twice = 2 * (k * (65536 * from + step * p) - 65536 * sum_);
            const long target = 65536 * (k * peak - sum_);
            if (step > 0 ? twice <= target : twice >= target)
                low = p;
            else
                high = p - 1;
        }
        return (static_cast<long>(i) - 1) * 65536 + low;
    }
    void judge(std::size_t begin, long peak, std::size_t rise, std::size_t fall) {
        if (begin < k_) return found_.refusals.add(EdgeRefusal::CUT);
        if (height(peak) < settings_.height_min_adc || height(peak) > settings_.height_max_adc)
            return found_.refusals.add(EdgeRefusal::HEIGHT);
        const long edge = cross(rise, peak);
        const long end = fall == n_ ? static_cast<long>(n_) * 65536 : cross(fall, peak);
        const double width = static_cast<double>(end - edge) / 65536;
        if (width < settings_.width_min_samples || width > settings_.width_max_samples)
            return found_.refusals.add(EdgeRefusal::WIDTH);
        found_.edges.push_back({edge, 0});
    }

    EdgeSettings settings_;
    std::size_t n_;
    std::size_t k_;
    std::vector<long> codes_;
    long sum_ = 0;
    Found found_;
};

}  // namespace

TEST_CASE("an edge that rises over several samples is found to a hundredth of a sample") {
    for (double edge = 40; edge < 41; edge += 0.0371) {
        const auto found = find(pulse(100, edge, 30, 4000, 4, 1000), {2000, 6000, 10, 50, false});
        REQUIRE(found.edges.size() == 1);
        CHECK(std::abs(static_cast<double>(found.edges[0].position) / 65536 - edge) < 0.01);
        CHECK(found.edges[0].uncertainty_samples > 0);
        CHECK(found.edges[0].uncertainty_samples < 0.01);
    }
}

TEST_CASE("an edge within one sample is as uncertain as a sample is long") {
    const auto found = find(pulse(100, 40.5, 30, 4000, 0.01, 1000), {2000, 6000, 0, 50, false});
    REQUIRE(found.edges.size() == 1);
    CHECK(found.edges[0].uncertainty_samples == Approx(1 / std::sqrt(12.0)));
}

TEST_CASE("a pulse that goes down, signed and shifted, has the same edge") {
    const auto up = pulse(100, 40.3, 30, 4000, 4, 1000);
    std::vector<std::uint16_t> down;
    for (const auto code : up)
        down.push_back(static_cast<std::uint16_t>(static_cast<std::int16_t>(-static_cast<int>(code) * 4)));
    const auto a = find(up, {2000, 6000, 10, 50, false});
    const auto b = find(down, {2000, 6000, 10, 50, true}, {14, true, 2});
    REQUIRE(a.edges.size() == 1);
    REQUIRE(b.edges.size() == 1);
    CHECK(a.edges[0].position == b.edges[0].position);
    CHECK(find(up, {2000, 6000, 10, 50, true}).edges.empty());
}

TEST_CASE("what is out of range is no mark and is counted under its own name") {
    const EdgeSettings settings{2000, 6000, 10, 50, false};
    const auto low = find(pulse(200, 40, 30, 1500, 4, 1000), settings);
    CHECK((low.edges.empty() && low.refusals.of(EdgeRefusal::HEIGHT) == 1));
    const auto high = find(pulse(200, 40, 30, 7000, 4, 1000), settings);
    CHECK((high.edges.empty() && high.refusals.of(EdgeRefusal::HEIGHT) == 1));
    const auto narrow = find(pulse(200, 40, 6, 4000, 4, 1000), settings);
    CHECK((narrow.edges.empty() && narrow.refusals.of(EdgeRefusal::WIDTH) == 1));
    const auto wide = find(pulse(200, 40, 60, 4000, 4, 1000), settings);
    CHECK((wide.edges.empty() && wide.refusals.of(EdgeRefusal::WIDTH) == 1));
    const auto cut = find(pulse(200, 8, 30, 4000, 4, 1000), settings);
    CHECK((cut.edges.empty() && cut.refusals.of(EdgeRefusal::CUT) == 1));
    const auto tiny = find({1, 2, 3}, settings);
    CHECK((tiny.edges.empty() && tiny.refusals.of(EdgeRefusal::CUT) == 1));
    const auto quiet = find(pulse(200, 40, 30, 900, 4, 1000), settings);
    CHECK((quiet.edges.empty() && quiet.refusals.counts == std::array<std::uint64_t, 3>{}));
}

TEST_CASE("two pulses in one trace are two edges, one that the end cuts is as wide as it is seen") {
    auto samples = pulse(200, 40, 20, 4000, 4, 1000);
    const auto second = pulse(200, 180, 40, 4000, 4, 0);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::uint16_t>(samples[i] + second[i]);
    CHECK(find(samples, {2000, 6000, 10, 50, false}).edges.size() == 2);
    const auto wider = find(samples, {2000, 6000, 20.5, 50, false});
    CHECK(wider.edges.empty());
    CHECK(wider.refusals.of(EdgeRefusal::WIDTH) == 2);
}

TEST_CASE("the edge finder agrees with its slow definition on any trace", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    std::size_t edges = 0;
    std::size_t refusals = 0;
    for (int round = 0; round < 3000; ++round) {
        const auto uniform = [&](double a, double b) {
            return std::uniform_real_distribution<double>(a, b)(random);
        };
        std::vector<double> level(std::uniform_int_distribution<std::size_t>(0, 300)(random),
                                  uniform(500, 3000));
        for (auto pulses = random() % 4; pulses > 0; --pulses) {
            const auto shape = pulse(level.size(), uniform(-20, 320), uniform(0.5, 80), uniform(10, 6000),
                                     uniform(0.1, 8), 0);
            for (std::size_t i = 0; i < level.size(); ++i)
                level[i] += shape[i];
        }
        std::normal_distribution<double> noise(0, uniform(0.01, 30));
        std::vector<std::uint16_t> samples;
        for (const double value : level)
            samples.push_back(static_cast<std::uint16_t>(std::clamp(value + noise(random), 0.0, 16383.0)));
        EdgeSettings settings;
        settings.height_min_adc = std::floor(uniform(20, 2000));
        settings.height_max_adc = settings.height_min_adc + std::floor(uniform(0, 6000));
        settings.width_min_samples = uniform(0, 20);
        settings.width_max_samples = settings.width_min_samples + uniform(1, 80);
        settings.negative = random() % 8 == 0;

        const auto fast = find(samples, settings);
        const auto slow = SlowFinder(samples, settings).find();
        REQUIRE(fast.edges.size() == slow.edges.size());
        for (std::size_t i = 0; i < fast.edges.size(); ++i)
            REQUIRE(fast.edges[i].position == slow.edges[i].position);
        REQUIRE(fast.refusals.counts == slow.refusals.counts);
        edges += fast.edges.size();
        for (const auto count : fast.refusals.counts)
            refusals += count;
    }
    CHECK(edges > 100);  // some 320
    CHECK(refusals > 100);
}

}  // namespace spillgate::hw::marks
