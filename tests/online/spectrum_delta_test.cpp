#include "online/feed/spectrum_delta.hpp"

#include <map>
#include <random>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "tests/online/fake_spectra.hpp"

using namespace spillgate;
namespace json = boost::json;

namespace {

constexpr std::array kinds{"in_time", "anti_coincident", "free", "no_beam"};

// What a console does with what it is told.
class Console {
  public:
    void take(const std::string& text) {
        json::object told = json::parse(text).get_object();
        if (told.at("base").is_null()) {
            spectrum_ = std::move(told);
            return;
        }
        REQUIRE(told.at("base") == spectrum_.at("version"));
        for (const char* kind : kinds)
            merge(told, kind);
        for (auto& [key, value] : told)
            spectrum_[key] = std::move(value);
        spectrum_["base"] = nullptr;
    }
    const json::object& spectrum() const { return spectrum_; }

  private:
    void merge(json::object& told, const char* kind) {
        if (!told.at(kind).is_object()) return;
        auto& news = told.at(kind).get_object();
        if (!news.contains("set")) return;
        json::array counts = spectrum_.at(kind).at("counts").as_array();
        const auto& set = news.at("set").get_array();
        for (std::size_t i = 0; i < set.size(); i += 2)
            counts.at(set[i].to_number<std::size_t>()) = set[i + 1];
        news.erase("set");
        news["counts"] = std::move(counts);
    }
    json::object spectrum_;
};

using Random = std::mt19937;

void fill(test::FakeSpectrum& spectrum, Random& random, std::size_t entries) {
    const std::array all{&spectrum.in_time, &spectrum.anti_coincident, &spectrum.free, &spectrum.no_beam};
    for (std::size_t i = 0; i < entries; ++i) {
        auto& counts = *all[random() % all.size()];
        ++counts[random() % counts.size()];
    }
    spectrum.exposure.in_time.live_ps += 1000;
    ++spectrum.exposure.in_time.windows;
    if (random() % 4 == 0) ++spectrum.exposure.free.windows;
    if (random() % 4 == 0) ++spectrum.exposure.no_beam.windows;
}

// What online does to spectra: fills them, takes back what never reached the disk, begins a run anew.
void happen(std::vector<test::FakeSpectrum>& spectra, const std::vector<test::FakeSpectrum>& settled,
            Random& random) {
    switch (random() % 8) {
        case 0:
            for (auto& spectrum : spectra) {
                spectrum = test::fake_spectrum(spectrum.name, {spectrum.axes.front().bins});
                spectrum.exposure = {};
            }
            break;
        case 1:
            spectra = settled;
            break;
        default:
            for (auto& spectrum : spectra) {
                if (random() % 3 > 0) fill(spectrum, random, random() % 60);
            }
    }
}

}  // namespace

TEST_CASE("a delta put on its base is the whole, whatever happens to the spectra", "[property]") {
    Random random(20);
    for (int round = 0; round < 20; ++round) {
        std::vector spectra{test::fake_spectrum("few", {10}), test::fake_spectrum("many", {200})};
        auto settled = spectra;
        auto now = test::fake_snapshot(1, spectra);
        std::map<std::size_t, Console> consoles;
        for (std::size_t i = 0; i < spectra.size(); ++i)
            consoles[i].take(online::whole_spectrum(*now, i));
        online::SnapshotPtr had = now;  // of all consoles: some versions pass them by
        for (std::uint64_t version = 2; version < 60; ++version) {
            happen(spectra, settled, random);
            if (random() % 5 == 0) settled = spectra;
            now = test::fake_snapshot(version, spectra, now);
            if (random() % 3 == 0) continue;
            for (std::size_t i = 0; i < spectra.size(); ++i) {
                if (now->changed[i] <= had->changed[i]) continue;
                const auto delta = online::spectrum_delta(*now, *had, i);
                consoles[i].take(delta);
                CHECK(consoles[i].spectrum() == json::parse(online::whole_spectrum(*now, i)).get_object());
            }
            had = now;
        }
    }
}

TEST_CASE("a delta names bins inside the axes, row by row, with their new content") {
    std::vector spectra{test::fake_spectrum("map", {2, 3})};
    const auto before = test::fake_snapshot(1, spectra);
    spectra[0].in_time[(1 + 1) * 5 + 2 + 1] = 7;  // second row, third column
    spectra[0].in_time[0] = 9;                    // underflow of both
    const auto now = test::fake_snapshot(2, spectra, before);
    const auto delta = json::parse(online::spectrum_delta(*now, *before, 0));
    CHECK(delta.at("base") == 1);
    CHECK(delta.at("version") == 2);
    CHECK(delta.at("in_time").at("set") == json::array{5, 7});
    CHECK(delta.at("in_time").at("inside") == 7);
    CHECK(delta.at("in_time").at("outside") == 9);
    CHECK(delta.at("anti_coincident").at("set").as_array().empty());
    CHECK(delta.at("free").is_null());
    CHECK(delta.at("newest_slot_utc_s").is_null());
    const auto whole = json::parse(online::whole_spectrum(*now, 0));
    CHECK(whole.at("in_time").at("counts") == json::array{0, 0, 0, 0, 0, 7});
}

TEST_CASE("most bins new, or another configuration, is told as a whole") {
    std::vector spectra{test::fake_spectrum("pe", {4})};
    const auto before = test::fake_snapshot(1, spectra);
    for (auto& n : spectra[0].in_time)
        n = 3;
    for (auto& n : spectra[0].anti_coincident)
        n = 2;
    const auto all_new = test::fake_snapshot(2, spectra, before);
    CHECK(json::parse(online::spectrum_delta(*all_new, *before, 0)).at("base").is_null());
    const auto other = test::fake_snapshot(3, spectra);  // a configuration of its own
    CHECK(json::parse(online::spectrum_delta(*other, *all_new, 0)).at("base").is_null());
}
