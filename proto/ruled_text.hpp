// A message of text that is read strictly and whose fields must not contradict each other: the way of every
// configuration file.
#pragma once

#include <string>
#include <vector>

#include "proto/config_rules.hpp"
#include "proto/strict_text.hpp"

namespace spillgate::proto {

// Fills `message`; `name` stands for the file in messages, `rules` finds contradictions. Errors: CONFIG, the
// first contradiction.
template <class Message>
Status read_ruled(const std::string& text, const std::string& name, Message& message,
                  std::vector<Contradiction> (*rules)(const Message&)) {
    const auto parsed = StrictText::parse(text, name, message);
    if (!parsed) return parsed.error();
    const auto found = rules(message);
    if (found.empty()) return {};
    const auto& first = found.front();
    return parsed->refusal(*first.message, first.field, first.index, first.text);
}

}  // namespace spillgate::proto
