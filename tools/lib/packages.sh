# Finds and installs the Debian packages of tools/packages.txt. Needs say.sh and $root.

# version_at_least HAVE WANT
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# served_by WANTED: is there a command that serves instead of the package?
served_by() {
    local command=${1%%>=*} wanted have
    command -v "$command" >/dev/null 2>&1 || return 1
    case "$1" in *'>='*) wanted=${1#*>=} ;; *) return 0 ;; esac
    have=$("$command" --version 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
    version_at_least "${have:-0}" "$wanted"
}

# missing_packages SET...: names of the packages that are neither installed nor served otherwise.
missing_packages() {
    local sets=" $* " set package instead purpose wanted=()
    while read -r set package instead purpose; do
        case "$set" in '' | '#'*) continue ;; esac
        [[ $sets == *" $set "* ]] && wanted+=("$package $instead")
    done <"$root/tools/packages.txt"
    local installed
    # dpkg-query fails when it does not know one of them; what it does know still counts.
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${wanted[@]%% *}" 2>/dev/null || true)
    for package in "${wanted[@]}"; do
        grep -qx "${package%% *} installed" <<<"$installed" && continue
        [ "${package##* }" != - ] && served_by "${package##* }" && continue
        printf '%s\n' "${package%% *}"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# apt ARGUMENT...: apt-get with its talk in build/apt.log, shown only when it fails.
apt() {
    mkdir -p "$root/build"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" \
        </dev/null >"$root/build/apt.log" 2>&1 || { tail -n 20 "$root/build/apt.log" >&2 && return 1; }
}

# say_sizes PACKAGE...: what an installation would fetch and take. A simulation, because apt may be
# configured to answer its own questions with yes.
say_sizes() {
    local chosen
    chosen=$(LC_ALL=C apt-get install -s --no-install-recommends "$@" |
        sed -nE 's/^Inst ([^ ]+) (\[[^]]*\] )?\(([^ ]+) .*/\1=\3/p')
    local totals
    totals=$(xargs -r apt-cache show <<<"$chosen" | awk '
        $1 == "Package:" { packages++ }
        $1 == "Size:" { fetch += $2 }
        $1 == "Installed-Size:" { disk += $2 }
        END { printf "%d %.1f %.1f", packages, fetch / 1e6, disk / 1e3 }')
    local count fetch disk
    read -r count fetch disk <<<"$totals"
    say "With what they depend on: $count packages, download $fetch MB, disk $disk MB." \
        "含依赖共 $count 个软件包，下载 $fetch MB，占用磁盘 $disk MB。"
}

purpose_of() {
    awk -v name="$1" '$2 == name { $1 = $2 = $3 = ""; sub(/^ +/, ""); print; exit }' "$root/tools/packages.txt"
}

# ask_to_install yes|ask: asks once on a terminal; without one, or with yes, goes on.
ask_to_install() {
    [ "$1" = ask ] && on_terminal || return 0
    local answer
    if [ "$say_lang" = zh ]; then read -r -p '现在安装吗？[Y/n] ' answer; else read -r -p 'Install them now? [Y/n] ' answer; fi
    case "$answer" in
        '' | [yY]*) ;;
        *) die 75 "Nothing was installed. Run it again when you are ready." "没有安装任何东西。准备好后请再运行一次。" ;;
    esac
}

# install_missing yes|ask SET...
install_missing() {
    local consent=$1 package
    shift
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die 69 \
        "Please install what serves for these Debian 12 packages: ${missing[*]}" \
        "请安装相当于以下 Debian 12 软件包的内容：${missing[*]}"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die 69 \
        "Not root, and no sudo. As root: apt-get install ${missing[*]}" \
        "当前不是 root，也没有 sudo。请以 root 运行：apt-get install ${missing[*]}"
    say "To be installed from Debian:" "将从 Debian 安装："
    for package in "${missing[@]}"; do say "$(printf '  %-20s %s' "$package" "$(purpose_of "$package")")"; done
    apt update || die 69 \
        "The package lists cannot be fetched. Next: check the network and the apt sources, then run this again." \
        "无法获取软件包列表。请检查网络和 apt 源，然后重试。"
    say_sizes "${missing[@]}"
    ask_to_install "$consent"
    say "Installing." "正在安装。"
    apt install -y --no-install-recommends "${missing[@]}" || die 69 \
        "A package cannot be had (see above). Next: apt-get install ${missing[*]}" \
        "有软件包无法安装（见上文）。下一步：apt-get install ${missing[*]}"
}
