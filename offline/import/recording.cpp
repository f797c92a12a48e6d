#include "offline/import/recording.hpp"

namespace spillgate::offline {

void Recording::say(std::size_t file, std::string message) {
    descriptions[file].add_messages(std::move(message));
}

}  // namespace spillgate::offline
