#include "hw/dig2/dig2.hpp"

namespace spillgate::hw::dig2 {

proto::Result<std::unique_ptr<Source>> make_dig2(const config::Board& board) {
    return proto::error(proto::ErrorKind::UNSUPPORTED, board.name());
}

}  // namespace spillgate::hw::dig2
