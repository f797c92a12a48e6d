#!/usr/bin/env bash
# run.sh [--config FILE] [--for SECONDS]: installs what is missing, builds, and starts the readout daemon and the live
# spectra with FILE (config/demo.txtpb: a SIMULATED CsI[Na] detector at the SNS, read over UDP from an emulated SIS3316). If
# NAME-emulator.txtpb lies beside NAME.txtpb, that emulator is started first. Runs are kept in ./runs. A link is printed
# with which you may act by the console, as yourself, until all is stopped. Ctrl-C, or the end of SECONDS, ends the run
# cleanly and stops all. Exit status: 0 unless one of them failed.
set -euo pipefail
cd "$(dirname "$0")"

config=config/demo.txtpb
seconds=
usage() { sed -n '2,6s/^# //p' "$0"; }
wrong() { echo "run.sh: $1" >&2; usage >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --config) [ $# -ge 2 ] || wrong "--config needs a file"; config=$2; shift 2 ;;
        --for) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || wrong "--for needs a whole number of seconds"; seconds=$2; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) wrong "unknown argument '$1'" ;;
    esac
done
[ -r "$config" ] || wrong "cannot read $config"

packaging/setup build
packaging/build release spillgate-daq spillgate-online spillgate-ctl spillgate-offline spillgate-emulator
bin=build/release/bin

declare -A names=()
stopping=false
status=0

# Asks one program to stop and waits for it; one that does not stop within 20 s is killed, which is a failure.
stop() {
    local pid=$1 waited
    kill -TERM "$pid" 2>/dev/null || return 0
    for ((waited = 0; waited < 200; waited++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    if kill -KILL "$pid" 2>/dev/null; then
        echo "run.sh: ${names[$pid]} did not stop and was killed" >&2
        status=1
    fi
    wait "$pid" 2>/dev/null || status=1
}
stop_all() {
    trap '' INT TERM HUP
    $stopping && return
    stopping=true
    # The daemon first: online then sees the run end.
    [ -n "${daq:-}" ] && stop "$daq"
    [ -n "${online:-}" ] && stop "$online"
    [ -n "${emulator:-}" ] && stop "$emulator"
    [ -n "${listening:-}" ] && rm -f "$listening"
    [ -n "${private:-}" ] && rm -rf "$private"
    [ -n "${timer:-}" ] && kill "$timer" 2>/dev/null
    return 0
}
trap 'stop_all; exit "$status"' INT TERM HUP
trap stop_all EXIT

emulated=${config%.txtpb}-emulator.txtpb
watched=()
if [ -r "$emulated" ]; then
    listening=$(mktemp -u)
    setsid $bin/spillgate-emulator --config "$emulated" --ports-file "$listening" &
    emulator=$!
    names[$emulator]=spillgate-emulator
    watched+=("$emulator")
    for ((waited = 0; waited < 300; waited++)); do
        [ -e "$listening" ] && break
        kill -0 "$emulator" 2>/dev/null || break
        sleep 0.1
    done
    if [ ! -e "$listening" ]; then
        echo "run.sh: spillgate-emulator does not listen" >&2
        status=1
        exit 1
    fi
fi

# Unless the console's own config says who may act: whoever runs this.
console=${config%.txtpb}-console.txtpb
may_act=()
if ! { [ -r "$console" ] && grep -q '^ *people_file' "$console"; }; then
    private=$(mktemp -d)
    person=$(id -un)
    token=$($bin/spillgate-online --people "$private/people.txtpb" person add "$person" --role shift --role expert)
    may_act=(--people "$private/people.txtpb")
fi

# In sessions of their own, so that Ctrl-C reaches this script alone, which stops them in order. The line with the console's
# address gets the token, in the part that browsers keep to themselves.
setsid $bin/spillgate-online --config "$config" "${may_act[@]}" \
    > >(sed -u "s|^console at .*|&${token:+/#token=$token}|") &
online=$!
names[$online]=spillgate-online
setsid $bin/spillgate-daq --config "$config" --start physics &
daq=$!
names[$daq]=spillgate-daq
watched+=("$online" "$daq")
if [ -n "$seconds" ]; then
    sleep "$seconds" &
    timer=$!
    watched+=("$timer")
fi
echo "spillgate is starting. Runs are kept in $PWD/runs. Ctrl-C ends the run and stops." >&2

ended=
code=0
wait -n -p ended "${watched[@]}" || code=$?
if [ "$ended" = "${timer:-none}" ]; then
    timer=
else
    echo "run.sh: ${names[$ended]} ended by itself (exit status $code); stopping the others" >&2
    status=1
fi
stop_all
exit "$status"
