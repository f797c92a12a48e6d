// Text from anywhere, made fit for one line of a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillgate::daq {

// At most `most_bytes` of it, ending with "…" where it was cut. Control characters become blanks, and bytes
// that are no UTF-8 become '?': a protobuf string that is not UTF-8 would make the whole message unreadable.
std::string plain_text(std::string_view text, std::size_t most_bytes);

// Whether a person or client may be called so: at most 200 bytes, without control characters.
bool is_plain_name(std::string_view name);

}  // namespace spillgate::daq
