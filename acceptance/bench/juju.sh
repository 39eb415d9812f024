#!/usr/bin/env bash
# What a plan of a charmed cloud without changes costs, with 200 applications in its model. From the root of the clone:
#   acceptance/bench/juju.sh > acceptance/bench/juju.md
set -euo pipefail
root=$PWD
build=$root/build/release
terraform=${MICROSTACK_TERRAFORM:-terraform}
work=$(mktemp -d "${TMPDIR:-/tmp}/juju-bench.XXXXXX")
trap 'exec 7>&- || true; rm -rf "$work"' EXIT
cd "$work"
mkdir juju bin
mkfifo to_controller
"$build/tests/support/juju_controller/juju_test_controller" "$root/tests/data/juju" "$PWD/juju" < to_controller > said &
exec 7> to_controller
export JUJU_DATA=$PWD/juju CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_CLI_CONFIG_FILE=$PWD/rc
unset "${!MICROSTACK_JUJU_@}" JUJU_CONTROLLER JUJU_MODEL TF_LOG
ask() { local before; before=$(wc -l < said); echo "$*" >&7; until [ "$(wc -l < said)" -gt "$before" ]; do sleep 0.05; done; tail -n 1 said; }
# The provider with its processor time written down.
cat > bin/terraform-provider-microstack << END
#!/usr/bin/env bash
TIMEFORMAT='%U %S'
{ time "$build/provider/terraform-provider-microstack" "\$@" 2>&3; } 3>&2 2>> "$work/times"
END
chmod +x bin/terraform-provider-microstack
cat > rc << END
provider_installation {
  dev_overrides { "registry.terraform.io/microstack/microstack" = "$work/bin" }
  direct { exclude = ["*/*/*"] }
}
END
cp "$root"/examples/juju/*.tf .
# Every feature of the release beside the core.
features=$(jq -c '[keys[] | select(startswith("enable-")) | ltrimstr("enable-")]' "$root/tests/data/juju/charmed-2025.1.json")
for feature in $(jq -r '.[] | select(. != "heat" and . != "telemetry")' <<< "$features"); do
  echo "resource \"microstack_${feature//-/_}\" \"this\" {
  cluster_id = microstack_cluster.cloud.id
  depends_on = [$([ "$feature" != manila-cephfs ] || echo microstack_manila.this)]
}"
done > every_feature.tf
export TF_VAR_features=$features
begin=$EPOCHREALTIME
"$terraform" apply -auto-approve -input=false -no-color > apply.log 2>&1 || { cat apply.log >&2; exit 1; }
applied=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
deploy=$(sort -n times | tail -n 1 | awk '{ printf "%.2f", $1 + $2 }')
ours=$(ask world | jq '.openstack.applications | length')
for ((i = ours; i < 200; ++i)); do echo "foreign other-$i keystone-k8s" >&7; done
total=$(ask world | jq '.openstack.applications | length')
before=$(ask dump)
: > times
begin=$EPOCHREALTIME
"$terraform" plan -input=false -no-color -detailed-exitcode > plan.log 2>&1 || { cat plan.log >&2; exit 1; }
planned=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
own=$(awk '{ s += $1 + $2 } END { printf "%.2f", s }' times)
calls=$(jq -n --argjson a "$before" --argjson b "$(ask dump)" '[$b.calls | to_entries[] | {key, n: (.value - ($a.calls[.key] // 0))} | select(.n > 0) | "\(.key) \(.n)"] | join(", ")' -r)
load=$(cut -d' ' -f1 /proc/loadavg)
cat << END
# What a charmed cloud costs the provider

Written by \`acceptance/bench/juju.sh\`; $(nproc) processors, load $load meanwhile; the controller is the test controller on the
same machine. Processor time is the provider's own, of all its processes.

| what | measured | limit | holds |
|---|---|---|---|
| processor time of a plan without changes, $ours applications of ours among $total | $own s | 1 s | $(awk -v x="$own" 'BEGIN { print (x <= 1 ? "yes" : "NO") }') |
| its seconds | $planned | | |
| processor time of the apply that deploys them | $deploy s | | |
| its seconds | $applied | | |

Calls of the plan: $calls. A \`Get\` is of an application that
is to be trusted: nothing else tells that. A \`FullStatus\` is a look that all who look at the same time share.
END
