#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A Slurm array on two nodes, which are name spaces of this computer: the script of docs/scale.md, a task that is killed, and a
# second submission that does what is left.
#
#   tests/scale/slurm.sh PROGRAM
. "$(dirname "$0")/hosts.sh"
[ $# = 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
needs sshd ssh slurmctld slurmd sbatch munged
enter "$@"
prepare "$1"
hosts 2

mkdir -p "$work/munge" "$work/state" "$work/log"
dd if=/dev/urandom of="$work/munge/key" bs=128 count=1 status=none
chmod 700 "$work/munge"
chmod 600 "$work/munge/key"
chmod 755 "$work"
munged --force --key-file "$work/munge/key" --socket /run/munge.socket --pid-file "$work/munge/pid" --log-file "$work/munge/log" \
  --seed-file "$work/munge/seed" 2>"$work/log/munged"

cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=head
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=/run/munge.socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=2
NodeName=host[1-2] CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
slurmctld -D >"$work/log/slurmctld" 2>&1 &
for host in host1 host2; do
  mkdir -p "$work/spool-$host"
  at $host env SLURM_CONF="$SLURM_CONF" slurmd -D -N $host >"$work/log/$host" 2>&1 &
done
for _ in $(seq 200); do
  [ "$(sinfo -h -t idle -o %D 2>/dev/null)" != 2 ] || break
  sleep 0.2
done
[ "$(sinfo -h -t idle -o %D)" = 2 ] || { sinfo; tail -n 20 "$work"/log/*; exit 1; }

share=$work/share
mkdir -p "$share"
cd "$share"
photos photos 24 160 120
fddm denoise -o expected -r photos -q --threads 1
cat >array.sh <<SCRIPT
#!/bin/bash
#SBATCH --array=0-3
#SBATCH --cpus-per-task=1
#SBATCH --requeue
echo "task \$SLURM_ARRAY_TASK_ID on \$(hostname)"
fddm denoise -o $share/clean -r $share/photos --threads \$SLURM_CPUS_PER_TASK -q
SCRIPT

echo "- an array of four tasks on two nodes"
sbatch --wait -o "$work/log/task-%a" array.sh
cat "$work"/log/task-*
[ "$(sort "$work"/log/task-* | grep -c 'on host1$')" -ge 1 ] && [ "$(sort "$work"/log/task-* | grep -c 'on host2$')" -ge 1 ]
same clean expected
once clean 24
echo "  photos begun by each task: $(grep ^begun clean/.fddm-journal | cut -f 4 | sort | uniq -c | awk '{ printf "%s ", $1 }')"

echo "- a task is killed, the array is submitted again"
rm -rf clean
sbatch --wait -o "$work/log/again-%a" array.sh & waited=$!
until grep -q ^begun clean/.fddm-journal 2>/dev/null; do sleep 0.02; done
sleep 0.3
scancel --signal=KILL --full "$(squeue -h -r -t R -o %i | head -n 1)"
wait $waited && { echo "no task was killed"; exit 1; }
sbatch --wait -o "$work/log/rest-%a" array.sh
same clean expected
once clean 24
