#include "online/feed/spectrum_delta.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "online/snapshot_json.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

struct Kind {
    json::object json;
    std::size_t bins = 0;
    std::size_t changed = 0;  // all, if it was not known before
};

// `before` empty: whole.
Kind kind_of(const offline::HistogramView& histogram, const KindCounts& now, const KindCounts* before) {
    Kind kind;
    kind.json = kind_exposure_json(now);
    if (now.sealed) return kind;
    std::uint64_t inside = 0;
    std::uint64_t all = 0;
    for (const std::uint64_t n : now.counts)
        all += n;
    json::array bins;
    for_each_bin(histogram, [&](std::size_t at) {
        inside += now.counts[at];
        if (before == nullptr) {
            bins.push_back(now.counts[at]);
        } else if (now.counts[at] != before->counts[at]) {
            bins.push_back(kind.bins);
            bins.push_back(now.counts[at]);
            ++kind.changed;
        }
        ++kind.bins;
    });
    kind.json["inside"] = inside;
    kind.json["outside"] = all - inside;
    if (before != nullptr) kind.json.erase("counts");
    kind.json[before == nullptr ? "counts" : "set"] = std::move(bins);
    return kind;
}

json::object head_of(const Snapshot& now, std::size_t index) {
    json::object out = exposure_json(now, index);
    out["name"] = now.spectra->histogram(index).name;
    out["version"] = now.changed[index];
    out["newest_slot_utc_s"] = now.newest_slot_utc_ns == 0
                                   ? json::value(nullptr)
                                   : json::value(static_cast<double>(now.newest_slot_utc_ns) * 1e-9);
    return out;
}

}  // namespace

std::string whole_spectrum(const Snapshot& now, std::size_t index) {
    const auto histogram = now.spectra->histogram(index);
    json::object out = head_of(now, index);
    out["base"] = nullptr;
    out["title"] = histogram.title;
    out["selection"] = histogram.selection;
    out["channels"] = histogram.channels;
    out["axes"] = axes_json(histogram);
    for (const KindCounts& kind : kinds_of(histogram))
        out[kind.name] = kind.known() ? json::value(kind_of(histogram, kind, nullptr).json) : nullptr;
    return json::serialize(out);
}

std::string spectrum_delta(const Snapshot& now, const Snapshot& before, std::size_t index) {
    if (now.config != before.config || index >= before.spectra->size()) return whole_spectrum(now, index);
    const auto histogram = now.spectra->histogram(index);
    const auto old = before.spectra->histogram(index);
    json::object out = head_of(now, index);
    out["base"] = before.changed[index];
    const auto old_kinds = kinds_of(old);
    std::size_t bins = 0;
    std::size_t changed = 0;
    std::size_t at = 0;
    for (const KindCounts& kind : kinds_of(histogram)) {
        const KindCounts& was = old_kinds[at++];
        if (!kind.known()) {
            out[kind.name] = nullptr;
            continue;
        }
        // A kind that appears has its counts whole in a delta of the others.
        Kind told = kind_of(histogram, kind, was.known() && !was.sealed ? &was : nullptr);
        bins += told.bins;
        changed += told.changed;
        out[kind.name] = std::move(told.json);
    }
    if (2 * changed > bins) return whole_spectrum(now, index);
    return json::serialize(out);
}

}  // namespace spillgate::online
