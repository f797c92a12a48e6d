#include "daq/ctl/console/scope_answer.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "daq/ctl/console/answer_fields.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

constexpr double most_samples = 1 << 28;

proto::Error no_trace(std::string_view what) {
    return proto::error(proto::ErrorKind::CORRUPT,
                        fmt::format("the console's trace does not fit itself: {}", what));
}

std::optional<std::vector<std::uint8_t>> bytes_in(std::string_view base64) {
    constexpr std::size_t digits_of_three_bytes = 4;
    if (base64.size() % digits_of_three_bytes != 0) return std::nullopt;
    std::vector<std::uint8_t> bytes(base64.size() / digits_of_three_bytes * 3);
    const int written = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(base64.data()),
                                        static_cast<int>(base64.size()));
    if (written != static_cast<int>(bytes.size())) return std::nullopt;
    for (; base64.ends_with('=') && !bytes.empty(); base64.remove_suffix(1))
        bytes.pop_back();
    return bytes;
}

template <class Code>
std::vector<std::int64_t> codes_in(const std::vector<std::uint8_t>& bytes) {
    std::vector<std::int64_t> codes;
    for (std::size_t at = 0; at + sizeof(Code) <= bytes.size(); at += sizeof(Code)) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < sizeof(Code); ++i)
            word |= static_cast<std::uint32_t>(bytes[at + i]) << 8 * i;
        codes.push_back(static_cast<Code>(word));
    }
    return codes;
}

std::optional<std::vector<std::int64_t>> unpacked(const std::string& type, std::string_view base64) {
    const auto bytes = bytes_in(base64);
    if (!bytes) return std::nullopt;
    if (type == "int16") return codes_in<std::int16_t>(*bytes);
    if (type == "uint16") return codes_in<std::uint16_t>(*bytes);
    if (type == "int32") return codes_in<std::int32_t>(*bytes);
    return std::nullopt;
}

std::optional<std::size_t> count_in(const json::object& trace, std::string_view field) {
    const auto number = number_in(trace, field);
    if (!number || !(*number >= 0 && *number <= most_samples)) return std::nullopt;
    return static_cast<std::size_t>(*number);
}

}  // namespace

proto::Result<ScopeTrace> scope_trace(const json::object& trace) {
    const auto first = number_in(trace, "first_us");
    const auto period = number_in(trace, "period_us");
    const auto from = count_in(trace, "from");
    const auto count = count_in(trace, "count");
    const auto step = count_in(trace, "step");
    if (!first || !period || !(*period > 0) || !std::isfinite(*first)) return no_trace("its times");
    if (!from || !count || !step || *step == 0) return no_trace("its samples");
    const auto* const data = trace.if_contains("data");
    if (data == nullptr || !data->is_string()) return no_trace("no data");
    const auto& base64 = data->get_string();
    auto codes = unpacked(text_in(trace, "type"), {base64.data(), base64.size()});
    if (!codes) return no_trace("its data");
    const std::size_t expected = *step == 1 ? *count : 2 * ((*count + *step - 1) / *step);
    if (codes->size() != expected) return no_trace("the number of its samples");
    return ScopeTrace{*first, *period, *from, *step, std::move(*codes)};
}

std::vector<PlotPoint> points_of(const ScopeTrace& trace) {
    std::vector<PlotPoint> points;
    const std::size_t per_point = trace.step == 1 ? 1 : 2;
    for (std::size_t i = 0; i < trace.codes.size() / per_point; ++i) {
        const auto low = static_cast<double>(trace.codes[per_point * i]);
        const auto high = static_cast<double>(trace.codes[per_point * i + per_point - 1]);
        points.push_back({trace.time_us(trace.from + i * trace.step), low, high});
    }
    return points;
}

proto::Result<std::string> scope_csv(const json::object& picture) {
    const auto sealed = text_in(picture, "sealed");
    auto out = fmt::format("# run {} slot {}{}{}\n# UTC {}\nchannel,trace,sample,time_after_t0_us,adc\n",
                           word_in(picture, "run"), word_in(picture, "slot"),
                           flag_in(picture, "simulated") ? " SIMULATED" : "",
                           sealed.empty() ? "" : " " + sealed, time_in(picture, "utc_s"));
    for (const auto* channel : objects_in(picture, "channels")) {
        const auto name = text_in(*channel, "name");
        const auto traces = objects_in(*channel, "traces");
        for (std::size_t i = 0; i < traces.size(); ++i) {
            const auto trace = scope_trace(*traces[i]);
            if (!trace) return trace.error();
            if (trace->step != 1) return no_trace("not every sample is there");
            for (std::size_t k = 0; k < trace->codes.size(); ++k)
                out += fmt::format("{},{},{},{:.6f},{}\n", name, i + 1, trace->from + k,
                                   trace->time_us(trace->from + k), trace->codes[k]);
        }
    }
    return out;
}

}  // namespace spillgate::daq
