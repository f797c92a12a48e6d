#include "offline/import/recording.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace spillgate::offline {

void Recording::say(std::size_t file, std::string message) {
    descriptions[file].add_messages(std::move(message));
}

void Recording::describe(const RecordedChannel& channel) {
    auto board = std::ranges::find_if(boards, [&](const auto& b) { return b.id() == channel.board; });
    if (board == boards.end()) {
        board = boards.emplace(boards.end());
        board->set_id(channel.board);
        board->set_name(channel.board_name);
        board->set_sample_rate_mhz(channel.sample_rate_mhz);
        board->set_gives_marks(false);
    }
    board->set_bits(std::max(board->bits(), channel.bits));
    if (std::ranges::any_of(channels, [&](const auto& c) {
            return c.board() == channel.board && c.channel() == channel.channel;
        }))
        return;
    auto& described = channels.emplace_back();
    described.set_name(channel.channel_name);
    described.set_board(channel.board);
    described.set_channel(channel.channel);
}

std::size_t Recording::begin_file(const InputBytes& file) {
    auto& description = descriptions.emplace_back();
    description.set_name(file.name());
    description.set_bytes(file.size());
    first_event_of_file = events.size();
    return descriptions.size() - 1;
}

proto::Status Recording::end_file(InputBytes file, const proto::Status& read, std::uint64_t offset) {
    const auto index = descriptions.size() - 1;
    if (!read && events_of_file() == 0) return read;
    if (!read) {
        dropped_bytes += file.size() - offset;
        say(index,
            offset == file.size()
                ? fmt::format("{}; its {} whole events are kept", read.error().message, events_of_file())
                : fmt::format("{}; the last {} bytes are dropped, {} whole events before them kept",
                              read.error().message, file.size() - offset, events_of_file()));
    }
    if (events_of_file() == 0) say(index, "holds no event");
    files.push_back(std::move(file));
    return {};
}

proto::Result<std::uint16_t> used_bits(const InputBytes& file, ByteRange words) {
    std::array<std::byte, 16384> buffer;
    std::uint16_t bits = 0;
    for (std::uint32_t done = 0; done < words.bytes;) {
        const auto piece = std::span(buffer).first(std::min<std::size_t>(buffer.size(), words.bytes - done));
        if (auto status = file.read(words.offset + done, piece); !status) return status.error();
        for (std::size_t i = 0; i + 1 < piece.size(); i += 2)
            bits |= little_u16(piece.data() + i);
        done += static_cast<std::uint32_t>(piece.size());
    }
    return bits;
}

}  // namespace spillgate::offline
