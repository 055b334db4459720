# Functions for the lines of bash that tests run: they wait for a state, however long a busy machine takes to come to
# it. The test's own limit ends what never comes. What the line starts does not know them.
unset BASH_ENV

# until_true COMMAND...: waits until it succeeds.
until_true() { until "$@" 2> /dev/null; do sleep 0.02; done; }

# until_file FILE: waits until there is such a file that is not empty.
until_file() { until_true test -s "$1"; }

# until_temporary [NUMBER]: waits until so many outputs, or one, are begun under their temporary names.
until_temporary() { until_true has_temporaries "${1:-1}"; }
has_temporaries() { [ "$(ls -A | grep -c '\.tmp$')" -ge "$1" ]; }

# until_waiting PID: waits until a thread of seqgan is blocked in reading an empty pipe and all others sleep, too: what
# was written to the pipe is taken and worked off.
until_waiting() { until_true is_waiting "$1"; }
is_waiting() {
    local task reads=false
    is_program "$1" || return
    for task in /proc/"$1"/task/*; do
        [[ $(< "$task/status") == *$'\nState:\tS'* ]] || return
        [[ $(< "$task/wchan") == *pipe_read* ]] && reads=true
    done
    $reads
}

# until_catching PID SIGNAL: waits until seqgan has a handler for the signal. What a shell starts in the background
# ignores an interrupt until then.
until_catching() { until_true is_catching "$@"; }
is_catching() {
    local mask
    is_program "$1" && mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status") || return
    (( 16#$mask >> ($(kill -l "$2") - 1) & 1 ))
}

# is_program PID: whether the shell's child has become seqgan.
is_program() { [ "/proc/$1/exe" -ef "$(command -v seqgan)" ]; }
