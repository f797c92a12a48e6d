#include "hw/sis3316/burst.hpp"

namespace spillgate::hw::sis3316 {

Burst::Burst() {
    for (std::size_t i = 0; i < most; ++i) {
        places_[i] = {bytes_[i].data(), longest};
        messages_[i].msg_hdr.msg_name = &senders_[i];
        messages_[i].msg_hdr.msg_iov = &places_[i];
        messages_[i].msg_hdr.msg_iovlen = 1;
    }
}

std::size_t Burst::receive(int socket) {
    for (auto& message : messages_)
        message.msg_hdr.msg_namelen = sizeof(sockaddr_in);
    const int count = recvmmsg(socket, messages_.data(), most, MSG_DONTWAIT, nullptr);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace spillgate::hw::sis3316
