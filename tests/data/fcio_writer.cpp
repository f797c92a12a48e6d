#include "tests/data/fcio_writer.hpp"

#include <string_view>

namespace spillgate::tests {

namespace {

Bytes numbers(const std::vector<std::int32_t>& values) {
    Bytes out;
    for (const auto value : values)
        put_u32(out, static_cast<std::uint32_t>(value));
    return out;
}

void put_trace(Bytes& out, const FcioFile& file, const FcioTestEvent& event, std::uint32_t trace) {
    put_u16(out, static_cast<std::uint16_t>(1000 + trace));
    put_u16(out, static_cast<std::uint16_t>(2000 + trace));
    for (std::uint32_t i = 0; i < file.samples; ++i)
        put_u16(out, static_cast<std::uint16_t>(event.base + 100 * trace + i));
}

Bytes time_offsets(const FcioFile& file) {
    return numbers({file.utc_seconds, file.utc_microseconds, file.gps_utc_seconds, 0, 0, 0, 0, 0, 0, 0});
}

Bytes timestamp(const FcioTestEvent& event) {
    return numbers({event.number, event.pps, event.ticks, event.max_ticks, 0});
}

Bytes dead_region() {
    return numbers({3, 4, 5, 6, 249'999'999});
}

}  // namespace

void put_fcio_record(Bytes& out, std::int32_t tag, const std::vector<Bytes>& fields) {
    put_u32(out, static_cast<std::uint32_t>(tag));
    for (const auto& field : fields) {
        put_u32(out, static_cast<std::uint32_t>(field.size()));
        out.insert(out.end(), field.begin(), field.end());
    }
}

Bytes fcio_header(const FcioFile& file) {
    Bytes out;
    put_u32(out, 0xC46535FF);
    for (const char c : std::string_view("FlashCamV1"))
        put_u8(out, static_cast<std::uint8_t>(c));
    out.resize(68);
    std::vector<Bytes> fields;
    for (const auto value :
         {file.channels, file.triggers, file.samples, 1u, 1u, file.bits, 1u, 0u, 1u, file.gps ? 1u : 0u})
        fields.push_back(numbers({static_cast<std::int32_t>(value)}));
    if (!file.trace_map.empty()) {
        auto& map = fields.emplace_back();
        for (const auto entry : file.trace_map)
            put_u32(map, entry);
    }
    put_fcio_record(out, -1, fields);
    return out;
}

void put_fcio_event(Bytes& out, const FcioFile& file, const FcioTestEvent& event) {
    Bytes traces;
    for (std::uint32_t t = 0; t < file.channels + file.triggers; ++t)
        put_trace(traces, file, event, t);
    std::vector<Bytes> fields{numbers({1}), numbers({0}), time_offsets(file), timestamp(event), traces};
    if (event.dead_region) fields.push_back(dead_region());
    put_fcio_record(out, -3, fields);
}

void put_fcio_sparse_event(Bytes& out, const FcioFile& file, const FcioTestEvent& event) {
    Bytes list;
    for (const auto trace : event.sparse)
        put_u16(list, trace);
    std::vector<Bytes> fields{numbers({1}),
                              numbers({0}),
                              time_offsets(file),
                              timestamp(event),
                              dead_region(),
                              numbers({static_cast<std::int32_t>(event.sparse.size())}),
                              list};
    for (const auto trace : event.sparse)
        put_trace(fields.emplace_back(), file, event, trace);
    put_fcio_record(out, -6, fields);
}

}  // namespace spillgate::tests
