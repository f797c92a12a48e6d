#include "daq/plain_text.hpp"

#include <algorithm>
#include <cstdint>

namespace spillgate::daq {

namespace {

constexpr std::string_view cut_mark = "…";
constexpr std::size_t longest_name = 200;

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// Length of the character that `text`, not empty, begins with; 0 if its bytes are none (RFC 3629: no overlong
// forms, no surrogates, at most U+10FFFF).
std::size_t character_length(std::string_view text) {
    const auto at = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const auto lead = at(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
    std::uint32_t code = lead & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80) return 0;
        code = (code << 6) | (at(i) & 0x3f);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    return overlong || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff ? 0 : length;
}

}  // namespace

std::string plain_text(std::string_view text, std::size_t most_bytes) {
    std::string out;
    std::size_t fits = 0;  // so much of it still leaves room for the mark
    while (!text.empty()) {
        const auto length = character_length(text);
        if (out.size() + std::max<std::size_t>(length, 1) > most_bytes) {
            out.resize(fits);
            return out.append(cut_mark);
        }
        if (length == 0)
            out += '?';
        else if (is_control(text.front()))
            out += ' ';
        else
            out += text.substr(0, length);
        if (out.size() + cut_mark.size() <= most_bytes) fits = out.size();
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

bool is_plain_name(std::string_view name) {
    return name.size() <= longest_name && std::ranges::none_of(name, is_control);
}

}  // namespace spillgate::daq
