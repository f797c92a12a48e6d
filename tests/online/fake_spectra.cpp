#include "tests/online/fake_spectra.hpp"

#include <algorithm>

#include "tests/online/synthetic_config.hpp"

namespace spillgate::test {
namespace {

class FakeSpectra final : public offline::Spectra {
  public:
    explicit FakeSpectra(std::vector<FakeSpectrum> spectra) : spectra_(std::move(spectra)) {}

    void fill(const offline::SlotCandidates&, const proto::Verdict&) override {}
    void fill(const proto::Verdict&) override {}
    void merge(const offline::Spectra&) override {}
    std::size_t size() const override { return spectra_.size(); }
    offline::HistogramView histogram(std::size_t index) const override {
        const FakeSpectrum& one = spectra_.at(index);
        offline::HistogramView view;
        view.name = one.name;
        view.axes = one.axes;
        view.in_time = one.in_time;
        view.anti_coincident = one.anti_coincident;
        view.free = one.free;
        view.no_beam = one.no_beam;
        view.exposure = &one.exposure;
        view.channels = 1;
        view.box = one.box;
        view.in_time_outside = one.in_time_outside;
        view.anti_coincident_outside = one.anti_coincident_outside;
        return view;
    }
    std::uint64_t slots() const override { return 0; }
    std::uint64_t inconsistent_slots() const override { return 0; }
    std::unique_ptr<offline::Spectra> clone() const override { return std::make_unique<FakeSpectra>(*this); }
    std::unique_ptr<const offline::Spectra> unsealed(const proto::Unsealing&) const override {
        return clone();
    }
    std::string serialise() const override { return {}; }
    proto::Status restore(std::string_view) override { return {}; }

  private:
    std::vector<FakeSpectrum> spectra_;
};

bool same(const FakeSpectrum& one, const offline::HistogramView& other) {
    return std::ranges::equal(one.in_time, other.in_time) &&
           std::ranges::equal(one.anti_coincident, other.anti_coincident) &&
           std::ranges::equal(one.free, other.free) && std::ranges::equal(one.no_beam, other.no_beam) &&
           one.exposure == *other.exposure;
}

}  // namespace

FakeSpectrum fake_spectrum(std::string name, const std::vector<std::uint32_t>& bins) {
    FakeSpectrum out;
    out.name = std::move(name);
    std::size_t size = 1;
    for (const std::uint32_t n : bins) {
        out.axes.push_back({"pe", "", "PE", n, 0, static_cast<double>(n)});
        size *= n + 2;
    }
    for (auto* counts : {&out.in_time, &out.anti_coincident, &out.free, &out.no_beam})
        counts->resize(size);
    out.exposure.in_time.windows = out.exposure.anti_coincident.windows = 1;
    out.exposure.in_time.live_ps = out.exposure.anti_coincident.live_ps = 1'000'000;
    return out;
}

std::shared_ptr<const offline::Spectra> fake_spectra(const std::vector<FakeSpectrum>& spectra) {
    return std::make_shared<FakeSpectra>(spectra);
}

std::shared_ptr<online::Snapshot> fake_snapshot(std::uint64_t version,
                                                const std::vector<FakeSpectrum>& spectra,
                                                const online::SnapshotPtr& before) {
    auto snapshot = std::make_shared<online::Snapshot>();
    snapshot->version = version;
    snapshot->utc_ns = proto::utc_now_ns();
    snapshot->config = before ? before->config : std::make_shared<const proto::LoadedConfig>(demo_config());
    snapshot->daemons.push_back({"daq", true, 0, nullptr});
    snapshot->spectra = fake_spectra(spectra);
    snapshot->changed.assign(spectra.size(), version);
    snapshot->trend = std::make_shared<const std::vector<online::TrendPoint>>();
    for (std::size_t i = 0; before && i < spectra.size() && i < before->spectra->size(); ++i) {
        if (same(spectra[i], before->spectra->histogram(i))) snapshot->changed[i] = before->changed[i];
    }
    return snapshot;
}

}  // namespace spillgate::test
