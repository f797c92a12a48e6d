// The PMT chain's parts, each against values worked out by hand.
#include <vector>

#include <catch2/catch.hpp>

#include "offline/reconstruction/kernels/marks.hpp"
#include "offline/reconstruction/kernels/word_kernels.hpp"
#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/conditional_mean.hpp"
#include "offline/reconstruction/pmt/peak_finder.hpp"
#include "offline/reconstruction/pmt/pulse.hpp"
#include "offline/reconstruction/pmt/word_order.hpp"
#include "tests/offline/reconstruction/histogram_median.hpp"
#include "tests/offline/reconstruction/pmt_record.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::pmt;

namespace {

// Peaks of samples x over a baseline of 0: threshold 4, width 3, margins 2 and 1.
std::vector<Peak> peaks_of(const test::Codes& x) {
    const std::vector<std::uint16_t> words(x.begin(), x.end());
    const CodeTable codes(config::PmtChain::IDENTITY);
    const auto threshold = threshold_at(WordOrder({16, true, 0}, codes), 0, 4, true);
    std::vector<std::uint64_t> marks(kernels::mark_words(words.size()));
    kernels::mark_at_or_below(words, threshold.flip, threshold.rank, marks);
    std::vector<Peak> peaks;
    kernels::for_each_marked_run(marks, words.size(), 3, [&](std::size_t first, std::size_t after) {
        add_peak(first, after, words.size(), {4, 3, 2, 1}, peaks);
    });
    return peaks;
}

}  // namespace

TEST_CASE("the CsI code table takes one code out of every eleven, with the floor of negative numbers") {
    const CodeTable table(config::PmtChain::CSI_2017);
    CHECK(table.corrected(0) == 0);
    CHECK(table.corrected(5) == 5);
    CHECK(table.corrected(6) == 5);
    CHECK(table.corrected(17) == 15);
    CHECK(table.corrected(127) == 115);
    CHECK(table.corrected(-5) == -5);
    CHECK(table.corrected(-6) == -5);
    CHECK(table.corrected(-16) == -15);
    CHECK(table.corrected(-17) == -15);
    CHECK(table.corrected(-128) == -116);
}

TEST_CASE("the muon channel's code table is odd about zero") {
    const CodeTable table(config::PmtChain::MUON_2017);
    CHECK(table.corrected(0) == 0);
    CHECK(table.corrected(4) == 4);
    CHECK(table.corrected(5) == 4);
    CHECK(table.corrected(15) == 14);
    CHECK(table.corrected(16) == 14);
    CHECK(table.corrected(127) == 115);
    for (int code = 1; code < 128; ++code)
        CHECK(table.corrected(-code) == -table.corrected(code));
}

TEST_CASE("a stored word gives the same code whatever its shift and sign extension") {
    CHECK(code_of(0xFF80, {8, true, 0}) == -128);
    CHECK(code_of(0x007F, {8, true, 0}) == 127);
    CHECK(code_of(37816, {14, false, 2}) == 9454);
    CHECK(code_of(0xFFFC, {14, true, 2}) == -1);
    CHECK(highest_code({14, false, 2}) == 16383);
    CHECK(lowest_code({14, false, 2}) == 0);
    CHECK(highest_code({8, true, 0}) == 127);
    CHECK(lowest_code({8, true, 0}) == -128);
}

TEST_CASE("the median is the first code at which the running count reaches half") {
    test::HistogramMedian median;
    const auto of = [&](std::vector<std::int32_t> codes) { return median(codes); };
    CHECK(of({7}) == 7);
    CHECK(of({1, 9}) == 1);
    CHECK(of({9, 1, 5}) == 5);
    CHECK(of({4, 4, 8, 8}) == 4);
    CHECK(of({-32768, 65535, 65535}) == 65535);
    CHECK(of({-3, -3, -3, 100}) == -3);
    CHECK(of({2, 2, 2}) == 2);  // nothing is left over from the call before
    CHECK(of({}) == 0);
}

TEST_CASE("a peak is a run of at least the minimum width that ends inside the trace") {
    std::vector<Peak> peaks;
    const auto find = [&](const test::Codes& x) {
        peaks = peaks_of(x);
        return peaks.size();
    };
    CHECK(find({0, 0, 0, 4, 4, 0, 0, 0}) == 0);
    CHECK(find({0, 0, 0, 4, 3, 4, 0, 0}) == 0);
    CHECK(find({0, 0, 0, 0, 4, 4, 4, 4}) == 0);  // does not end

    REQUIRE(find({0, 0, 0, 4, 9, 4, 0, 0, 0}) == 1);
    CHECK(peaks[0].begin == 1);
    CHECK(peaks[0].end == 7);  // first back under is 6
    CHECK(peaks[0].onset == 3);

    REQUIRE(find({5, 5, 5, 0}) == 1);  // clamped on both sides
    CHECK(peaks[0].begin == 0);
    CHECK(peaks[0].end == 3);
    CHECK(peaks[0].onset == 2);
}

