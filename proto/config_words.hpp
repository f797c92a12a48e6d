// What the text-format parser's refusals leave out: which words a configuration could have had there.
#pragma once

#include <string>
#include <string_view>

namespace spillgate::proto {

// A refusal of a word: the word, and the refusal in full. Both empty if `message`, as the parser gives it,
// is about something else.
struct RefusedWord {
    std::string word;
    std::string
        text;  // what was found, where it stands in the schema, the nearest word, and all allowed ones
};
// An unknown field is answered with the fields of its message, an unknown value of an enum with its values.
RefusedWord explain_refused_word(const std::string& message);

}  // namespace spillgate::proto
