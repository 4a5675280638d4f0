# Words for a person, on stderr, so that stdout belongs to the program.
# Sourced by ./run and ./test.

case "${ROPENET_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}" in
    zh*) say_lang=zh ;;
    *) say_lang=en ;;
esac

# say ENGLISH [CHINESE]
say() {
    if [ "$say_lang" = zh ] && [ $# -gt 1 ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi
}

# die EXIT_CODE ENGLISH [CHINESE]
die() {
    local code=$1
    shift
    say "$@"
    exit "$code"
}

on_terminal() { [ -t 0 ] && [ -t 2 ]; }
