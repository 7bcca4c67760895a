#!/bin/bash
# A machine of its own in namespaces: a fresh disk over this machine's, and a real systemd as its
# first process, which starts the installed station. Run by test_booted.py inside unshare.
#
#   boot.sh IMAGE PYTHON PROJECT SECONDS PASSWORD
set -e
image=$1 python=$2 project=$3 seconds=$4 password=$5
mount -o loop "$image" /mnt
mkdir /mnt/upper /mnt/work /mnt/root /mnt/code-upper /mnt/code-work
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
root=/mnt/root
mount -t proc proc $root/proc
# Kernel settings and devices are this machine's, not the new one's: there they cannot be changed.
mount --bind $root/proc/sys $root/proc/sys
mount -o remount,bind,ro $root/proc/sys
mount -t sysfs -o ro sysfs $root/sys
mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs $root/run
mount -t tmpfs -o mode=755 tmpfs $root/dev
for device in null zero full random urandom tty kmsg; do
  [ -e /dev/$device ] || continue
  touch $root/dev/$device
  mount --bind /dev/$device $root/dev/$device
done
ln -s /proc/self/fd $root/dev/fd
mkdir $root/dev/pts $root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts $root/dev/pts
ln -s pts/ptmx $root/dev/ptmx
mount -t tmpfs tmpfs $root/dev/shm

# The command is this environment's; it may lie in a home, which the service does not see.
cat >$root/usr/local/bin/limen-under-test <<COMMAND
#!/bin/sh
exec $python -c "from service.cli.main import main; main()" "\$@"
COMMAND
chmod 755 $root/usr/local/bin/limen-under-test
PYTHONPATH=$project "$python" -c "
from pathlib import Path
from service.deploy.install import install
install(Path('$root'), Path('/usr/local/bin/limen-under-test'))"
# The service does not see every folder of this machine (not /tmp): the code gets a place of its own.
place=/opt/limen-under-test
mkdir -p $root$place
mount -t overlay overlay \
  -o "lowerdir=$project,upperdir=/mnt/code-upper,workdir=/mnt/code-work" $root$place
case $python in "$project"/*) python=$place${python#"$project"} ;; esac
project=$place
sed -i "s|^exec [^ ]* -c|exec $python -c|" $root/usr/local/bin/limen-under-test
mkdir -p $root/etc/systemd/system/limen.service.d
cat >$root/etc/systemd/system/limen.service.d/test.conf <<UNIT
[Unit]
SuccessAction=exit
FailureAction=exit
[Service]
Restart=no
RuntimeMaxSec=$seconds
ProtectHome=read-only
WorkingDirectory=$project
Environment=PYTHONPATH=$project
ExecStartPre=$python -m service.sandbox unlocked
ExecStartPre=$python -c "from device.framepool import FramePool; print(FramePool(4, 4).protection)"
ExecStartPre=$python -c "import os; print([bool(os.statvfs(p).f_flag & os.ST_RDONLY) for p in (os.__file__, '$project', '/usr/lib', '/')])"
ExecStartPre=/bin/sh -c "echo $password | $python -m service.cli admin password --state /var/lib/limen"
StandardOutput=append:/var/tried
StandardError=append:/var/said
UNIT
# Somebody asks for an attestation, as the station does: root's unit begins one.
mkdir -p $root/etc/systemd/system/limen-attest.service.d
cat >$root/etc/systemd/system/limen-attest.service.d/test.conf <<UNIT
[Service]
WorkingDirectory=$project
Environment=PYTHONPATH=$project
StandardError=append:/var/attested
UNIT
cat >$root/etc/systemd/system/asks.service <<UNIT
[Service]
User=limen
ExecStart=/bin/sh -c "until grep -qs process_locked /var/lib/limen/audit.jsonl; do sleep 0.3; done; sleep 2; touch /var/lib/limen/attestation.wanted"
UNIT
# A machine whose own root may not raise limits cannot give the service its LimitMEMLOCK: there the
# right to lock memory takes its place, and no other.
if ! prlimit --memlock=unlimited:unlimited true 2>/dev/null; then
  cat >>$root/etc/systemd/system/limen.service.d/test.conf <<UNIT
PrivateUsers=no
CapabilityBoundingSet=CAP_IPC_LOCK
AmbientCapabilities=CAP_IPC_LOCK
UNIT
fi
# Somebody else on the same computer, and somebody who became the station's own user without being
# the station: each looks into what the station shows of its processes.
for user in nobody limen; do
  cat >$root/etc/systemd/system/onlooker-$user.service <<UNIT
[Service]
User=$user
ExecStart=$python $project/tests/service/deploy/onlooker.py $((seconds - 4))
StandardOutput=append:/var/seen-$user
StandardError=append:/var/seen-$user
UNIT
done
# Whoever answers for it, at its screen: a browser where the kiosk's is, on the station's loopback.
# The kiosk's policies would not let it be driven.
cat >$root/etc/systemd/system/console.service <<UNIT
[Unit]
JoinsNamespaceOf=limen.service limen.socket
[Service]
User=limen-kiosk
PrivateNetwork=yes
RuntimeDirectory=console
TemporaryFileSystem=/etc/chromium/policies:ro
Environment=HOME=/run/console TMPDIR=/run/console
ExecStart=$python $project/tests/service/deploy/console.py $password
StandardOutput=append:/var/console
StandardError=append:/var/console-said
UNIT
sed -i '/^\[Unit\]/a Wants=onlooker-nobody.service onlooker-limen.service asks.service console.service' \
  $root/etc/systemd/system/limen.service.d/test.conf
# Folders on the way to the interpreter may be closed to the station's user: only in here they open.
for path in "$python" "$project"; do
  while [ "$path" != / ]; do
    path=$(dirname "$path")
    chmod o+x "$root$path"
  done
done
real=$(readlink -f "$root$python")
while [ "$real" != / ]; do
  real=$(dirname "$real")
  chmod o+x "$root$real"
done
chroot $root systemd-sysusers
cd $root
mkdir -p oldroot
pivot_root . oldroot
umount -l /oldroot
export container=limen-test
exec /usr/lib/systemd/systemd --system --unit=limen.service --log-target=null --show-status=no
