#!/bin/bash
# Builds the demo guest: the distribution's cloud kernel, its busybox and dropbear, on a FAT disk with syslinux. About
# 20 MB, and under plain emulation ready some 3 s after its kernel starts. Nothing is mounted and nothing installed.
#
#   build.sh            prints the path of the image, after building it when this content is not there yet
#   build.sh --key      prints what the content is: a hash of this file and of the packages' versions
#   build.sh --lacks    prints the packages of this host that building it takes and that are missing, one a line
#
# Places: ${MICROSTACK_CACHE:-/var/cache/microstack}/guest/KEY.qcow2. Errors go to stderr, and nothing is left behind.
set -euo pipefail
umask 022
export LC_ALL=C
cache=${MICROSTACK_CACHE:-/var/cache/microstack}/guest

fail() { echo "guest image: $*" >&2; exit 1; }

[ "$(uname -m)" = x86_64 ] || fail "only x86_64 guests can be built; this host is $(uname -m). Give microstack_demo an image of its own"
PATH=$PATH:/usr/sbin:/sbin

# --- asking apt takes seconds, and its answer is the same as long as it knows the same
known="$(sha256sum < "$0") $(stat -c '%Y %Z' /var/lib/apt/lists /var/lib/dpkg/status /etc/apt 2>/dev/null | tr '\n' ' ')"
if [ "${1:-}" != --key ] && [ -f "$cache/last" ]; then
  { IFS= read -r of; IFS= read -r image; } <"$cache/last" || true
  if [ "$of" = "$known" ] && [ -f "$image" ]; then
    [ "${1:-}" = --lacks ] || echo "$image"
    exit
  fi
fi
missing=
for need in apt-get:apt dpkg-deb:dpkg cpio:cpio depmod:kmod sfdisk:fdisk mkfs.fat:dosfstools mcopy:mtools \
  syslinux:syslinux qemu-img:qemu-utils xz:xz-utils; do
  command -v "${need%:*}" >/dev/null || missing="$missing ${need#*:}"
done
[ -f /usr/lib/syslinux/mbr/mbr.bin ] || missing="$missing syslinux-common"
if [ "${1:-}" = --lacks ]; then
  [ -z "$missing" ] || printf '%s\n' $missing
  exit
fi
[ -z "$missing" ] || fail "tools are missing: apt-get install$missing"

# --- what goes in. apt reads all its lists again at every question where its cache is switched off: here it has one.
mkdir -p "$cache"
asking=$(mktemp -d "$cache/.asking-XXXXXX")
trap 'rm -rf "$asking"' EXIT
apt-cache() { command apt-cache -o Dir::Cache::pkgcache="$asking/packages" "$@"; }
kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends: linux-image-/{print $2; exit}')
[ -n "$kernel" ] || fail "the package lists do not have linux-image-cloud-amd64: apt-get update"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances busybox dropbear-bin | grep -E '^[a-z0-9]' | sort -u)
# shellcheck disable=SC2086  # words
versions=$(apt-cache policy $kernel $packages | awk '/^[^ ]/{n=$1} /Candidate:/ && $2 != "(none)" {print n $2}')
key=$( (cat "$0"; echo "$versions") | sha256sum | cut -c1-20)
if [ "${1:-}" = --key ]; then echo "$key"; exit; fi
rm -rf "$asking"
image=$cache/$key.qcow2
exec 9>"$cache/.lock"
flock -w 600 9 || fail "another build holds $cache/.lock since 600 s"
done_with() {
  printf '%s\n' "$known" "$image" >"$cache/last.new"
  mv "$cache/last.new" "$cache/last"
  echo "$image"
}
if [ -f "$image" ]; then done_with; exit; fi

