#!/bin/sh
# make deb: build.sh VERSION BUILD_DIR, run from the root of the tree. Packs what `make install` installs into build/spoor_VERSION_ARCH.deb. Nothing
# of the clock, the folder or the user is in it: dates are $EPOCH, owners root, modes as install gives them.
set -eu
umask 022
version=$1 build=$2
work=$build/deb
stage=$work/stage
# v1.2-3-gabc → 1.2+3.gabc; what is no number (a bare commit) comes before any release.
case $version in
v[0-9]*) debian=$(echo "${version#v}" | tr - + ) ;;
[0-9]*.*) debian=$(echo "$version" | tr - + ) ;;
*) debian=0~git$(date -u -d "@$EPOCH" +%Y%m%d%H%M).$(echo "$version" | tr -c 'A-Za-z0-9\n' .) ;;
esac
maintainer=${MAINTAINER:-the authors of spoor <spoor@localhost>}
arch=$(dpkg --print-architecture)
out=build/spoor_${debian}_$arch.deb

rm -rf "$work"
mkdir -p "$stage/DEBIAN" "$work/debian"
$MAKE --no-print-directory install DESTDIR="$PWD/$stage" PREFIX=/usr STRIP=1 ZSHDIR=/usr/share/zsh/vendor-completions
doc=$stage/usr/share/doc/spoor
cp .deb/copyright "$doc/copyright"
{
	echo "spoor ($debian) unstable; urgency=medium"
	echo
	echo "  * Version $version."
	echo
	echo " -- $maintainer  $(LC_ALL=C date -u -R -d "@$EPOCH")"
} | gzip -n9 >"$doc/changelog.gz"
find "$stage/usr/share/man" "$doc/README.md" -type f -exec gzip -n9 {} + 2>/dev/null || :

# The libraries it is linked with, as Debian tracks them; libarchive is loaded by name (import/archive.c).
printf 'Source: spoor\n\nPackage: spoor\nArchitecture: any\nDescription: x\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -estage/usr/bin/spoor 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "make deb: dpkg-shlibdeps does not know the libraries" >&2; exit 4; }
archive=$(sed -n 's/.*dlopen("\(libarchive[^"]*\)".*/\1/p' import/archive.c)
package=$(dpkg-query -S "*/$archive" | sed -n '1s/[:,].*//p')
sed -e "s/@VERSION@/$debian/" -e "s/@ARCH@/$arch/" -e "s/@MAINTAINER@/$maintainer/" -e "s/@DEPENDS@/$depends, $package/" \
	-e "s/@SIZE@/$(find "$stage/usr" -type f -printf '%s\n' | awk '{ n += int(($1 + 1023) / 1024) } END { print n }')/" \
	.deb/control >"$stage/DEBIAN/control"
(cd "$stage" && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) >"$stage/DEBIAN/md5sums"
find "$stage" -exec touch -h -d "@$EPOCH" {} +
SOURCE_DATE_EPOCH=$EPOCH dpkg-deb --root-owner-group -Zxz -z6 --threads-max=1 --build "$stage" "$out" >/dev/null
echo "$out"
