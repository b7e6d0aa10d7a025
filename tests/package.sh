#!/bin/bash
# Packaging: make install and uninstall, the tarball, the Debian package. package.sh [BUILD_DIR]. The tarball is unpacked elsewhere, where there is no
# git, and built; its package must be the bytes of this tree's. As root (and where no spoor is installed) the package is installed into the
# system, used and purged; else it is unpacked and used. Closes with 'N passed, N failed'.
set -u
cd "$(dirname "$0")/.." || exit 4
build=${1:-${SPOOR_BUILD:-build/release}}
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
unset SPOOR_STORE SOURCE_DATE_EPOCH MAKEFLAGS
export LC_ALL=C.UTF-8
passed=0 failed=0
check() { # check WHAT COMMAND…
	local what=$1; shift
	if "$@" >"$work/log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $what"; tail -n 30 "$work/log"; fi
}
is() { [ "$1" = "$2" ] || { echo "expected: $2"; echo "came:     $1"; return 1; }; }
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
# Files of a folder with their modes.
listed() { (cd "$1" && find . -type f -printf '%m %P\n' | LC_ALL=C sort); }
# As somebody with an empty home.
as_user() { env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work" LC_ALL=C.UTF-8 TZ=UTC "$@"; }
mkdir -p "$work/home"
quiet() { make --no-print-directory "$@" >"$work/make.log" 2>&1 || { cat "$work/make.log"; return 1; }; }
check "make" quiet all
version=$("$build/spoor" --version) || exit 1

# ---- make install: a folder with blanks, a strict umask; uninstall takes away what install put, and nothing else
dest="$work/a folder"
check "make install" bash -c "umask 077; make --no-print-directory install DESTDIR='$dest' PREFIX=/usr"
check "installed program" is "$("$dest/usr/bin/spoor" --version)" "$version"
check "others may read what is installed" none "$(find "$dest/usr" \( -type f ! -perm -444 \) -o \( -type d ! -perm -555 \))"
check "nothing is writable for others" none "$(find "$dest/usr" ! -type l -perm /022)"
check "the example settings are good" as_user "$dest/usr/bin/spoor" config --check "$dest/usr/share/doc/spoor/examples/config.json"
touch "$dest/usr/share/doc/spoor/mine" "$dest/usr/bin/other"
check "make uninstall" quiet uninstall DESTDIR="$dest" PREFIX=/usr
check "what is left" is "$(listed "$dest" | cut -d' ' -f2-)" "usr/bin/other
usr/share/doc/spoor/mine"
check "make install elsewhere" quiet install DESTDIR="$work/other" PREFIX=/opt/spoor BINDIR=/usr/games STRIP=1
check "BINDIR is honoured" is "$("$work/other/usr/games/spoor" --version)" "$version"
check "stripped" bash -c "! file '$work/other/usr/games/spoor' 2>/dev/null | grep -q 'not stripped'"

check "make install into a name with a blank, of this folder" bash -c "cd '$PWD' && make --no-print-directory install DESTDIR=build/packed PREFIX='/my apps'"
check "runs there" is "$("build/packed/my apps/bin/spoor" --version)" "$version"
check "and is taken away" quiet uninstall DESTDIR=build/packed "PREFIX=/my apps"
check "leaving nothing" none "$(find build/packed ! -type d)"
rm -rf build/packed

# ---- make dist: the same bytes twice; what was unpacked says the same version and makes the same tarball
check "make dist" quiet dist
tarball=$(tail -n 1 "$work/make.log")
cp "$tarball" "$work/first.tar.gz"
check "make dist again" quiet dist
check "the same tarball" cmp "$tarball" "$work/first.tar.gz"
mkdir "$work/elsewhere"
tar -xzf "$tarball" -C "$work/elsewhere"
there=$(echo "$work"/elsewhere/spoor-*)
check "no git in it" none "$(find "$there" -name .git)"
mine=$PWD
cd "$there" || exit 4
check "builds without git, no warning, and into a package" quiet -j"$(nproc)" WERROR=1 deb GIT_DIR=/nonexistent
package=$there/$(tail -n 1 "$work/make.log")
check "the version of the tarball" is "$(build/release/spoor --version)" "$version"
check "a tarball out of a tarball" quiet dist
cd "$mine" || exit 4
check "is the same" cmp "$there/$(tail -n 1 "$work/make.log")" "$tarball"

# ---- make deb: the same bytes here, built in another folder at another time
check "make deb" bash -c "umask 077; make --no-print-directory deb >'$work/make.log' 2>&1"
ours=$(tail -n 1 "$work/make.log")
check "the same package" cmp "$ours" "$package"
check "the same name" is "$(basename "$ours")" "$(basename "$package")"
dpkg-deb -x "$ours" "$work/deb"
check "no folder of the build in it" bash -c "! grep -rlaF -e '$mine' -e '$there' '$work/deb'"
check "files belong to root" none "$(dpkg-deb -c "$ours" | grep -v ' root/root ')"
if command -v lintian >/dev/null; then
	# (nobody's address stands in the tree: MAINTAINER says who packs it)
	check "lintian" none "$(lintian --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$ours" 2>&1 | grep -E '^[EW]:')"