work=$(mktemp -d "$cache/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/debs" "$work/tree" "$work/root"
cd "$work/debs"
names=$(echo "$versions" | cut -d: -f1)
# shellcheck disable=SC2086
apt-get -q -o APT::Sandbox::User=root download $names >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; fail "packages could not be downloaded"; }
for deb in *.deb; do dpkg-deb -x "$deb" "$work/tree"; done
cd "$work"
tree=$work/tree
root=$work/root
version=$(basename "$tree"/boot/vmlinuz-*)
version=${version#vmlinuz-}

# --- programs and the libraries they name
mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc/dropbear,proc,sys,dev,tmp,mnt,root/.ssh,run,var,www,usr/share/udhcpc,lib/modules}
ln -s /run "$root/var/run"
busybox=$(find "$tree" -name busybox -type f -perm -100 | head -1)
dropbear=$(find "$tree" -name dropbear -type f -perm -100 | head -1)
[ -n "$busybox" ] && [ -n "$dropbear" ] || fail "busybox or dropbear is not where its package used to have it"
cp "$busybox" "$root/bin/busybox"
cp "$dropbear" "$root/sbin/dropbear"
loader=$(find "$tree" -name 'ld-linux-x86-64.so.2' -type f | head -1)  # not the link, which would lead to this host's own
libraries=$tree/lib/x86_64-linux-gnu:$tree/usr/lib/x86_64-linux-gnu
copy_library() { install -D "$(readlink -f "$1")" "$root$2"; }
copy_library "$loader" /lib64/ld-linux-x86-64.so.2
for program in "$busybox" "$dropbear"; do
  "$loader" --library-path "$libraries" --list "$program" | while read -r name _ path _; do
    case $name:$path in lib*:/*) copy_library "$path" "/lib/x86_64-linux-gnu/$name" ;; esac
  done
done
for name in libnss_files.so.2 libnss_dns.so.2; do  # opened by name look-ups, named by no program
  path=$(find "$tree" -name $name | head -1)
  [ -z "$path" ] || copy_library "$path" "/lib/x86_64-linux-gnu/$name"
done
"$loader" --library-path "$libraries" "$busybox" --list | while read -r applet; do
  [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
done

# --- modules: disk, network, and the drive a config drive is in; `button` and `evdev` for the power button
modules=$root/lib/modules/$version
mkdir -p "$modules"
[ -d "$tree/lib/modules" ] || { mkdir -p "$tree/lib"; ln -s ../usr/lib/modules "$tree/lib/modules"; }
depmod -b "$tree" "$version"
for module in virtio_pci virtio_blk virtio_net virtio_scsi sd_mod virtio_rng isofs nls_utf8 ata_piix ahci sr_mod button evdev; do
  line=$(grep -E "/$module\.ko(\.xz|\.zst)?:" "$tree/lib/modules/$version/modules.dep") || continue  # built in
  for file in ${line/:/ }; do
    case $file in
      *.xz) xz -dc "$tree/lib/modules/$version/$file" >"$modules/$(basename "$file" .xz)" ;;  # busybox loads plain ones
      *) cp "$tree/lib/modules/$version/$file" "$modules/" ;;
    esac
  done
done
cp "$tree/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$modules/"
depmod -b "$root" "$version"
[ -n "$(ls "$modules" | grep virtio_net)" ] || fail "the kernel package $kernel has no virtio_net module"

# --- who and where
cat >"$root/etc/passwd" <<'S'
root:x:0:0:root:/root:/bin/sh
sshd:x:74:74::/run:/bin/false
S
printf 'root:x:0:\ntty:x:5:\n' >"$root/etc/group"
printf 'root:*:19000:0:99999:7:::\n' >"$root/etc/shadow"  # no password: keys over ssh, the console as it is
chmod 600 "$root/etc/shadow"
printf '/bin/sh\n' >"$root/etc/shells"
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
printf 'microstack-guest\n' >"$root/etc/hostname"
ln -s bin/busybox "$root/init"

cat >"$root/etc/inittab" <<'S'
::sysinit:/etc/start
ttyS0::respawn:/bin/getty -n -l /bin/console 115200 ttyS0 vt100
tty1::respawn:/bin/getty -n -l /bin/console 38400 tty1 linux
::ctrlaltdel:/bin/reboot
S

cat >"$root/etc/start" <<'S'
#!/bin/sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts pts /dev/pts
hostname -F /etc/hostname
say() { echo "guest: $*, uptime $(cut -d' ' -f1 /proc/uptime)"; }
say "starting"
modprobe virtio_pci
# Partial checksums do not get through Open vSwitch's userspace datapath.
modprobe virtio_net csum=0 gso=0
ip link set lo up
ip addr add 127.0.0.1/8 dev lo 2>/dev/null
for device in /sys/class/net/eth*; do
  name=${device##*/}
  [ -e "$device" ] || continue
  ip link set "$name" up
  # Goes on asking in the background when nobody answers the first ten times.
  udhcpc -i "$name" -t 10 -T 1 -A 3 -b -S -p "/run/udhcpc.$name.pid" -s /usr/share/udhcpc/default.script
