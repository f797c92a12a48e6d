#include "hw/sis3316/fifo_answer.hpp"

#include <catch2/catch.hpp>

using namespace spillgate::hw::sis3316;
using Place = FifoAnswer::Place;

namespace {

// Packet `index` of an answer in packets of 360 words, all full.
FifoAnswer::Placed give(FifoAnswer& answer, std::size_t index) {
    return answer.take(static_cast<std::uint8_t>(index % 16), 360);
}

}  // namespace

TEST_CASE("a FIFO answer of 32 packets is complete when all have come in order") {
    FifoAnswer answer(std::size_t{31} * 360 + 7, 360);
    for (std::size_t i = 0; i < 31; ++i) {
        const auto placed = give(answer, i);
        CHECK(placed.place == Place::IN_ORDER);
        CHECK(placed.first_word == i * 360);
        CHECK_FALSE(answer.complete());
    }
    CHECK(answer.only_last_missing());
    CHECK(answer.take(15, 7).first_word == std::size_t{31} * 360);
    CHECK(answer.complete());
    CHECK(answer.words_in_order() == std::size_t{31} * 360 + 7);
}

TEST_CASE("up to 16 packets have one place each, however they come") {
    FifoAnswer answer(std::size_t{16} * 360, 360);
    for (std::size_t i = 16; i-- > 0;)
        CHECK(give(answer, i).first_word == i * 360);
    CHECK(answer.complete());
    CHECK(give(answer, 3).place == Place::DUPLICATE);
}

TEST_CASE("two packets that changed places are put right, among 32 too") {
    FifoAnswer answer(std::size_t{32} * 360, 360);
    for (std::size_t i = 0; i < 32; ++i)
        CHECK(give(answer, i ^ 1u).first_word == (i ^ 1u) * 360);
    CHECK(answer.complete());
}

TEST_CASE("words behind a lost packet do not count, those before it do") {
    FifoAnswer answer(std::size_t{20} * 360, 360);
    for (std::size_t i = 0; i < 20; ++i)
        if (i != 4) give(answer, i);
    CHECK_FALSE(answer.complete());
    CHECK(answer.last_has_come());
    CHECK(answer.words_in_order() == std::size_t{4} * 360);
}

TEST_CASE("an old duplicate never takes the place of the packet 16 behind it") {
    FifoAnswer answer(std::size_t{32} * 360, 360);
    for (std::size_t i = 0; i < 25; ++i)
        if (i != 18) give(answer, i);
    CHECK(give(answer, 2).place == Place::IMPOSSIBLE);
    CHECK(answer.words_in_order() == std::size_t{18} * 360);
}

TEST_CASE("a gap of 16 packets, which looks like none, leaves nothing to trust") {
    FifoAnswer answer(std::size_t{32} * 360, 360);
    for (std::size_t i = 0; i < 32; ++i)
        if (i < 4 || i >= 20) give(answer, i);
    CHECK_FALSE(answer.complete());
    CHECK(answer.words_in_order() == 0);
}

TEST_CASE("a packet of another length than its place is not taken") {
    FifoAnswer answer(std::size_t{2} * 360 + 10, 360);
    CHECK(answer.take(0, 10).place == Place::IMPOSSIBLE);
    CHECK(answer.take(2, 360).place == Place::IMPOSSIBLE);
    CHECK(answer.take(3, 360).place == Place::IMPOSSIBLE);
    CHECK(answer.received() == 0);
}
