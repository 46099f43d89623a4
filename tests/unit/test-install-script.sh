#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh with a meson, a ninja and a GIMP that only pretend: test-install-script.sh INSTALL.SH. What installs for good is tested by
# tests/packages/install.sh.
set -eu
installer=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
unset XDG_CACHE_HOME XDG_CONFIG_HOME GIMP2_DIRECTORY GIMP3_DIRECTORY
export HOME="$folder/my fddm" FDDM_BUILD="$folder/my build" PATH="$folder/bin:$PATH" # both with a space
mkdir -p "$folder/bin" "$FDDM_BUILD/meson-logs"

cat >"$folder/bin/ninja" <<'END'
#!/bin/sh
# ninja -C BUILD uninstall
if [ "$3" = uninstall ]; then grep '^/' "$2/meson-logs/install-log.txt" | tr '\n' '\0' | xargs -0 rm -f; fi
END
cat >"$folder/bin/meson" <<'END'
#!/bin/sh
# meson setup BUILD SOURCE …
if [ "$1" = setup ] && [ -n "$BUILDS" ]; then mkdir -p "$2/plugin/gimp2" "$2/plugin/gimp3"; : >"$2/plugin/gimp2/fddm"; : >"$2/plugin/gimp3/fddm"
elif [ "$1" = setup ]; then echo "ERROR: Dependency pretended not found"; exit 1; fi
END
# A GIMP reads the strings of (fddm-batch-denoise PATTERN FOLDER …) as Scheme does.
cat >"$folder/bin/gimp-console-2.10" <<'END'
#!/usr/bin/env python3
import os, re, shutil, sys
for form in (f for f in sys.argv if f.startswith("(fddm-batch-denoise ")):
    texts = [re.sub(r"\\(.)", r"\1", text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', form)]
    works = texts[2:] == ["balanced", "auto"] and os.path.isfile(texts[0]) and os.path.isdir(texts[1])
    if works:
        shutil.copy(texts[0], texts[1])
    print("fddm-batch-denoise: %d done, %d failed" % (works, not works))
END
cp "$folder/bin/gimp-console-2.10" "$folder/bin/gimp-console-3"
chmod +x "$folder"/bin/*
export BUILDS=

# install_as_before: files that an installation has written, and other folders, which are empty without it.
install_as_before() {
  : >"$FDDM_BUILD/build.ninja"
  for file in .local/bin/fddm .local/share/fddm/weights/a.safetensors .config/GIMP/3.0/plug-ins/fddm/help/a.html \
      .config/GIMP/3.0/scripts/fddm-batch.scm; do
    mkdir -p "$(dirname "$HOME/$file")"
    : >"$HOME/$file"
    echo "$HOME/$file"
  done >"$FDDM_BUILD/meson-logs/install-log.txt"
}

# is_so NUMBER NAME COMMAND…
is_so() {
  number=$1 name=$2
  shift 2
  if "$@"; then echo "ok $number - $name"; else echo "not ok $number - $name"; fi
}
are_gone() { ! [ -e "$HOME/.local/share/fddm" ] && ! [ -e "$HOME/.config/GIMP/3.0/plug-ins/fddm" ]; }
are_left() { [ -d "$HOME/.local/bin" ] && [ -d "$HOME/.config/GIMP/3.0/scripts" ] && [ -d "$HOME/.config/GIMP/3.0/plug-ins" ]; }
tells_why() { grep -q "Dependency pretended" "$folder/told" && grep -q "^== Not installed: " "$folder/told"; }

# try_out_in NAME: a copy of the sources in a folder of this name, built and tried out there.
try_out_in() {
  mkdir -p "$folder/$1/plugin" "$folder/$1/tests/data"
  cp "$installer" "$folder/$1/install.sh"
  cp "$(dirname "$installer")/plugin/profiles.sh" "$folder/$1/plugin"
  echo photo >"$folder/$1/tests/data/sample.jpg"
  FDDM_BUILD='' BUILDS=yes "$folder/$1/install.sh" --user --no-packages >"$folder/told" 2>&1 \
    && [ "$(grep -c "^== It works in GIMP [23]: " "$folder/told")" = 2 ] || { sed 's/^/# /' "$folder/told"; false; }
}

echo "1..11"
install_as_before
is_so 1 "it uninstalls" "$installer" --user --uninstall >"$folder/told" 2>&1 || true
sed -n '/^\(not \)\{0,1\}ok/p' "$folder/told"
is_so 2 "its folders are removed, with a space in their names" are_gone
is_so 3 "folders of others stay, also of a user called fddm" are_left
install_as_before
"$installer" --user --no-packages >"$folder/told" 2>&1 || true
is_so 4 "an update that cannot be configured says why" tells_why
for name in plain 'with spaces' 'a [b]* ?' '"quoted" $HOME'; do
  is_so $((number + 1)) "it is tried out in a folder called “$name”" try_out_in "$name"
done
is_refused_in() {
  ! try_out_in "$1" >"$folder/lines" && grep -q "^# == Not installed: this folder's name has a backslash" "$folder/lines"
}
is_so 9 "a folder that Meson cannot build in is named" is_refused_in 'back\slash'
# What came to the same places since does not belong to the installation.
install_as_before
"$installer" --user --uninstall >"$folder/told" 2>&1 || true
mkdir -p "$HOME/.local/share/fddm/weights" && : >"$HOME/.local/share/fddm/weights/a.safetensors"
is_refused_again() { ! "$installer" --user --uninstall >"$folder/told" 2>&1 && grep -q "^== Not uninstalled: " "$folder/told"; }
is_so 10 "a second time there is nothing to uninstall" is_refused_again
is_so 11 "and what the user has put there stays" test -e "$HOME/.local/share/fddm/weights/a.safetensors"
