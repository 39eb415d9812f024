#!/usr/bin/env bash
# What the provider costs beside Terraform itself: writes provider.md next to this file.
#   provider.sh PROVIDER FIGURES     the files terraform-provider-mstest and provider_figures of a Release build
# The builtin terraform_data, which needs no process, is measured in the same run: machines differ, ratios do not.
set -euo pipefail
provider=$(realpath "$1") figures=$(realpath "$2")
table=$(dirname "$(realpath "$0")")/provider.md
load=$(cut -d' ' -f1 /proc/loadavg)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir plugins world
install -m 755 "$provider" plugins/terraform-provider-mstest
export CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE=$work/terraformrc MSTEST_FOLDER=$work/world
unset TF_LOG TF_REATTACH_PROVIDERS
cat > terraformrc << END
provider_installation {
  dev_overrides { "registry.terraform.io/microstack/mstest" = "$work/plugins" }
  direct { exclude = ["*/*/*"] }
}
END

# A folder with a thousand of a resource.
thousand() {
  mkdir "$1"
  cat > "$1/main.tf" << END
terraform {
  required_providers {
    mstest = { source = "registry.terraform.io/microstack/mstest" }
  }
}
resource "$1" "many" { count = 1000 }
END
  [ "$1" != terraform_data ] || sed -i '1,5d' "$1/main.tf"
  [ "$1" != terraform_data ] || terraform -chdir="$1" init -input=false > /dev/null
}

# Processor time in seconds of a plan, all processes together.
plan_seconds() {
  local TIMEFORMAT='%U %S'
  { time terraform -chdir="$1" plan -input=false -no-color > plan.txt 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
  grep -q 'Plan: 1000 to add' plan.txt || { tail plan.txt >&2; exit 1; }
}
least() { sort -n "$1" | head -n 1; }

# The most memory that a provider process had during a plan, in MB: the kernel keeps the peak, we read it until the end.
plan_peak() {
  terraform -chdir="$1" plan -input=false -no-color > plan.txt 2>&1 &
  local terraform=$! peak=0 id now
  while kill -0 $terraform 2> /dev/null; do
    for id in $(cat "/proc/$terraform/task/"*/children 2> /dev/null); do
      now=$(awk '/^VmHWM/ { print $2 }' "/proc/$id/status" 2> /dev/null || true)
      [ "${now:-0}" -le $peak ] || [ "$(readlink "/proc/$id/exe")" != "$work/plugins/terraform-provider-mstest" ] || peak=$now
    done
    sleep 0.02
  done
  awk "BEGIN { printf \"%.1f\", $peak / 1024 }"
}

thousand mstest_alpha
thousand terraform_data
"$figures" "$work/plugins/terraform-provider-mstest" > figures.txt
value() { awk -v name="$1" '$1 == name { print $2 }' figures.txt; }
for round in 1 2 3 4 5 6 7 8; do  # by turns: both see the same neighbours
  plan_seconds mstest_alpha >> ours.txt
  plan_seconds terraform_data >> builtin.txt
done
ours=$(least ours.txt) builtin=$(least builtin.txt)
ratio=$(awk "BEGIN { printf \"%.2f\", $ours / $builtin }")
peak=$(plan_peak mstest_alpha)

missed=0
row() { # name, value, unit, limit
  local verdict=yes
  awk "BEGIN { exit !($2 <= $4) }" || { verdict=NO; missed=1; }
  echo "| $1 | $2 $3 | $4 $3 | $verdict |"
}
{
  echo "# What the provider costs"
  echo
  echo "Written by \`acceptance/bench/provider.sh\` on $(date -u +%F); $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1),"
  echo "$(terraform version | head -n 1), load $load beforehand. The provider is the framework's test provider. To repeat, on a quiet machine:"
  echo
  echo "    cmake --preset release && cmake --build --preset release --target terraform-provider-mstest provider_figures"
  echo "    acceptance/bench/provider.sh build/release/tests/test-provider/terraform-provider-mstest build/release/tests/support/wire/provider_figures"
  echo
  echo "| what | measured | limit | holds |"
  echo "|---|---|---|---|"
  row "start of the process to its handshake line, least of 30" "$(value start_ms_min)" ms 7
  row "memory after the schema call, median" "$(value memory_mb_median)" MB 17
  row "warm schema call, median" "$(value warm_schema_ms_median)" ms 0.5
  row "processor time of a plan of 1,000 resources, over the same with terraform_data ($ours s / $builtin s)" "$ratio" x 1.5
  row "most memory of the provider during that plan" "$peak" MB 22
  row "file" "$(value file_mb)" MB 18
  echo
  echo "Median start $(value start_ms_median) ms, first schema call with TLS handshake $(value first_schema_ms_median) ms, end $(value end_ms_median) ms."
} > "$table"
cat "$table"
exit $missed
