#include "online/keeper/desk.hpp"

#include <array>

namespace spillgate::online {

namespace {

// A table is only ever added to: what an older program wrote must stay readable.
constexpr std::array migrations{R"(
CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, utc_ns INTEGER NOT NULL, run INTEGER NOT NULL,
    person TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, pictures TEXT NOT NULL, corrects INTEGER NOT NULL);
CREATE INDEX entry_run ON entry (run, kind);
CREATE VIRTUAL TABLE entry_words USING fts5 (text, person, content = 'entry', content_rowid = 'id');
CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN
    INSERT INTO entry_words (rowid, text, person) VALUES (new.id, new.text, new.person); END;
CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry BEGIN
    SELECT RAISE (ABORT, 'an entry of the logbook is never changed'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN
    SELECT RAISE (ABORT, 'an entry of the logbook is never deleted'); END;

CREATE TABLE alarm (id TEXT PRIMARY KEY, series TEXT NOT NULL, state TEXT NOT NULL, since_utc_s REAL NOT NULL,
    person TEXT NOT NULL, comment TEXT NOT NULL, shelved_until_utc_s REAL NOT NULL);
CREATE TABLE alarm_event (number INTEGER PRIMARY KEY AUTOINCREMENT, utc_s REAL NOT NULL, id TEXT NOT NULL,
    series TEXT NOT NULL, was TEXT NOT NULL, became TEXT NOT NULL, value REAL, unit TEXT NOT NULL,
    limits TEXT NOT NULL, severity TEXT NOT NULL, person TEXT NOT NULL, comment TEXT NOT NULL);

CREATE TABLE layout (person TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (person, name));

CREATE TABLE quality (run INTEGER NOT NULL, quantity TEXT NOT NULL, value REAL, band TEXT NOT NULL,
    verdict TEXT NOT NULL, reason TEXT NOT NULL, console_sha256 TEXT NOT NULL, PRIMARY KEY (run, quantity));
CREATE TABLE sideband (run INTEGER NOT NULL, spectrum TEXT NOT NULL, c INTEGER NOT NULL, ac INTEGER NOT NULL,
    alpha REAL, ratio REAL, sigma REAL, PRIMARY KEY (run, spectrum));
CREATE TABLE run_note (number INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, utc_ns INTEGER NOT NULL,
    person TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX run_note_run ON run_note (run);

CREATE TABLE checklist (number INTEGER PRIMARY KEY AUTOINCREMENT, utc_ns INTEGER NOT NULL, person TEXT NOT NULL,
    item TEXT NOT NULL, done INTEGER NOT NULL, comment TEXT NOT NULL);
CREATE TABLE handover (number INTEGER PRIMARY KEY AUTOINCREMENT, utc_ns INTEGER NOT NULL, person TEXT NOT NULL,
    text TEXT NOT NULL);
CREATE TABLE on_call (number INTEGER PRIMARY KEY AUTOINCREMENT, utc_ns INTEGER NOT NULL, person TEXT NOT NULL,
    name TEXT NOT NULL, contact TEXT NOT NULL);
)",
                                R"(
ALTER TABLE quality ADD COLUMN error REAL;
ALTER TABLE quality ADD COLUMN unit TEXT NOT NULL DEFAULT '';
)",
                                R"(
CREATE TABLE shift (number INTEGER PRIMARY KEY AUTOINCREMENT, begin_utc_ns INTEGER NOT NULL, begun_by TEXT NOT NULL,
    end_utc_ns INTEGER NOT NULL DEFAULT 0, complete_utc_ns INTEGER NOT NULL DEFAULT 0);
CREATE TABLE shift_person (shift INTEGER NOT NULL, person TEXT NOT NULL, from_utc_ns INTEGER NOT NULL,
    to_utc_ns INTEGER NOT NULL DEFAULT 0);
CREATE INDEX shift_person_shift ON shift_person (shift);
CREATE TABLE shift_line (shift INTEGER NOT NULL, place INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (shift, place));
ALTER TABLE checklist ADD COLUMN shift INTEGER NOT NULL DEFAULT 0;
ALTER TABLE checklist ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
CREATE INDEX checklist_shift ON checklist (shift, place);
ALTER TABLE handover ADD COLUMN shift INTEGER NOT NULL DEFAULT 0;
ALTER TABLE handover ADD COLUMN acknowledged_utc_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE handover ADD COLUMN acknowledged_by TEXT NOT NULL DEFAULT '';
CREATE INDEX handover_shift ON handover (shift);
ALTER TABLE on_call ADD COLUMN from_utc_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE on_call ADD COLUMN to_utc_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE on_call ADD COLUMN removed_utc_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE on_call ADD COLUMN removed_by TEXT NOT NULL DEFAULT '';
)",
                                // What was judged before says in its reasons whether it was of the whole run.
                                R"(
CREATE TABLE judged (run INTEGER PRIMARY KEY, account INTEGER NOT NULL);
CREATE TABLE looked_through (only INTEGER PRIMARY KEY, run INTEGER NOT NULL);
INSERT INTO judged SELECT run, MIN (reason NOT LIKE '%online did not follow it%'
    AND reason NOT LIKE '%the run has no end record%') FROM quality GROUP BY run;
)"};

}  // namespace

AllOrNothing::~AllOrNothing() {
    // Fails where a full disk has rolled back everything already.
    if (!kept_) database_.tryExec("ROLLBACK TO together; RELEASE together");
}

void AllOrNothing::keep() {
    database_.exec("RELEASE together");
    kept_ = true;
}

proto::Result<Database> open_desk(const std::string& path) {
    return Database::open(path, Database::Durability::EACH_COMMIT, migrations);
}

}  // namespace spillgate::online
