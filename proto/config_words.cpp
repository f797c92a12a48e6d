#include "proto/config_words.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "proto/schema/config.pb.h"

namespace spillgate::proto {

namespace {

namespace pb = google::protobuf;
using Words = std::vector<std::string>;

// The text between the nth and the next quotation mark, counted from 0.
std::string quoted(const std::string& message, int nth) {
    std::size_t begin = message.find('"');
    for (int i = 0; i < nth && begin != std::string::npos; ++i)
        begin = message.find('"', begin + 1);
    if (begin == std::string::npos) return {};
    const auto end = message.find('"', begin + 1);
    return end == std::string::npos ? std::string() : message.substr(begin + 1, end - begin - 1);
}

// Letters to insert, delete or replace to make one word of the other (Levenshtein).
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

std::string allowed_text(const std::string& word, const Words& allowed) {
    std::string nearest;
    // A word that shares too little with all others was no slip of the finger.
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::string list;
    for (const auto& one : allowed) {
        list += (list.empty() ? "" : ", ") + one;
        if (const auto d = distance(word, one); d < least) {
            least = d;
            nearest = one;
        }
    }
    return fmt::format("{}allowed are: {}", nearest.empty() ? "" : fmt::format("did you mean {}? ", nearest),
                       list);
}

// The enum of the field of this name; no two messages of the schema have enum fields of one name.
const pb::EnumDescriptor* find_enum(const std::string& field_name) {
    const auto& file = *config::Config::descriptor()->file();
    for (int i = 0; i < file.message_type_count(); ++i) {
        const auto* field = file.message_type(i)->FindFieldByName(field_name);
        if (field != nullptr && field->enum_type() != nullptr) return field->enum_type();
    }
    return nullptr;
}

}  // namespace

RefusedWord explain_refused_word(const std::string& message) {
    Words allowed;
    if (message.starts_with("Message type \"") && message.find("has no field named") != std::string::npos) {
        const auto word = quoted(message, 2);
        const auto* type =
            config::Config::descriptor()->file()->pool()->FindMessageTypeByName(quoted(message, 0));
        if (type == nullptr || word.empty()) return {};
        for (int i = 0; i < type->field_count(); ++i)
            allowed.push_back(type->field(i)->name());
        return {word, fmt::format("{} has no field {}; {}", type->name(), word, allowed_text(word, allowed))};
    }
    if (message.starts_with("Unknown enumeration value of \"")) {
        const auto word = quoted(message, 0);
        const auto field = quoted(message, 2);
        const auto* type = find_enum(field);
        if (type == nullptr || word.empty()) return {};
        for (int i = 0; i < type->value_count(); ++i)
            allowed.push_back(type->value(i)->name());
        return {word, fmt::format("{} cannot be {}; {}", field, word, allowed_text(word, allowed))};
    }
    return {};
}

}  // namespace spillgate::proto
