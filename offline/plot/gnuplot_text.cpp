#include "offline/plot/gnuplot_text.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::plot {

namespace {

constexpr std::string_view special = "\\{}^_@&~";

// Words that have an index.
struct Indexed {
    std::string_view word, set;
};
constexpr Indexed indexed[]{{"t_rec", "{/:Italic t}_{rec}"}, {"R_n", "{/:Italic R}_{n}"}};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u;
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80u) != 0;
}

// Bytes of the UTF-8 character that `text` begins with; 0 if they are none.
std::size_t character_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    if (length > text.size()) return 0;
    return std::all_of(text.begin() + (length > 0 ? 1 : 0),
                       text.begin() + static_cast<std::ptrdiff_t>(length), is_continuation)
               ? length
               : 0;
}

// The one that begins there as a word of its own; null if none does.
const Indexed* indexed_at(std::string_view text, std::size_t at) {
    if (at > 0 && is_word(text[at - 1])) return nullptr;
    for (const auto& one : indexed) {
        const auto after = at + one.word.size();
        if (text.substr(at, one.word.size()) == one.word && (after == text.size() || !is_word(text[after])))
            return &one;
    }
    return nullptr;
}

}  // namespace

std::string gnuplot_text(std::string_view text) {
    std::string out = "'";
    for (std::size_t at = 0; at < text.size();) {
        if (const auto* one = indexed_at(text, at)) {
            out += one->set;
            at += one->word.size();
            continue;
        }
        const auto length = character_length(text.substr(at));
        const char c = text[at];
        if (length == 0)
            out += "\xEF\xBF\xBD";  // the replacement character
        else if (length > 1)
            out += text.substr(at, length);
        else if (std::iscntrl(static_cast<unsigned char>(c)) != 0)
            out += ' ';
        else if (c == '\'')
            out += "''";
        else if (special.find(c) != std::string_view::npos)
            (out += '\\') += c;
        else
            out += c;
        at += std::max<std::size_t>(length, 1);
    }
    return out + "'";
}

std::string gnuplot_number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "NaN";
}

std::size_t drawn_length(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

}  // namespace spillgate::offline::plot
