// The room of contracts: what crosses between processes or outlives one. First file to read.
//
//   schema/*.proto       messages on the wire and on disk, and the configuration's schema
//   result.hpp           Result<T>: a value, or an Error with its kind and a message for a shift worker
//   time.hpp             clock readings, frequencies, conversions in integer arithmetic
//   quality.hpp          quality bits of a slot, and the named faults
//   spill_record.hpp     one slot's traces and windows in memory; verdict
//   wire.hpp             record and verdict ⇄ bytes, with checksums and every bound checked
//   ledger.hpp           the per-slot facts and their sums
//   names.hpp            run types and states by the names that people write
//   run_file/            segments and blocks on disk: writer, reader, verify, repair, and the files below
//   run_catalogue.hpp    run numbers, never reused (SQLite)
//   config_loader.hpp    text-format configuration, with file, line and column in every refusal
//   endpoints.hpp        names of sockets and topics
//   loopback.hpp         what a Host header must say to be answered
//   web_address.hpp      addresses of HTTP servers; http_client.hpp: one request to one of them
//   secret_file.hpp      a secret in a file that nobody else may read
#pragma once
