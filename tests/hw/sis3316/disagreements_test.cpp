// Where public drivers of the SIS3316 disagree and ours has to choose, as a peer sees it on the wire. The
// choices that stand in registers are in settings_test.cpp, identifiers (D10) and repetitions (D11) in
// link_test.cpp.
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>

#include <catch2/catch.hpp>

#include "hw/sis3316/adc_inputs.hpp"
#include "hw/sis3316/bank_reader.hpp"
#include "tests/hw/sis3316/scripted_peer.hpp"

using namespace spillgate;
using namespace spillgate::hw::sis3316;
using hw::testing::Datagram;
using hw::testing::ScriptedPeer;

namespace {

std::uint32_t word_at(const Datagram& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = value << 8 | std::to_integer<std::uint32_t>(bytes.at(at + i));
    return value;
}

void put_word(Datagram& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes.at(at + i) = static_cast<std::byte>(value >> 8 * i);
}

Command command_of(const Datagram& request) {
    return static_cast<Command>(request.at(0));
}

// Addresses and values of a register write; empty if it is another request.
std::vector<RegisterWrite> writes_of(const Datagram& request) {
    std::vector<RegisterWrite> writes;
    if (command_of(request) != Command::WRITE) return writes;
    for (std::size_t at = 4; at + 8 <= request.size(); at += 8)
        writes.push_back({word_at(request, at), word_at(request, at + 4)});
    return writes;
}

// A module whose registers read as `value` says, and else as they were written.
struct Bench {
    using Value = std::function<std::optional<std::uint32_t>(std::uint32_t address)>;
    using Written = std::function<void(const RegisterWrite&)>;
    std::mutex mutex;
    Value value;
    Written written;
    ScriptedPeer peer;
    ModuleSettings settings;
    std::unique_ptr<Module> module;

    Bench() {
        config::Board board;
        board.set_name("csi");
        board.set_bits(14);
        board.set_sample_rate_mhz(250);
        auto& device = *board.mutable_sis3316();
        device.set_address("127.0.0.1");
        device.set_port(peer.port());
        device.set_local_port(0);
        device.set_generation(config::Sis3316::WITH_IDENTIFIER);
        device.set_packets_per_request(32);
        device.set_timeout_ms(10000);
        auto& input = *device.add_input();
        input.add_channel(0);
        input.set_record_ns(4000);
        settings = settings_from(board).value();
        peer.obey([this](std::size_t, const Datagram& request, std::vector<Datagram> answers) {
            const std::lock_guard lock(mutex);
            for (const auto& write : writes_of(request))
                if (written) written(write);
            if (command_of(request) == Command::READ_LINK &&
                word_at(request, 2) == link_register::ARBITRATION)
                put_word(answers.front(), 6, arbitration::OWN_GRANT);
            if (command_of(request) == Command::READ && value)
                for (std::size_t at = 4; at + 4 <= request.size(); at += 4)
                    if (const auto said = value(word_at(request, at)))
                        put_word(answers.front(), at - 1, *said);
            return answers;
        });
        module = Module::open(settings, {}).value();
    }
    ~Bench() {
        module.reset();
        peer.obey({});
    }

    void behave(Value reads, Written writes = {}) {
        const std::lock_guard lock(mutex);
        value = std::move(reads);
        written = std::move(writes);
    }

    std::vector<std::uint32_t> values_written(std::uint32_t address) const {
        std::vector<std::uint32_t> values;
        for (const auto& request : peer.requests())
            for (const auto& write : writes_of(request))
                if (write.address == address) values.push_back(write.value);
        return values;
    }
};

}  // namespace

TEST_CASE("D9: a long bank is read in requests of at most 32 packets") {
    constexpr std::uint32_t words = 30000;
    Bench bench;
    BankReader reader(*bench.module, bench.settings);
    ClosedBank bank;
    bank.words[0] = words;
    std::vector<std::uint32_t> read;
    REQUIRE(reader
                .read(bank,
                      [&](std::uint32_t channel, std::span<const std::uint32_t> part) {
                          CHECK(channel == 0);
                          read.assign(part.begin(), part.end());
                      })
                .has_value());
    REQUIRE(read.size() == words);
    for (std::uint32_t i = 0; i < words; ++i)
        if (read[i] != i) FAIL("word " << i << " is " << read[i]);
    std::vector<std::size_t> lengths;
    for (const auto& request : bench.peer.requests())
        if (command_of(request) == Command::READ_FIFO) lengths.push_back((word_at(request, 2) & 0xFFFFu) + 1);
    CHECK(lengths == std::vector<std::size_t>{11520, 11520, words - 2 * 11520});
}

