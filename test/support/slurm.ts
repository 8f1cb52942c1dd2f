/**
 * A Slurm of its own on this machine, without systemd: two cores, and a partition that preempts the other.
 * It needs Debian's packages slurmctld, slurmd, slurm-client and munge, and root.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

const PROGRAMS = ['/usr/sbin/slurmctld', '/usr/sbin/slurmd', '/usr/sbin/munged', '/usr/bin/sbatch'];

/** Why there can be no Slurm here; undefined if there can. */
export function noSlurm(): string | undefined {
  const missing = PROGRAMS.find((program) => !existsSync(program));
  if (missing !== undefined) return `${missing} is not installed`;
  if (process.getuid?.() !== 0) return 'Slurm can be started only by root';
  return undefined;
}

export interface RunningSlurm {
  /** For every command that talks to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** @returns what the command printed. */
  run(command: string, ...args: readonly string[]): string;
  stop(): void;
}

const CORES = 2;
/** Not the usual ones: another Slurm may run here. */
const PORTS = { controller: 26_817, node: 26_818 };

/** @param folder an empty one, for its state and logs. */
export async function startSlurm(folder: string): Promise<RunningSlurm> {
  const file = path.join(folder, 'slurm.conf');
  const node = hostname().split('.')[0] ?? 'localhost';
  for (const each of ['state', 'spool']) mkdirSync(path.join(folder, each), { recursive: true });
  writeFileSync(file, configurationOf(folder, node));
  const environment = { SLURM_CONF: file };
  const env = { ...process.env, ...environment };
  const run = (command: string, ...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  startMunge();
  const daemons: ChildProcess[] = [
    spawn('slurmctld', ['-D', '-c'], { env, stdio: 'ignore' }),
    spawn('slurmd', ['-D'], { env, stdio: 'ignore' }),
  ];
  const stop = (): void => {
    spawnSync('scancel', ['--user=root'], { env });
    for (const daemon of daemons) daemon.kill('SIGTERM');
  };
  try {
    await untilIdle(run);
  } catch (error) {
    stop();
    throw error;
  }
  return { environment, run, stop };
}

function configurationOf(folder: string, node: string): string {
  return `ClusterName=test
SlurmctldHost=${node}(127.0.0.1)
SlurmctldPort=${PORTS.controller}
SlurmdPort=${PORTS.node}
SlurmUser=root
AuthType=auth/munge
# Otherwise a task that is queued again waits for minutes.
AuthInfo=cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=20
NodeName=${node} NodeAddr=127.0.0.1 CPUs=${CORES} RealMemory=1000
PartitionName=main Nodes=${node} Default=YES PriorityTier=1 State=UP
PartitionName=urgent Nodes=${node} PriorityTier=10 PreemptMode=OFF State=UP
`;
}

/** The one of the machine, if it runs already. */
function startMunge(): void {
  if (spawnSync('munge', ['--no-input']).status === 0) return;
  mkdirSync('/run/munge', { recursive: true });
  spawnSync('chown', ['munge:', '/run/munge']);
  spawnSync('runuser', ['-u', 'munge', '--', '/usr/sbin/munged', '--force']);
}

const MOST_SECONDS = 60;

async function untilIdle(run: RunningSlurm['run']): Promise<void> {
  for (let second = 0; ; second += 1) {
    try {
      if (/\bidle\b/.test(run('sinfo', '--noheader', '--format=%T'))) return;
    } catch (error) {
      if (second >= MOST_SECONDS) throw error;
    }
    if (second >= MOST_SECONDS) throw new Error('Slurm has no idle node');
    await wait(1000);
  }
}
