#!/usr/bin/env bash
# What a cloud costs, from the prepared image to a VM that answers: seconds, CPU seconds, memory; by turns with the plain
# serial recipe where one is named. Needs root, terraform and a finished build (build/release). Never passes or fails.
#
#   acceptance/bench/cloud.sh [ROUNDS]        1 round when not given; the table goes to standard output
#
# MICROSTACK_RECIPE=FOLDER: the recipe, writable, with its base tree and guest image made (its README's first two lines).
# MICROSTACK_EXTRAS="horizon heat": services added one after the other at the end, for a row of memory each.
# MICROSTACK_LAYER=1: times the making of the prepared layer, too (in a cache of its own, on the same packages).
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD rounds=${1:-1}
out=${MICROSTACK_OUTPUT:-$root/acceptance/output/bench-cloud}
name=${MICROSTACK_BENCH_NAME:-bench}
recipe=${MICROSTACK_RECIPE:-}
read -ra extras <<< "${MICROSTACK_EXTRAS-horizon heat}"
export MICROSTACK_CACHE=${MICROSTACK_CACHE:-/var/cache/microstack} CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
rm -rf "$out" && mkdir -p "$out/plugins" "$out/home" "$out/tf"
export HOME=$out/home TF_CLI_CONFIG_FILE=$out/terraformrc
cp build/release/provider/terraform-provider-microstack build/release/hypervisor/microstack-hypervisor "$out/plugins"
printf 'provider_installation {\n  dev_overrides { "microstack/microstack" = "%s" }\n  direct {}\n}\n' "$out/plugins" > "$out/terraformrc"
terraform=${MICROSTACK_TERRAFORM:-terraform}
hv() { "$out/plugins/microstack-hypervisor" "$@"; }
tf() { local verb=$1; shift; "$terraform" -chdir="$out/tf" "$verb" -no-color "$@"; }

configuration() { # EXTRA...
  printf 'terraform {\n  required_providers {\n    microstack = { source = "microstack/microstack" }\n  }\n}\n'
  printf 'resource "microstack_cluster" "cloud" {\n  name = "%s"\n}\n' "$name"
  printf 'resource "microstack_demo" "demo" {\n  cluster_id = microstack_cluster.cloud.id\n  server     = { count = 1 }\n}\n'
  printf 'output "ip" {\n  value = microstack_demo.demo.floating_ips[0]\n}\noutput "phases" {\n  value = microstack_cluster.cloud.phases\n}\n'
  local extra
  for extra in "$@"; do printf 'resource "microstack_%s" "extra" {\n  cluster_id = microstack_cluster.cloud.id\n}\n' "$extra"; done
}

# Control groups of a machine, by its PID 1 as a process of this host.
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -z "$groups" ]; then groups=$out/cgroup; mkdir -p "$groups"; mount -t cgroup2 none "$groups"; trap 'umount "$groups"' EXIT; fi
group_of() { sed -n 's/^0:://p' "/proc/$1/cgroup" | sed 's|/payload.*||'; }
leader() { hv machine list | jq -r --arg name "$name" '[.result[]? | select(.cluster == $name)][0].leader // empty'; }
cpu_of() { awk '/^usage_usec/ { printf "%.1f", $2 / 1e6 }' "$groups$1/cpu.stat" 2> /dev/null || echo 0; }
units() { # GROUP: CPU seconds, unit; the ten largest
  find "$groups$1" -name cpu.stat | while read -r file; do
    awk -v unit="$(basename "$(dirname "$file")")" '/^usage_usec/ { printf "%.1f %s\n", $2 / 1e6, unit }' "$file"
  done | grep -E '\.(service|scope)$| microstack$' | sort -rn | head -n 16
}
# GROUP: MiB of proportional set size, unit; the whole first.
memory() {
  local process
  for process in /proc/[0-9]*; do
    awk -v group="$(sed -n 's/^0:://p' "$process/cgroup" 2> /dev/null)" -v mine="$1/" '
      index(group "/", mine) == 1 && /^Pss:/ { n = split(group, part, "/"); unit = part[n]; for (i = 1; i <= n; ++i) if (part[i] ~ /service$/) unit = part[i]; print $2, unit }' \
      "$process/smaps_rollup" 2> /dev/null || true
  done | awk '{ sum[$2] += $1; all += $1 } END { printf "%.0f in all\n", all / 1024; for (unit in sum) printf "%.0f %s\n", sum[unit] / 1024, unit }' | sort -rn
}
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }
load() { cut -d ' ' -f 1 /proc/loadavg; }
answers() { until ping -c 1 -W 1 "$1" > /dev/null 2>&1; do [ $SECONDS -lt "$2" ] || { echo "$1 does not answer" >&2; exit 1; }; done; }

