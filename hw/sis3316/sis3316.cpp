#include "hw/sis3316/sis3316.hpp"

namespace spillgate::hw::sis3316 {

proto::Result<std::unique_ptr<Source>> make_sis3316(const config::Board& board) {
    return proto::error(proto::ErrorKind::UNSUPPORTED, board.name());
}

}  // namespace spillgate::hw::sis3316
