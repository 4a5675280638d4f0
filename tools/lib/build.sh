# Configures and builds a preset, with progress for a person. Needs say.sh and $root.

# Compiler jobs: one a core, and a gigabyte of free memory for each.
job_count() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
    [ "${memory:-1}" -ge 1 ] || memory=1
    echo $((cores < memory ? cores : memory))
}

# configure PRESET [CMAKE_ARGUMENT...]
configure() {
    local preset=$1 log=$root/build/$1-configure.log launcher=()
    shift
    mkdir -p "$root/build"
    if command -v ccache >/dev/null; then
        export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
        launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    if ! (cd "$root" && cmake --preset "$preset" "${launcher[@]}" "$@") >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die 78 "Configuring failed; all of it is in $log" "配置失败，详见 $log"
    fi
}

# Reads ninja's output: one moving line on a terminal, otherwise a line every tenth part.
show_progress() {
    local line last=-1 now
    while IFS= read -r line; do
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
        now=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
        if [ -t 2 ]; then
            printf '\r\033[K  [%s/%s] %s' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${line##*/}" >&2
        elif [ "$now" != "$last" ]; then
            printf '  [%s/%s]\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
        fi
        last=$now
    done
    if [ -t 2 ] && [ "$last" != -1 ]; then printf '\r\033[K' >&2; fi
}

# build PRESET [TARGET...]: leaves a stamp as old as the sources it began with.
build() {
    local preset=$1 log=$root/build/$1-build.log started=$root/build/$1/.ropenet-started
    shift
    touch "$started"
    local targets=()
    [ $# -eq 0 ] || targets=(--target "$@")
    if ! cmake --build "$root/build/$preset" -j "$(job_count)" "${targets[@]}" 2>&1 | tee "$log" | show_progress; then
        grep -A 25 -m 2 '^FAILED' "$log" >&2 || tail -n 30 "$log" >&2
        die 1 "The build failed; all of it is in $log" "构建失败，详见 $log"
    fi
    mv "$started" "$root/build/$preset/.ropenet-built"
}