TEST_CASE("D12: the offset DAC is told to use its reference and load, then its values, then to load") {
    Bench bench;
    bench.settings.offset_dac = {0x1111, 0x2222, 0x3333, 0x4444};
    REQUIRE(set_offsets(*bench.module, 0, bench.settings).has_value());
    CHECK(bench.values_written(0x1008) == std::vector<std::uint32_t>{0x88F00001, 0xC0000000, 0x82011110,
                                                                     0x82122220, 0x82233330, 0x82344440,
                                                                     0xC0000000});
}

TEST_CASE("D13: both healthy states of the ADC FPGAs are healthy, others are named") {
    Bench bench;
    bench.peer.set(link_register::MODULE_ID, 0x33162010);
    for (const std::uint32_t state : {0x00130118u, 0x00130018u, 0x00030018u}) {
        bench.behave([=](std::uint32_t address) -> std::optional<std::uint32_t> {
            if (address == vme_register::LINK_STATUS) return 0x18181818;
            return (address & 0xFFF) == group_register::STATUS ? std::optional(state) : std::nullopt;
        });
        const auto identity = bench.module->identify();
        REQUIRE(identity.has_value());
        const auto& doubts = identity->doubts;
        if (state != 0x00030018) {
            CHECK_THAT(doubts, Catch::Equals(std::vector<std::string>{}));
            continue;
        }
        REQUIRE(doubts.size() == 4);
        for (std::uint32_t group = 0; group < groups; ++group)
            CHECK_THAT(doubts[group], Catch::Contains(register_name(group_address(group, 0x104))) &&
                                          Catch::Contains("0x00030018"));
    }
}

TEST_CASE("D14, D16: a closed bank's addresses are read until bit 24 says that they are its own") {
    Bench bench;
    std::atomic<std::uint32_t> armed = 0;
    std::atomic<int> polls = 0;
    const auto value = [&](std::uint32_t address) -> std::optional<std::uint32_t> {
        if (address == vme_register::ACQUISITION)
            return acquisition::ARMED | (armed == 1 ? acquisition::BANK_2 : 0);
        if (address != group_address(0, group_register::PREVIOUS_BANK)) return std::nullopt;
        // Twice that of the bank before, then the right one.
        if (++polls <= 2) return armed << 24 | 0x777u;
        return (1 - armed) << 24 | 503u;
    };
    bench.behave(value, [&](const RegisterWrite& write) {
        if (write.address != key::ARM_BANK_1 && write.address != key::ARM_BANK_2) return;
        armed = write.address == key::ARM_BANK_1 ? 0 : 1;
        polls = 0;
    });
    BankReader reader(*bench.module, bench.settings);
    REQUIRE(reader.arm().has_value());
    for (const std::uint32_t bank : {0u, 1u, 0u}) {
        const auto closed = reader.swap(false);
        REQUIRE(closed.has_value());
        CHECK(closed->bank == bank);
        CHECK(closed->words[0] == 503);
        CHECK(polls == 3);
    }
}

TEST_CASE("D19: the control register of the link is left alone") {
    Bench bench;
    bench.peer.set(link_register::MODULE_ID, 0x33162010);
    REQUIRE(bench.module->identify().has_value());
    REQUIRE(set_up_adc_chips(*bench.module, 0, 14).has_value());
    REQUIRE(set_offsets(*bench.module, 0, bench.settings).has_value());
    bench.module.reset();
    for (const auto& request : bench.peer.requests()) {
        const bool is_link_write = command_of(request) == Command::WRITE_LINK;
        if (is_link_write) CHECK(word_at(request, 1) != link_register::CONTROL);
        for (const auto& write : writes_of(request))
            CHECK(write.address != link_register::CONTROL);
    }
}
