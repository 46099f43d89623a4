#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh with a meson and a ninja that only pretend: test-install-script.sh INSTALL.SH. What installs for good is tested by
# tests/packages/install.sh.
set -eu
installer=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset XDG_CACHE_HOME XDG_CONFIG_HOME GIMP2_DIRECTORY GIMP3_DIRECTORY
export HOME="$folder/my fddm" FDDM_BUILD="$folder/my build" PATH="$folder/bin:$PATH" # both with a space
mkdir -p "$folder/bin" "$FDDM_BUILD/meson-logs"

cat >"$folder/bin/ninja" <<'END'
#!/bin/sh
# ninja -C BUILD uninstall
[ "$3" = uninstall ] && grep '^/' "$2/meson-logs/install-log.txt" | tr '\n' '\0' | xargs -0 rm -f
END
cat >"$folder/bin/meson" <<'END'
#!/bin/sh
if [ "$1" = setup ]; then echo "ERROR: Dependency pretended not found"; exit 1; fi
END
chmod +x "$folder/bin/ninja" "$folder/bin/meson"

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

echo "1..4"
install_as_before
is_so 1 "it uninstalls" "$installer" --user --uninstall >"$folder/told" 2>&1 || true
sed -n '/^\(not \)\{0,1\}ok/p' "$folder/told"
is_so 2 "its folders are removed, with a space in their names" are_gone
is_so 3 "folders of others stay, also of a user called fddm" are_left
install_as_before
"$installer" --user --no-packages >"$folder/told" 2>&1 || true
is_so 4 "an update that cannot be configured says why" tells_why
