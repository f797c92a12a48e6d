#include "proto/run_file/header_hash.hpp"

#include <openssl/evp.h>

namespace spillgate::proto {

struct HeaderHash::State {
    using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
    Context running{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    Context copy{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

HeaderHash::HeaderHash() : state_(std::make_unique<State>()) {
    if (EVP_DigestInit_ex(state_->running.get(), EVP_sha256(), nullptr) != 1)
        throw Failure(error(ErrorKind::IO, "OpenSSL has no SHA-256"));
}

HeaderHash::~HeaderHash() = default;

void HeaderHash::add(const BlockHeader& block) {
    EVP_DigestUpdate(state_->running.get(), &block, sizeof block);
}

std::string HeaderHash::digest() const {
    std::string bytes(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    EVP_MD_CTX_copy_ex(state_->copy.get(), state_->running.get());
    EVP_DigestFinal_ex(state_->copy.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
    bytes.resize(size);
    return bytes;
}

}  // namespace spillgate::proto