done
/bin/metadata &
asking=$!
for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  [ -e /run/metadata.done ] && break
  kill -0 $asking 2>/dev/null || break
  sleep 1
done
echo "hello from $(hostname)" >/www/index.html
httpd -h /www -p 80
dropbear -R -s 2>/dev/null
ip -4 addr show scope global
ip route
say "ready"
(modprobe virtio_blk; modprobe virtio_scsi; modprobe sd_mod; modprobe isofs; modprobe nls_utf8
 modprobe ata_piix; modprobe ahci; modprobe sr_mod; modprobe virtio_rng; modprobe button; modprobe evdev
 exec /bin/powerbutton) >/dev/null 2>&1 &
S

cat >"$root/bin/powerbutton" <<'S'
#!/bin/sh
# The power button is the only input there is: any event of it ends the guest.
for tries in 1 2 3 4 5; do
  for device in /sys/class/input/event*; do
    case $(cat "$device/device/name" 2>/dev/null) in
      *"Power Button"*) head -c 24 "/dev/input/${device##*/}" >/dev/null && exec poweroff ;;
    esac
  done
  sleep 1
done
S

cat >"$root/usr/share/udhcpc/default.script" <<'S'
#!/bin/sh
case $1 in
  bound | renew)
    ip addr flush dev "$interface" scope global
    ip addr add "$ip/$mask" dev "$interface"
    [ -n "$mtu" ] && ip link set "$interface" mtu "$mtu"
    for gateway in $router; do ip route replace default via "$gateway" dev "$interface" && break; done
    set -- $staticroutes
    while [ $# -ge 2 ]; do
      [ "$1" = 0.0.0.0/0 ] || ip route replace "$1" via "$2" dev "$interface" 2>/dev/null
      shift 2
    done
    [ -n "$dns" ] && for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
    echo "guest: $interface has $ip/$mask, gateway $router, mtu $mtu"
    ;;
  deconfig) ip addr flush dev "$interface" scope global ;;
esac
exit 0
S

cat >"$root/bin/metadata" <<'S'
#!/bin/sh
# Name, key and user data from the metadata service, asked until it answers. (wget -T of busybox 1.35 crashes.)
url=http://169.254.169.254
until timeout 5 wget -q -O /run/meta_data.json $url/openstack/latest/meta_data.json; do sleep 1; done
name=$(timeout 5 wget -q -O - $url/latest/meta-data/hostname)
[ -n "$name" ] && hostname "${name%%.*}" && echo "127.0.1.1 $name ${name%%.*}" >>/etc/hosts
timeout 5 wget -q -O /root/.ssh/authorized_keys $url/latest/meta-data/public-keys/0/openssh-key 2>/dev/null
chmod 700 /root /root/.ssh
chmod 600 /root/.ssh/authorized_keys 2>/dev/null
echo "hello from $(hostname)" >/www/index.html
echo "guest: metadata says $(hostname)"
touch /run/metadata.done
if timeout 5 wget -q -O /run/user-data $url/latest/user-data 2>/dev/null && head -c 2 /run/user-data | grep -q '#!'; then
  chmod 700 /run/user-data
  /run/user-data
fi
S

