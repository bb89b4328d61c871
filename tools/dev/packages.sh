# shellcheck shell=bash
# Which Debian packages each command needs, and how they get here.

# shellcheck disable=SC2034 # used by the commands in the other files
PACKAGES_UP=(
    ca-certificates ccache cmake curl g++ libboost1.81-dev libcurl4-openssl-dev libexpat1-dev
    libfmt-dev libgmock-dev libgtest-dev liblua5.4-dev libpq-dev libqrencode-dev libsimdjson-dev
    libspdlog-dev libssl-dev libtcmalloc-minimal4 libtomlplusplus-dev libzstd-dev ninja-build
    pkg-config postgresql-15 zlib1g-dev
)
# shellcheck disable=SC2034
PACKAGES_TEST=(
    "${PACKAGES_UP[@]}" clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev lua5.4
    openssl shellcheck
)

missing_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        awk '$1 == "installed" { print $2 }' | sort -u |
        comm -13 - <(printf '%s\n' "$@" | sort -u)
}

# Debian's postgresql package would start a server of its own; sluice brings a private one.
forbid_main_cluster() {
    local file=/etc/postgresql-common/createcluster.conf
    "$@" sh -c "[ -e $file ] || { mkdir -p ${file%/*} && echo create_main_cluster = false >$file; }"
}

apt_install() {
    local as_root=("$@") apt
    apt=(
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1
        apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3
    )
    forbid_main_cluster "${as_root[@]}" && "${apt[@]}" update &&
        "${apt[@]}" install --no-install-recommends "${APT_WANTED[@]}"
}

# require_packages NAME... : installs what is missing as root or by sudo without a password; else
# says what an administrator must run.
require_packages() {
    local as_root=()
    command -v dpkg-query >/dev/null || die "dpkg-query is missing: ./dev needs Debian 12"
    mapfile -t APT_WANTED < <(missing_packages "$@")
    [ "${#APT_WANTED[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            die "an administrator must run: apt-get install -y --no-install-recommends" \
                "${APT_WANTED[*]}"
        fi
        as_root=(sudo -n)
    fi
    step packages "Installing ${#APT_WANTED[@]} Debian packages" apt_install "${as_root[@]}"
}
