# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Several parts at once; part of tests/run.sh.

# is_to_come PART: whether it waits or runs.
is_to_come() { [[ " $waiting ${names[*]} " == *" $1 "* ]]; }

# first_ready: of the parts that wait, the first whose prerequisites are over; several use what the part compile builds, cuda and
# install find it in the compiler's cache, install what cuda compiles, too.
first_ready() {
  local part
  for part in $waiting; do
    case $part in
      native | processors | gimp2 | train | scale | faults | memcheck | cuda) is_to_come compile && continue ;;
      install) { is_to_come compile || is_to_come cuda; } && continue ;;
    esac
    echo "$part"
    return
  done
}

# end_one: waits for one of the parts that run, shows its output and takes over its counts.
end_one() {
  local id part counts
  wait -n -p id "${!names[@]}"
  part=${names[$id]}
  unset "names[$id]"
  echo
  echo "### Part $part, in $((SECONDS - since[$id])) seconds"
  sed -n '$!p' "$work/logs/$part.log"
  counts=$(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$work/logs/$part.log")
  echo
  add "Part $part" ${counts:-0 1 0}
}

# side_by_side PART…: each part in a process of its own.
side_by_side() {
  local waiting=" compile $* " part most nice
  local -A names=() since=()
  # Each part is a group of processes, so that nothing else ends with them.
  trap 'for id in "${!names[@]}"; do kill -- "-$id"; done; exit 130' INT TERM
  export side_by_side=1
  most=$(($(nproc) + 1)) # the tests on a screen wait for most of their time
  while [ -n "${waiting// /}" ] || [ ${#names[@]} -gt 0 ]; do
    part=$([ ${#names[@]} -lt "$most" ] && first_ready)
    if [ -n "$part" ]; then
      waiting=${waiting/ $part / }
      # GIMP does one thing after another, and waits for compile; builds and suites keep all processors busy to the end.
      case $part in gimp* | compile) nice=0 ;; *) nice=4 ;; esac
      setsid nice -n $nice "$source/tests/run.sh" "$part" >"$work/logs/$part.log" 2>&1 </dev/null &
      names[$!]=$part since[$!]=$SECONDS
    else
      end_one
    fi
  done
}