ours() { # ROUND: lines of "phase, seconds since the start, CPU seconds of the machine so far"
  local begin=$EPOCHREALTIME line group="" ip
  configuration > "$out/tf/main.tf"
  { tf apply -auto-approve -input=false 2> "$out/ours-$1.err" || { tail -n 20 "$out/ours-$1.err" >&2; exit 1; }; } | tee "$out/ours-$1.log" | while IFS= read -r line; do
    case $line in
      *"Creation complete"*)
        [ -n "$group" ] || group=$(group_of "$(leader)")
        printf '%s\t%s\t%s\n' "$(sed 's/^microstack_\([a-z]*\).*/\1/' <<< "$line")" "$(since "$begin")" "$(cpu_of "$group")" ;;
    esac
  done
  ip=$(tf output -json ip 2> /dev/null | jq -r .)
  answers "$ip" $((SECONDS + 180))
  group=$(group_of "$(leader)")
  printf 'VM answers\t%s\t%s\n' "$(since "$begin")" "$(cpu_of "$group")"
  tf output -json phases 2> /dev/null | jq -r '.[] | "  of it: \(.name)\t\(.seconds)\t"'
}
destroy() { tf destroy -auto-approve -input=false > "$out/destroy.log" 2>&1 || tail -n 20 "$out/destroy.log" >&2; }

serial() { # ROUND: the same for the recipe; a step a line
  local begin group
  (cd "$recipe" && ./machine.sh up-wait c1 10.78.0.11 && ./push.sh c1 control) > "$out/serial-$1.up" 2>&1 < /dev/null
  group=$(group_of "$("$recipe/machine.sh" leader c1)")
  begin=$EPOCHREALTIME
  "$recipe/machine.sh" ssh c1 /root/in/serial.sh > "$out/serial-$1.log" 2>&1 < /dev/null || tail -n 3 "$out/serial-$1.log" >&2
  printf 'VM answers\t%s\t%s\n' "$(since "$begin")" "$(cpu_of "$group")"
  units "$group" > "$out/serial-$1.units"
  memory "$group" > "$out/serial-$1.memory"
  (cd "$recipe" && ./machine.sh destroy c1 && ./hostclean.sh) > "$out/serial-$1.down" 2>&1 < /dev/null
}

layer() { # what stands between installed packages and the first prepared machine
  local fresh=$out/cache part begin
  mkdir -p "$fresh"
  for part in images archives guest; do ln -s "$MICROSTACK_CACHE/$part" "$fresh/$part"; done
  begin=$EPOCHREALTIME
  MICROSTACK_CACHE=$fresh hv image prepare > "$out/layer.log" 2>&1 < /dev/null
  printf '\nthe prepared layer, made on installed packages: %s s\n' "$(since "$begin")"
  rm -rf "$fresh"
}

printf 'cores %s, kernel %s\n' "$(nproc)" "$(uname -r)"
[ -z "${MICROSTACK_LAYER-}" ] || layer
for ((round = 1; round <= rounds; ++round)); do
  printf '\nround %s, ours (load %s)\nphase\tseconds\tCPU seconds\n' "$round" "$(load)"
  ours "$round"
  if [ "$round" = "$rounds" ]; then
    sleep 15 # the guest has booted
    group=$(group_of "$(leader)")
    printf '\nCPU seconds by unit\n'; units "$group" | tee "$out/ours.units"
    printf '\nMiB (PSS) by unit, one VM\n'; memory "$group" | tee "$out/ours.memory"
    added=()
    for extra in "${extras[@]}"; do
      added=("$extra") # one at a time: the one before goes
      configuration "${added[@]}" > "$out/tf/main.tf"
      if tf apply -auto-approve -input=false > "$out/extra-$extra.log" 2>&1; then
        printf '\nMiB (PSS) with %s\n' "$extra"; memory "$group" | grep -E "in all|$extra"
      else
        printf '\n%s: could not be added, see %s\n' "$extra" "$out/extra-$extra.log"
      fi
    done
  fi
  destroy
  if [ -n "$recipe" ]; then
    printf '\nround %s, the serial recipe (load %s)\nphase\tseconds\tCPU seconds\n' "$round" "$(load)"
    serial "$round"
  fi
done
if [ -n "$recipe" ]; then
  printf '\nthe recipe: CPU seconds by unit\n'; cat "$out/serial-$rounds.units"
  printf '\nthe recipe: MiB (PSS)\n'; head -n 1 "$out/serial-$rounds.memory"
else
  printf '\nthe serial recipe: skipped, MICROSTACK_RECIPE names no folder\n'
fi