TEST_CASE("a sample that lies in two regions is summed once") {
    //                     0  1  2  3  4  5  6  7  8  9 10
    const test::Codes x = {0, 1, 5, 5, 5, 2, 5, 5, 5, 1, 7};
    std::vector<Peak> peaks;
    peaks = peaks_of(x);
    REQUIRE(peaks.size() == 2);
    CHECK(peaks[0].end == 6);
    CHECK(peaks[1].begin == 4);
    const auto pulse = integrate(std::span<const std::int32_t>(x), peaks, 100);
    CHECK(pulse.charge == 0 + 1 + 15 + 2 + 15 + 1 + 7);
    CHECK(pulse.peaks == 2);
    CHECK(pulse.highest == 7);
}

TEST_CASE("rise times are linear between the running charges of neighbouring samples") {
    // Charge after samples 0…6: 0 0 10 30 60 90 100.
    const test::Codes x = {0, 0, 10, 20, 30, 30, 10, 0, 0};
    std::vector<Peak> peaks;
    peaks = peaks_of(x);
    REQUIRE(peaks.size() == 1);
    const auto pulse = integrate(std::span<const std::int32_t>(x), peaks, 100);
    CHECK(pulse.charge == 100);
    CHECK(pulse.t10 == 2.0);
    CHECK(pulse.t50 == Approx(3 + 20.0 / 30));
    CHECK(pulse.t90 == 5.0);
}

TEST_CASE("with several crossings from below the last one stands") {
    // Charge after samples 2…: 50 100 150 | -100 in the region's tail | 50 150 250 …: total 200.
    const test::Codes x = {0, 0, 50, 50, 50, -100, 50, 50, 50, 0, 0};
    std::vector<Peak> peaks;
    peaks = peaks_of(x);
    REQUIRE(peaks.size() == 2);
    const auto pulse = integrate(std::span<const std::int32_t>(x), peaks, 100);
    CHECK(pulse.charge == 200);
    CHECK(pulse.t10 == Approx(1 + 20.0 / 50));  // crossed once
    CHECK(pulse.t50 == 6.0);                    // at 3 first, then again
}

TEST_CASE("a first sample that alone reaches the fraction crosses at offset 0") {
    const test::Codes x = {3, 3, 4, 4, 4, 3, 3};
    std::vector<Peak> peaks;
    peaks = peaks_of(x);
    REQUIRE(peaks.size() == 1);
    const auto pulse = integrate(std::span<const std::int32_t>(x), peaks, 100);
    CHECK(pulse.charge == 24);
    CHECK(pulse.t10 == 0.0);
}

TEST_CASE("a pulse whose charge is not positive has no rise times") {
    const test::Codes x = {0, 0, 5, 5, 5, -30, 0, 0};
    std::vector<Peak> peaks;
    peaks = peaks_of(x);
    REQUIRE(peaks.size() == 1);
    const auto pulse = integrate(std::span<const std::int32_t>(x), peaks, 100);
    CHECK(pulse.charge == -15);
    CHECK(std::isnan(pulse.t10));
    CHECK(std::isnan(pulse.t90));
}

TEST_CASE("the local pedestal is the mean of the quiet samples before arrival") {
    const test::Codes x = {3, 9, -3, 2, 1, 0, 40, 40};
    const auto all = local_pedestal(x, 6, 100, 3);
    CHECK(all.sum == 3);
    CHECK(all.count == 5);
    const auto near = local_pedestal(x, 6, 2, 3);
    CHECK(near.sum == 1);
    CHECK(near.count == 2);
    CHECK(local_pedestal(x, 0, 100, 3).count == 0);
}

TEST_CASE("the conditional mean follows the baseline and not the pulse") {
    ConditionalMean filter(4, 3);
    std::vector<double> filtered(8);
    filter(std::vector<std::int32_t>{10, 10, 0, 14, 8, 10, 13, 12}, 10, filtered);
    CHECK(filtered[0] == 0);
    CHECK(filtered[2] == 10.0);                   // 10 − 0; the mean itself enters
    CHECK(filtered[3] == -4.0);                   // 14 is outside the band too
    CHECK(filtered[4] == 0);                      // 8 passes; the mean is now 9.5
    CHECK(filtered[5] == 0);                      // mean still 9.5: {10, 10, 8, 10}
    CHECK(filtered[6] == 13 * 0.0 + (9.5 - 13));  // 3.5 away
    CHECK(filtered[7] == 0);
}
