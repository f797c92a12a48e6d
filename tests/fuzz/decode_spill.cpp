#include <algorithm>
#include <cstdlib>
#include <memory>

#include "proto/wire.hpp"
#include "tests/fuzz/fuzz_targets.hpp"
#include "tests/proto/random_record.hpp"

namespace spillgate::fuzz {

namespace {

enum Flag : std::uint8_t { RESEAL = 1, VERDICT = 2 };
constexpr std::size_t prefix = 3;

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

void promise(bool kept) {
    if (!kept) std::abort();
}

// Whatever the decoder lets through must be usable as it is.
void use(const proto::SpillRecord& record) {
    for (const auto& trace : record.traces) {
        const auto samples = record.samples_of(trace);
        promise(samples.size() == trace.count);
        promise(proto::sample_period_ns(record, trace) > 0);
        for (const auto& window : record.windows)
            for (const auto bound : {window.begin(), window.end()})
                proto::sample_position(record, trace, bound);
    }
    for (const auto& window : record.windows)
        for (const auto trace : window.traces)
            promise(trace < record.traces.size());
    const auto message = proto::encode(std::make_shared<const proto::SpillRecord>(record));
    proto::SpillRecord again;
    promise(proto::decode_spill(bytes(message.header), message.payload(), again).has_value());
    promise(again == record);
}

void use(const proto::Verdict& verdict) {
    const auto again = proto::decode_verdict(bytes(proto::encode(verdict).header));
    promise(again.has_value() && *again == verdict);
}

std::string pack(std::uint8_t flags, std::string_view header, std::span<const std::byte> samples) {
    std::string packed;
    packed.push_back(static_cast<char>(flags));
    packed.push_back(static_cast<char>(header.size() & 0xff));
    packed.push_back(static_cast<char>(header.size() >> 8));
    packed.append(header);
    packed.append(reinterpret_cast<const char*>(samples.data()), samples.size());
    return packed;
}

// The header with its checksum made right.
std::string resealed(std::string_view header, std::string_view tag, std::span<const std::byte> samples) {
    header.remove_suffix(std::min(header.size(), tag.size() + sizeof(std::uint32_t)));
    const std::uint32_t crc = proto::crc32c(samples, proto::crc32c(bytes(header)));
    std::string sealed;
    sealed.append(header).append(tag).append(reinterpret_cast<const char*>(&crc), sizeof crc);
    return sealed;
}

}  // namespace

void decode_spill(const std::uint8_t* data, std::size_t size) {
    if (size < prefix) return;
    const bool verdict = (data[0] & VERDICT) != 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + prefix, size - prefix);
    const auto stated = rest.substr(0, static_cast<std::size_t>(data[1] | data[2] << 8));
    const auto samples = bytes(rest.substr(stated.size()));
    std::string header(stated);
    if ((data[0] & RESEAL) != 0)
        header = verdict ? resealed(stated, "\xa5\x01", {}) : resealed(stated, "\x7d", samples);
    if (verdict) {
        if (const auto decoded = proto::decode_verdict(bytes(header))) use(*decoded);
        return;
    }
    thread_local proto::SpillRecord record;  // reused, as by every caller
    if (proto::decode_spill(bytes(header), samples, record)) use(record);
}

std::vector<std::string> decode_spill_seeds() {
    std::vector<std::string> seeds;
    proto::testing::Random random(1);
    for (int i = 0; i < 8; ++i) {
        const auto record = std::make_shared<const proto::SpillRecord>(
            i == 0 ? proto::testing::fixed_record(3, 6, 120) : proto::testing::random_record(random));
        const auto message = proto::encode(record);
        seeds.push_back(pack(RESEAL, message.header, message.payload()));
        const auto verdict =
            i == 0 ? proto::testing::fixed_verdict(3, 7) : proto::testing::random_verdict(random);
        seeds.push_back(pack(RESEAL | VERDICT, proto::encode(verdict).header, {}));
    }
    return seeds;
}

}  // namespace spillgate::fuzz