printf '#!/bin/sh\necho "$(hostname) login: root (console)"\ncd /root\nexec /bin/sh -l\n' >"$root/bin/console"

# What cloud tests and users' habits expect beside busybox. (A file written through an applet's link would replace busybox.)
rm -f "$root"/bin/{sudo,curl,blkid,lsblk}
cat >"$root/bin/sudo" <<'S'
#!/bin/sh
while :; do case $1 in -u | -g) shift 2 ;; -*) shift ;; *) break ;; esac; done
exec "$@"
S
cat >"$root/bin/curl" <<'S'
#!/bin/sh
# As much of curl as asking a metadata service takes, over wget.
out=- data= header= url=
while [ $# -gt 0 ]; do
  case $1 in
    -d | --data | --data-raw | --data-binary) data=$2; shift ;;
    -H | --header) header=$2; shift ;;
    -o | --output) out=$2; shift ;;
    -X | --request | -m | --max-time | --connect-timeout | --retry | -w) shift ;;
    -*) ;;
    *) url=$1 ;;
  esac
  shift
done
exec wget -q -O "$out" ${data:+--post-data "$data"} ${header:+--header "$header"} "$url"
S
cat >"$root/bin/blkid" <<'S'
#!/bin/sh
# util-linux's ways to ask for a label; busybox only lists.
label=
while [ $# -gt 0 ]; do
  case $1 in
    -L) label=$2; shift ;;
    -t) label=${2#LABEL=}; shift ;;
    -o) shift ;;
  esac
  shift
done
[ -n "$label" ] || exec busybox blkid
busybox blkid | grep "LABEL=\"$label\"" | cut -d: -f1 | grep .
S
cat >"$root/bin/lsblk" <<'S'
#!/bin/sh
echo "NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT"
for disk in /sys/block/*; do
  name=${disk##*/}
  case $name in loop* | ram*) continue ;; sr*) type=rom ;; *) type=disk ;; esac
  echo "$name $(cat "$disk/dev") $(cat "$disk/removable") $(($(cat "$disk/size") * 512)) $(cat "$disk/ro") $type"
done
S
chmod 755 "$root"/bin/{console,metadata,powerbutton,sudo,curl,blkid,lsblk} "$root/etc/start" "$root/usr/share/udhcpc/default.script"
chmod 700 "$root/root" "$root/root/.ssh"

# --- the disk; times are fixed, so that the same content gives the same bytes
find "$root" -exec touch -h -d @0 {} +
(cd "$root" && find . | sort | cpio -o -H newc --quiet -R 0:0 --reproducible | gzip -n -6) >initrd.gz
cp "$tree/boot/vmlinuz-$version" vmlinuz
# The kernel's tests of its own ciphers would be a third of its start under emulation.
cat >syslinux.cfg <<'S'
SERIAL 0 115200
DEFAULT guest
PROMPT 0
TIMEOUT 1
LABEL guest
 KERNEL vmlinuz
 APPEND initrd=initrd.gz console=tty0 console=ttyS0 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=crypto_kdf108_init
S
mib=$((($(stat -c %s vmlinuz) + $(stat -c %s initrd.gz)) / 1048576 + 4))
truncate -s ${mib}M disk.raw
printf 'label: dos\nlabel-id: 0x6d73746b\nstart=2048, type=e, bootable\n' | sfdisk -q disk.raw
dd if=/usr/lib/syslinux/mbr/mbr.bin of=disk.raw conv=notrunc bs=440 count=1 status=none
mkfs.fat -F 16 -i 6d73746b -h 2048 --offset 2048 disk.raw $((mib * 1024 - 1024)) >/dev/null
export MTOOLSRC=$work/mtoolsrc
echo "drive x: file=\"$work/disk.raw\" offset=1048576" >"$MTOOLSRC"
mcopy vmlinuz initrd.gz syslinux.cfg x:
syslinux --offset 1048576 --install disk.raw
qemu-img convert -O qcow2 -c disk.raw image.qcow2
mv image.qcow2 "$image"
done_with
