#include "online/scope/thinned_trace.hpp"

#include <algorithm>
#include <limits>

#include <openssl/evp.h>

namespace spillgate::online {

namespace {

template <class Word>
std::string bytes_of(std::span<const std::int32_t> values) {
    std::string bytes;
    bytes.reserve(values.size() * sizeof(Word));
    for (const std::int32_t value : values)
        for (std::size_t byte = 0; byte < sizeof(Word); ++byte)
            bytes.push_back(static_cast<char>((static_cast<std::uint32_t>(value) >> (8 * byte)) & 0xff));
    return bytes;
}

std::string base64(const std::string& bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
    const int written =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(written));
    return text;
}

template <class Word>
bool fits(std::int32_t lowest, std::int32_t highest) {
    return lowest >= std::numeric_limits<Word>::min() && highest <= std::numeric_limits<Word>::max();
}

}  // namespace

ThinnedTrace thinned(std::span<const std::int32_t> codes, std::size_t from, std::size_t to,
                     std::size_t pairs) {
    to = std::min(to, codes.size());
    from = std::min(from, to);
    ThinnedTrace out{from, to - from, 1, {}};
    const auto part = codes.subspan(from, to - from);
    if (pairs == 0 || part.size() <= 2 * pairs) {
        out.values.assign(part.begin(), part.end());
        return out;
    }
    out.step = (part.size() + pairs - 1) / pairs;
    out.values.reserve(2 * pairs);
    for (std::size_t begin = 0; begin < part.size(); begin += out.step) {
        const auto [lowest, highest] =
            std::ranges::minmax(part.subspan(begin, std::min(out.step, part.size() - begin)));
        out.values.push_back(lowest);
        out.values.push_back(highest);
    }
    return out;
}

PackedValues packed(std::span<const std::int32_t> values) {
    if (values.empty()) return {"int16", {}};
    const auto [lowest, highest] = std::ranges::minmax(values);
    if (fits<std::int16_t>(lowest, highest)) return {"int16", base64(bytes_of<std::int16_t>(values))};
    if (fits<std::uint16_t>(lowest, highest)) return {"uint16", base64(bytes_of<std::uint16_t>(values))};
    return {"int32", base64(bytes_of<std::int32_t>(values))};
}

}  // namespace spillgate::online
