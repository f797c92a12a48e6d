#include "tests/offline/import/foreign_samples.hpp"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/data/caen_writer.hpp"
#include "tests/data/fcio_writer.hpp"
#include "tests/data/minute_file_writer.hpp"
#include "tests/data/sis3316_writer.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::offline::test {

namespace {

constexpr std::uint32_t events = 5;

void add_lies(ForeignSample& sample, const std::string& what, std::size_t at, std::uint64_t whole_events,
              const std::vector<std::uint32_t>& values) {
    for (const auto value : values)
        sample.lies.push_back({what, at, value, whole_events});
}

ForeignSample llama() {
    ForeignSample sample{.name = "a.bin", .format = ImportFormat::LLAMA};
    tests::LlamaTestChannel channel;
    channel.averaged_samples = 4;
    sample.bytes = tests::llama_header({channel});
    sample.first_event = sample.bytes.size();
    for (std::uint32_t i = 0; i < events; ++i) {
        tests::put_llama_event(sample.bytes, channel, 1000 * std::uint64_t{i}, static_cast<std::uint16_t>(i));
        sample.event_ends.push_back(sample.bytes.size());
    }
    add_lies(sample, "number of channels", 12, 0, {0, 9, 0x10000000, 0xFFFFFFFF});
    for (const std::size_t word : {48, 52, 56, 60, 64, 68})  // averaging mode, lengths
        add_lies(sample, "channel config", 16 + word, 0, {9, 0x10000000, 0x7FFFFFFE, 0xFFFFFFFF});
    for (const std::size_t word : {0, 11, 12})  // id and format, lengths
        add_lies(sample, "third event", sample.event_ends[1] + 4 * word, 2,
                 {0, 0xFFFFFFFF, 0xE0000000, 0xA0000005});
    return sample;
}

ForeignSample wavedump() {
    ForeignSample sample{.name = "wave0.dat", .format = ImportFormat::WAVEDUMP, .has_magic = false};
    for (std::uint32_t i = 0; i < events; ++i) {
        tests::put_wavedump_event(sample.bytes, 0, i, 1000 * i, 16, static_cast<std::uint16_t>(i));
        sample.event_ends.push_back(sample.bytes.size());
    }
    const std::vector<std::uint32_t> lengths{0, 1, 23, 25, 0xFFFFFFFF, 0x10000000, 0x0FFFFFFE};
    add_lies(sample, "length of the first event", 0, 0, lengths);
    add_lies(sample, "length of the fourth event", sample.event_ends[2], 3, lengths);
    return sample;
}

ForeignSample csi_minute() {
    ForeignSample sample{.name = "134500.zip",
                         .format = ImportFormat::CSI_MINUTE,
                         .zipped = true,
                         .has_magic = false,
                         .has_end_mark = true,
                         .cut_step = 7001};
    sample.options.data_set = 1;
    tests::MinuteFile file;
    file.records = 3;
    file.chunks = {1};
    sample.bytes = tests::minute_bytes(file, [](std::size_t, auto csi, auto muon) {
        std::fill(csi.begin(), csi.end(), static_cast<std::int8_t>(100));
        std::fill(muon.begin(), muon.end(), static_cast<std::int8_t>(0));
    });
    constexpr std::size_t chunk = 8 + 70014;
    for (std::size_t i = 1; i <= file.records; ++i)
        sample.event_ends.push_back(i * chunk);
    for (const std::uint32_t count : {0u, 35006u, 35008u, 350069u})
        add_lies(sample, "count of the second chunk", chunk, 1, {__builtin_bswap32(count)});
    add_lies(sample, "channels of the first chunk", 4, 0, {__builtin_bswap32(3)});
    return sample;
}

constexpr std::size_t fcio_config_at = 68 + 4;  // its first field's length

void add_fcio_header_lies(ForeignSample& sample) {
    add_lies(sample, "length of a config field", fcio_config_at, 0, {0, 3, 0x7FFFFFFF, 0x80000000});
    add_lies(sample, "number of channels", fcio_config_at + 4, 0, {0, 5000, 0x7FFFFFFF, 0xFFFFFFFF});
    add_lies(sample, "number of samples", fcio_config_at + 20, 0, {0, 9, 0x7FFFFFFF, 0xFFFFFFFF});
    add_lies(sample, "bits", fcio_config_at + 44, 0, {0, 17, 0xFFFFFFFF});
}

ForeignSample fcio() {
    ForeignSample sample{.name = "a.fcio", .format = ImportFormat::FCIO, .event_tail = 4 + 20};
    const tests::FcioFile file;
    sample.bytes = tests::fcio_header(file);
    sample.first_event = sample.bytes.size();
    for (std::uint32_t i = 0; i < events; ++i) {
        tests::FcioTestEvent event;
        event.ticks = static_cast<std::int32_t>(1000 * i);
        event.base = static_cast<std::uint16_t>(i);
        tests::put_fcio_event(sample.bytes, file, event);
        sample.event_ends.push_back(sample.bytes.size() - sample.event_tail);
    }
    add_fcio_header_lies(sample);
    add_lies(sample, "number of channels", fcio_config_at + 4, 0, {1, 3});
    const auto third = sample.event_ends[1] + sample.event_tail;
    add_lies(sample, "tag of the third event", third, 2, {0, 1, 0x7FFFFFFF, 0xC0000000});
    add_lies(sample, "length of its type", third + 4, 2, {0x7FFFFFFF, 0xFFFFFFFD, 5});
    add_lies(sample, "length of its traces", third + 4 + 8 + 8 + 44 + 24, 2, {0, 8, 0x7FFFFFFF, 0xFFFFFFFD});
    return sample;
}

ForeignSample sparse_fcio() {
    ForeignSample sample{.name = "sparse.fcio", .format = ImportFormat::FCIO};
    tests::FcioFile file;
    file.trace_map = {0x00070000, 0x00070001};
    sample.bytes = tests::fcio_header(file);
    sample.first_event = sample.bytes.size();
    for (std::uint32_t i = 0; i < events; ++i) {
        tests::FcioTestEvent event;
        event.ticks = static_cast<std::int32_t>(1000 * i);
        event.sparse = {1, 0};
        tests::put_fcio_sparse_event(sample.bytes, file, event);
        sample.event_ends.push_back(sample.bytes.size());
    }
    add_fcio_header_lies(sample);
    const auto number = sample.event_ends[1] + 4 + 8 + 8 + 44 + 24 + 24 + 4;
    add_lies(sample, "number of traces of the third event", number, 2, {0, 1, 3, 0x7FFFFFFF, 0xFFFFFFFF});
    add_lies(sample, "its list", number + 8, 2, {0x00020000, 0xFFFFFFFF});
    add_lies(sample, "length of a trace", number + 12, 2, {0, 19, 0x7FFFFFFF, 0xFFFFFFFD});
    return sample;
}

ForeignSample compass(bool with_header) {
    ForeignSample sample{.name = with_header ? "a.BIN" : "bare.BIN",
                         .format = ImportFormat::COMPASS,
                         .has_magic = with_header};
    constexpr std::uint16_t header = 0xCAED;
    if (with_header) {
        tests::put_u16(sample.bytes, header);
    } else {
        sample.options.compass.header = header;
    }
    sample.first_event = sample.bytes.size();
    for (std::uint32_t i = 0; i < events; ++i) {
        tests::CompassTestEvent event;
        event.channel = static_cast<std::uint16_t>(i % 2);
        event.time_ps = 1'000'000 * std::uint64_t{i};
        event.energy = static_cast<std::uint16_t>(700 + i);
        tests::put_compass_event(sample.bytes, header, event);
        sample.event_ends.push_back(sample.bytes.size());
    }
    const auto third = sample.event_ends[1];
    add_lies(sample, "board and channel of the third event", third, 2, {0xFFFFFFFF, 0x00400000, 0x00000100});
    add_lies(sample, "its time", third + 8, 2, {0xFFFFFFFF, 0x7FFFFFFF});
    add_lies(sample, "its number of samples", third + 21, 2, {0x7FFFFFFF, 0xFFFFFFFF, 1000});
    add_lies(sample, "number of samples of the first event", sample.first_event + 21, 0,
             {0x7FFFFFFF, 0xFFFFFFFF, 1000});
    return sample;
}

ForeignSample ngm() {
    ForeignSample sample{
        .name = "SIS3316Raw_1_1.bin", .format = ImportFormat::NGM, .has_end_mark = true, .cut_step = 7};
    sample.bytes = tests::ngm_header();
    constexpr std::size_t channel_header = 32;
    const std::size_t first_channel = 400 + 40 + 8;
    sample.first_event = first_channel + channel_header;
    std::uint64_t time = 0;
    const auto event = [&] { return tests::Sis3316TestEvent{.timestamp = time += 1000}; };
    tests::NgmTestModule module{.number = 2, .channels = {}};
    module.channels[0] = {event(), event()};
    module.channels[3] = {event()};
    tests::put_ngm_readout(sample.bytes, {module}, sample.event_ends);
    module.channels[0] = {};
    module.channels[3] = {event(), event()};
    const auto second = sample.bytes.size();
    tests::put_ngm_readout(sample.bytes, {module}, sample.event_ends);
    tests::put_ngm_end(sample.bytes);
    add_lies(sample, "module", 400 + 40, 0, {0xFFFFFFFF, 1, 0x03000000});
    add_lies(sample, "first channel", first_channel, 0, {0xFFFFFFFF, 0x03000000, 0x02100000});
    add_lies(sample, "words of the first channel", first_channel + 28, 0, {1, 15});
    add_lies(sample, "words of the first channel", first_channel + 28, 1, {17, 31});
    add_lies(sample, "words of the first channel", first_channel + 28, 2, {33, 0x7FFFFFFF, 0xFFFFFFFF});
    add_lies(sample, "id of the second event", sample.event_ends[0], 1, {0, 0xFFFFFFFF, 0x00000213});
    add_lies(sample, "its length", sample.event_ends[0] + 44, 1, {0, 0xE3FFFFFF, 0xE0000005});
    add_lies(sample, "second readout", second, 3, {0, 0xFFFFFFFF, 0x0E0F0E0F});
    return sample;
}

}  // namespace

std::uint64_t ForeignSample::whole_events(std::size_t size) const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(event_ends, [&](auto end) { return end <= size; }));
}

tests::Bytes file_bytes(const ForeignSample& sample, const tests::Bytes& bytes) {
    if (!sample.zipped) return bytes;
    const proto::testing::TemporaryDirectory directory;
    const auto path = directory.path() + "/" + sample.name;
    tests::write_zip(path, std::filesystem::path(sample.name).stem().string(), bytes);
    std::ifstream file(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto packed = std::as_bytes(std::span(text));
    return {packed.begin(), packed.end()};
}

std::vector<ForeignSample> foreign_samples() {
    return {llama(), wavedump(), csi_minute(), fcio(), sparse_fcio(), compass(true), compass(false), ngm()};
}

}  // namespace spillgate::offline::test
