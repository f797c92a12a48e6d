// The order of words and of corrected codes is one: medians and thresholds found on words are those of codes.
#include "offline/reconstruction/pmt/word_order.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/offline/reconstruction/every_target.hpp"
#include "tests/offline/reconstruction/histogram_median.hpp"
#include "tests/offline/reconstruction/waveform_zoo.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::pmt;

namespace {

constexpr config::PmtChain::CodeTable tables[] = {config::PmtChain::IDENTITY, config::PmtChain::CSI_2017,
                                                  config::PmtChain::MUON_2017};
constexpr proto::Encoding encodings[] = {{8, true, 0},  {8, false, 0},  {12, false, 0}, {14, false, 2},
                                         {14, true, 2}, {16, false, 0}, {16, true, 0},  {14, false, 0}};

std::int32_t corrected(std::uint16_t word, const proto::Encoding& encoding, const CodeTable& codes) {
    return codes.corrected(code_of(word, encoding));
}

}  // namespace

TEST_CASE("corrected codes never fall as codes rise, and the last code of each is found") {
    for (const auto table : tables) {
        const CodeTable codes(table);
        for (std::int32_t code = -400; code < 400; ++code) {
            REQUIRE(codes.corrected(code) <= codes.corrected(code + 1));
            const auto last = codes.last_at_or_below(code);
            REQUIRE(codes.corrected(last) <= code);
            REQUIRE(codes.corrected(last + 1) > code);
        }
    }
}

TEST_CASE("the rank of a word gives back its code, and thresholds pass exactly the words that codes pass") {
    std::mt19937_64 random(11);
    for (const auto table : tables)
        for (const auto& encoding : encodings) {
            const CodeTable codes(table);
            const WordOrder order(encoding, codes);
            for (std::uint32_t word = 0; word < 65536; ++word) {
                const auto rank = static_cast<std::int16_t>(word ^ order.flip());
                REQUIRE(order.corrected(rank) ==
                        corrected(static_cast<std::uint16_t>(word), encoding, codes));
            }
            std::vector<std::int32_t> baselines{lowest_code(encoding), highest_code(encoding), 0, 70000,
                                                -70000};
            for (int i = 0; i < 20; ++i)
                baselines.push_back(corrected(static_cast<std::uint16_t>(random()), encoding, codes));
            for (const auto baseline : baselines)
                for (const std::int32_t threshold : {1, 4, 300})
                    for (const bool positive : {false, true}) {
                        const auto at = threshold_at(order, baseline, threshold, positive);
                        for (std::uint32_t word = 0; word < 65536;
                             word += 1 + static_cast<std::uint32_t>(random() % 37)) {
                            const auto code = corrected(static_cast<std::uint16_t>(word), encoding, codes);
                            const auto x = positive ? code - baseline : baseline - code;
                            const auto rank = static_cast<std::int16_t>(word ^ at.flip);
                            REQUIRE((!at.none && rank <= at.rank) == (x >= threshold));
                        }
                    }
        }
}

TEST_CASE("the median found on words is that of the corrected codes' histogram, on every target") {
    std::mt19937_64 random(12);
    test::HistogramMedian histogram;
    const auto check = [&](const std::vector<std::uint16_t>& words, const proto::Encoding& encoding,
                           config::PmtChain::CodeTable table) {
        const CodeTable codes(table);
        std::vector<std::int32_t> of_codes;
        for (const auto word : words)
            of_codes.push_back(corrected(word, encoding, codes));
        REQUIRE(median_code(words, WordOrder(encoding, codes)) == histogram(of_codes));
    };
    test::on_every_target([&] {
        for (const auto table : tables)
            for (const auto& encoding : encodings) {
                INFO(int{encoding.bits} << " bits, shift " << int{encoding.shift});
                check({}, encoding, table);
                for (const unsigned bits : {4u, 8u, 14u, 16u})
                    for (const auto& [name, words] : test::waveform_zoo(bits)) {
                        INFO(name << ", " << words.size());
                        check(words, encoding, table);
                    }
                // Two levels far apart: the first guess is wrong half of the time.
                for (int i = 0; i < 20; ++i) {
                    std::vector<std::uint16_t> words(100 + random() % 1000);
                    const std::uint16_t levels[] = {static_cast<std::uint16_t>(random()),
                                                    static_cast<std::uint16_t>(random())};
                    for (auto& word : words)
                        word = static_cast<std::uint16_t>(levels[random() % 2] + random() % 3);
                    check(words, encoding, table);
                }
            }
    });
}
