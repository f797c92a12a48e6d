#include "online/keeper/keeper_metrics.hpp"

#include "online/metric_families.hpp"

namespace spillgate::online {

namespace {

void stores(MetricFamilies& out, const KeeperAccount& account, double utc_s) {
    auto& off = out.gauge("spillgate_keeper_store_off", "1 while nothing is written to a database");
    auto& rows = out.counter("spillgate_keeper_rows_written_total", "Rows added, changed or deleted");
    auto& failures = out.counter("spillgate_keeper_failures_total",
                                 "Failures to open, write or read a database, refusals left out");
    auto& age = out.gauge("spillgate_keeper_last_write_age_seconds", "Since a database was last changed");
    auto& bytes = out.gauge("spillgate_keeper_store_bytes", "A database on disk, with its write-ahead log");
    const auto add = [&](const char* name, const StoreAccount& store) {
        const MetricLabels labels{{"store", name}};
        set(off, labels, store.off ? 1 : 0);
        count(rows, labels, store.rows_written);
        count(failures, labels, store.failures);
        if (store.written_utc_s) set(age, labels, utc_s - *store.written_utc_s);
        if (store.bytes) set(bytes, labels, static_cast<double>(*store.bytes));
    };
    add("history", account.history);
    add("desk", account.desk);
}

void written(MetricFamilies& out, const KeeperAccount& account) {
    set(out.gauge("spillgate_keeper_series", "Series that the history knows"), {},
        static_cast<double>(account.series));
    count(out.counter("spillgate_keeper_history_values_total", "Values taken into the history"), {},
          account.history_values);
    auto& entries = out.counter("spillgate_keeper_entries_total", "Entries of the logbook written, by kind");
    for (const auto& [kind, number] : account.entries)
        count(entries, {{"kind", std::string(name_of(kind))}}, number);
    count(out.counter("spillgate_keeper_alarm_changes_total", "Changes of alarms written"), {},
          account.alarm_changes);
}

void alarms(MetricFamilies& out, const AlarmsShown& shown) {
    auto& family = out.gauge("spillgate_alarms", "Alarms that are not normal, by state");
    set(family, {{"state", "unacknowledged"}}, static_cast<double>(shown.unacknowledged));
    set(family, {{"state", "acknowledged"}}, static_cast<double>(shown.acknowledged));
    set(family, {{"state", "returned"}}, static_cast<double>(shown.returned));
    set(family, {{"state", "shelved"}}, static_cast<double>(shown.shelved));
}

void tasks(MetricFamilies& out, const KeeperState& state) {
    count(out.counter("spillgate_keeper_tasks_total", "Requests and rounds that the keeper has worked off"),
          {}, state.tasks.done);
    set(out.gauge("spillgate_keeper_queue_length", "Requests that wait for the keeper"), {},
        static_cast<double>(state.tasks.waiting));
    set(out.gauge("spillgate_keeper_webhooks_waiting", "Messages that wait for a webhook"), {},
        static_cast<double>(state.webhooks.waiting));
    count(out.counter("spillgate_keeper_webhooks_delivered_total", "Messages that a webhook has taken"), {},
          state.webhooks.delivered);
    count(out.counter("spillgate_keeper_webhook_failures_total", "Attempts to tell a webhook that failed"),
          {}, state.webhooks.attempts_failed);
}

void losses(MetricFamilies& out, const KeeperState& state) {
    auto& family = out.counter("spillgate_keeper_lost_total", "What is lost for ever, by name");
    if (state.account != nullptr)
        for (const auto& [name, number] : state.account->losses)
            count(family, {{"loss", name}}, number);
    count(family, {{"loss", "request-queue-full"}}, state.tasks.dropped);
    count(family, {{"loss", "webhook-queue-full"}}, state.webhooks.dropped);
    count(family, {{"loss", "webhook-given-up"}}, state.webhooks.given_up);
}

}  // namespace

std::string keeper_metrics_text(const KeeperState& state, double utc_s) {
    MetricFamilies out;
    if (state.account != nullptr) {
        set(out.gauge("spillgate_keeper_round_age_seconds", "Since the keeper's last round; one a second"),
            {}, utc_s - state.account->utc_s);
        stores(out, *state.account, utc_s);
        written(out, *state.account);
    }
    if (state.alarms != nullptr) alarms(out, *state.alarms);
    tasks(out, state);
    losses(out, state);
    return out.text();
}

}  // namespace spillgate::online
