// All alarms: each rule with each quantity that it watches, judged once a second. Pure: no clock, no file, no
// thread of its own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "online/alarms/alarm_states.hpp"
#include "online/keeper/quantity.hpp"
#include "proto/result.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// One alarm, as it is kept over restarts.
struct Alarm {
    std::string id;      // the rule's name; "RULE/SERIES" for a rule with a '*'
    std::string series;  // the quantity that it watches
    AlarmState state = AlarmState::NORMAL;
    double since_utc_s = 0;  // in this state
    std::string person;      // who acknowledged or shelved it
    std::string comment;     // … and why
    double shelved_until_utc_s = 0;
};

// A change of state, for journal, logbook, banner and webhooks.
struct Transition {
    std::string id;
    std::string series;
    AlarmState from = AlarmState::NORMAL;
    AlarmState to = AlarmState::NORMAL;
    double utc_s = 0;
    std::optional<double> value;  // absent: unknown, or not what moved it
    std::string unit;
    std::string limit;  // "above 1300 V"
    config::AlarmRule::Severity severity = config::AlarmRule::ALARM;
    std::string person;  // empty: by itself
    std::string comment;
};

class AlarmTable {
  public:
    static constexpr std::size_t max_alarms = 1000;

    // A rule that shares its name with an earlier one replaces it. `kept`: alarms as they were before a
    // restart; those whose rule is gone are left out.
    AlarmTable(const std::vector<config::AlarmRule>& rules, const std::vector<Alarm>& kept);

    // Entries point into the table's own rules, which a move leaves where they are.
    AlarmTable(AlarmTable&&) noexcept = default;
    AlarmTable& operator=(AlarmTable&&) noexcept = default;
    AlarmTable(const AlarmTable&) = delete;
    AlarmTable& operator=(const AlarmTable&) = delete;
    ~AlarmTable() = default;

    // Judges all alarms by the quantities of now. O(rules with '*' × quantities + alarms · log).
    std::vector<Transition> step(double utc_s, const Quantities& quantities, bool in_run);

    // Errors: NOT_FOUND (no such alarm), REFUSED (nothing to acknowledge, not shelved), CONFIG (a time that
    // is over, no reason).
    proto::Result<Transition> acknowledge(std::string_view id, std::string_view person,
                                          std::string_view comment, double utc_s);
    proto::Result<Transition> shelve(std::string_view id, std::string_view person, std::string_view reason,
                                     double until_utc_s, double utc_s);
    proto::Result<Transition> unshelve(std::string_view id, std::string_view person, double utc_s);

    // An alarm with what it is judged by. Pointers are valid until the next call of step.
    struct View {
        const Alarm* alarm;
        const config::AlarmRule* rule;
        std::optional<double> value;  // newest; absent: unknown
        std::string unit;
        std::string limit;
    };
    std::vector<View> views() const;                  // by id
    std::size_t refused() const { return refused_; }  // alarms that there was no place for

  private:
    struct Entry {
        Alarm alarm;
        const config::AlarmRule* rule = nullptr;
        std::optional<double> value;
        std::string unit;
        double outside_since_s = -1;  // < 0: not outside
        double inside_since_s = -1;   // < 0: not inside by the hysteresis
    };
    using Entries = std::map<std::string, Entry, std::less<>>;

    void add(const config::AlarmRule& rule, const std::string& id, const std::string& series);
    void find_new(const Quantities& quantities);
    void judge(Entry& entry, double utc_s, bool in_run, std::vector<Transition>& transitions);
    static std::optional<Transition> move(Entry& entry, AlarmEvent event, double utc_s);
    proto::Result<Entry*> entry_of(std::string_view id);

    std::map<std::string, config::AlarmRule> rules_;  // by name; entries point into it
    Entries entries_;
    std::size_t refused_ = 0;
};

// Whether `pattern`, with one '*' at most that stands for any text, is `name`.
bool matches(std::string_view pattern, std::string_view name);

// "above 1300 V", "below 5 or above 9 Hz", "unknown".
std::string limit_text(const config::AlarmRule& rule, std::string_view unit);

}  // namespace spillgate::online