fi

# ---- used as a package
if [ "$(id -u)" = 0 ] && ! dpkg-query -W spoor >/dev/null 2>&1; then
	root= how=installed
	trap 'dpkg --purge spoor >/dev/null 2>&1; rm -rf "$work"' EXIT
	# (containers leave manuals out)
	check "dpkg -i" dpkg --path-include='/usr/share/*' -i "$ours"
	dpkg -L spoor | while read -r f; do [ -d "$f" ] || echo "$f"; done >"$work/files"
	check "dpkg --verify" none "$(dpkg --verify spoor)"
else
	root=$work/deb how=unpacked
	find "$root" -type f >"$work/files"
fi
bin=$root/usr/bin
check "$how: the version" is "$(as_user "$bin/spoor" --version)" "$version"
check "$how: samples" as_user "$bin/spoor" samples --out "$work/samples"
check "$how: import" as_user "$bin/spoor" import "$work/samples"
check "$how: traces" is "$(as_user "$bin/spoor" traces --where status:error --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["total"] > 0)')" True
check "$how: compare" bash -c "$(declare -f as_user); work='$work'; as_user '$bin/spoor' compare v12 v13 | grep -q 'B answers better'"
check "$how: the store is where it belongs" test -s "$work/home/.local/share/spoor/spoor.db"
man=$root/usr/share/man
for page in spoor.1 spoor-config.5 spoor-filter.7 spoor-formats.5; do
	if command -v man >/dev/null; then
		check "$how: man $page" is "$(MANPATH=$man man -w "${page##*.}" "${page%.*}")" "$man/man${page##*.}/$page.gz"
		check "$how: $page without a mistake" none "$(MANPATH=$man MANWIDTH=80 man --warnings -E UTF-8 "${page##*.}" "${page%.*}" 2>&1 >/dev/null)"
	fi
done
check "$how: completion of bash" bash -c "source '$root/usr/share/bash-completion/completions/spoor' && complete -p spoor"
command -v zsh >/dev/null && check "$how: completion of zsh" zsh -n "$root/usr/share/zsh/vendor-completions/_spoor"
command -v fish >/dev/null && check "$how: completion of fish" fish -n "$root/usr/share/fish/vendor_completions.d/spoor.fish"
if [ "$how" = installed ]; then
	check "dpkg -r" dpkg -r spoor
	check "nothing is left of it" none "$(while read -r f; do [ ! -e "$f" ] || echo "$f"; done <"$work/files")"
	check "dpkg -P" dpkg -P spoor
	check "not even a name" none "$(dpkg-query -W -f '${Status}' spoor 2>/dev/null)"
	check "what people have stays theirs" test -s "$work/home/.local/share/spoor/spoor.db"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
