/**
 * Runs shards as job arrays of Slurm. Slurm decides when and where; what has been trained is read from what
 * the shards have published, never from Slurm.
 *
 * @see https://slurm.schedmd.com/sbatch.html
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { LastRun } from './places.ts';
import { program, quoted } from './processes.ts';
import { resubmitCommand } from './resubmit-command.ts';

/** What each task of the array gets; every part has Slurm's own default. */
export const slurmProfileSchema = z.strictObject({
  partition: z.string().optional(),
  /** `2:00:00`. Before it ends, a shard publishes what it has, and is queued again. */
  time: z.string().optional(),
  cpus: z.int().min(1).optional(),
  mem: z.string().optional(),
  constraint: z.string().optional(),
  account: z.string().optional(),
  qos: z.string().optional(),
  /** How many shards run at the same time. */
  arrayLimit: z.int().min(1).optional(),
  /** Shell commands before each shard: `module load gcc`. */
  setup: z.string().optional(),
});
export type SlurmProfile = z.output<typeof slurmProfileSchema>;

/** A job array, and which shard each of its tasks runs. */
const submittedSchema = z.array(
  z.object({ job: z.string(), numbers: z.array(z.int()), isMerge: z.boolean() }),
);
export type SubmittedJob = z.output<typeof submittedSchema>[number];

export interface SlurmRequest {
  /** The folder of the plan. */
  readonly folder: string;
  readonly name: string;
  readonly numbers: readonly number[];
  readonly profile: SlurmProfile;
  /** The data directory that the last job merges into; it must be readable there. */
  readonly dataDirectory: string;
}

/** Slurm's default of MaxArraySize allows indices up to 1000. */
const USUAL_ARRAY_SIZE = 1001;

/** Seconds before the time limit at which a shard is told to stop. */
export const WARNING_SECONDS = 120;

export const ANSWER_MILLISECONDS = 60_000;

/** A job array of this size can't have a task. */
const LEAST_ARRAY_SIZE = 2;

/** One batch script and the shards of its tasks. */
export interface SlurmBatch {
  readonly script: string;
  readonly text: string;
  readonly numbers: readonly number[];
  /** The batch, counted from 0, that has to end first; undefined if none has. */
  readonly after: number | undefined;
}

/** The batch scripts, in chunks that one array can hold. Writes nothing. */
export function slurmBatches(request: SlurmRequest, arraySize: number): SlurmBatch[] {
  const { folder, numbers } = request;
  if (arraySize < LEAST_ARRAY_SIZE) {
    throw new WorkbenchError(
      'unavailable',
      `this Slurm allows no job arrays: its MaxArraySize is ${arraySize}`,
      'Use --on command with a template such as "srun {command}".',
    );
  }
  const most = arraySize - 1;
  const count = Math.ceil(numbers.length / most);
  const { arrayLimit = Number.POSITIVE_INFINITY } = request.profile;
  // Slurm limits each array by itself: arrays that can run at the same time share the limit.
  const together = Math.min(count, arrayLimit);
  const limit = Math.floor(arrayLimit / together);
  return Array.from({ length: count }, (_each, index): SlurmBatch => {
    const chunk = numbers.slice(index * most, (index + 1) * most);
    const stamp = `${chunk[0]}-${chunk.at(-1)}-${chunk.length}`;
    return {
      script: path.join(slurmFolder(folder), `shards-${stamp}.sh`),
      text: scriptOf(request, chunk, limit),
      numbers: chunk,
      after: index < together ? undefined : index - together,
    };
  });
}

/**
 * What `sbatch` is given.
 *
 * @param jobs the ids of the batches before.
 */
export function batchArguments({ script, after }: SlurmBatch, jobs: readonly string[]): string[] {
  const dependency = after === undefined ? [] : dependencyOn([jobs[after]!]);
  return ['--parsable', ...dependency, script];
}

const dependencyOn = (jobs: readonly string[]): string[] => [
  `--dependency=afterany:${jobs.join(':')}`,
  '--kill-on-invalid-dep=yes',
];

/** @param limit how many tasks of this array run at the same time. */
function scriptOf(
  { folder, name, profile }: SlurmRequest,
  numbers: readonly number[],
  limit: number,
): string {
  const { cpus, setup } = profile;
  const options = [
    `--job-name=${jobName(name)}`,
    `--array=0-${numbers.length - 1}${Number.isFinite(limit) ? `%${limit}` : ''}`,
    // Its own log begins only once the shard's number is known.
    '--output=/dev/null',
    '--requeue',
    `--signal=B:USR1@${WARNING_SECONDS}`,
    `--cpus-per-task=${cpus ?? 1}`,
    ...allocationOf(profile),
  ];
  const command = [...program(), 'run-shard', folder].map(quoted).join(' ');
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${inBatchScript(option)}`).join('\n')}
# Each task runs one shard. Told to stop, it publishes what it has trained.
numbers=(${numbers.join(' ')})
number=\${numbers[$SLURM_ARRAY_TASK_ID]}
exec >>${quoted(path.join(folder, 'logs'))}/$(printf '%05d' "$number").log 2>&1
shard=
stop() { [ -z "$shard" ] || { kill -TERM "$shard"; wait "$shard"; }; }
# The time limit is near: queue the task again, to continue.
trap 'stop; scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}" || exit 1; exit 0' USR1
# Preempted or cancelled: Slurm itself queues it again, or does not.
trap 'stop; exit 143' TERM
${
  setup === undefined
    ? ''
    : `{ ${setup}
} || exit 1
`
}${command} "$number" --workers "\${SLURM_CPUS_PER_TASK:-1}" --quiet &
shard=$!
wait "$shard"
`;
}

/** What shards and the merge ask for alike: some clusters refuse a job that does not. */
function allocationOf(profile: SlurmProfile): string[] {
  const { partition, time, mem, constraint, account, qos } = profile;
  return Object.entries({ partition, time, mem, constraint, account, qos }).flatMap(
    ([key, value]) => (value === undefined ? [] : [`--${key}=${value}`]),
  );
}

/**
 * As sbatch reads it from a line of a batch script: it splits at spaces, ends at `#`, and knows quotes and
 * backslashes.
 *
 * @throws WorkbenchError `invalid-argument` for a value with a line break.
 */
function inBatchScript(option: string): string {
  if (/^[\w./:=,&|@%+*()[\]-]+$/.test(option)) return option;
  if (/[\r\n]/.test(option)) {
    throw new WorkbenchError(
      'invalid-argument',
      `the option ${JSON.stringify(option)} of sbatch has a line break`,
      'Give each value on one line, such as --constraint "fast&large".',
    );
  }
  return `"${option.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Merges what all shards have published, once they have ended, however they ended. */
export function mergeArguments(
  { folder, name, profile, dataDirectory }: SlurmRequest,
  after: readonly string[],
): string[] {
  const { setup } = profile;
  const command = [...program(), 'jobs', folder, '--strict', '--data-dir', dataDirectory]
    .map(quoted)
    .join(' ');
  return [
    '--parsable',
    `--job-name=${jobName(name)}-merge`,
    ...dependencyOn(after),
    `--output=${path.join(folder, 'logs').replaceAll('%', '%%')}/merge.log`,
    '--open-mode=append',
    ...allocationOf(profile),
    `--wrap=${setup === undefined ? '' : `${setup}\n`}${command}`,
  ];
}

/**
 * Submits the shards, and a last job that merges.
 *
 * @returns the ids of the jobs.
 * @throws WorkbenchError `unavailable` if Slurm does not answer, or refuses; what was submitted before is
 *   remembered.
 */
export function submitToSlurm(request: SlurmRequest): string[] {
  const { folder, dataDirectory, profile } = request;
  mkdirSync(slurmFolder(folder), { recursive: true });
  writeFileAtomically(profileFile(folder), `${JSON.stringify(profile, undefined, 2)}\n`);
  const lastRun: LastRun = { on: 'slurm' };
  const resubmit = resubmitCommand({ folder, lastRun, directory: dataDirectory });
  const submit = (given: readonly string[], next: string): string =>
    jobId(slurm('sbatch', given, `What it took before stays submitted. ${next}`));
  const jobs: SubmittedJob[] = [];
  const known = submittedJobs(folder);
  const remember = (job: SubmittedJob): void => {
    jobs.push(job);
    writeFileAtomically(jobsFile(folder), `${JSON.stringify([...known, ...jobs])}\n`);
  };
  const ids = (): string[] => jobs.map(({ job }) => job);
  for (const batch of slurmBatches(request, arraySize())) {
    const { script, text, numbers } = batch;
    writeFileSync(script, text);
    chmodSync(script, 0o755);
    remember({
      job: submit(
        batchArguments(batch, ids()),
        `Submit the rest, with other options if need be: ${resubmit}`,
      ),
      numbers: [...numbers],
      isMerge: false,
    });
  }
  if (jobs.length > 0) {
    const next = `Nothing merges what they publish; once they have ended, this does: ticket jobs ${folder}`;
    remember({ job: submit(mergeArguments(request, ids()), next), numbers: [], isMerge: true });
  }
  return ids();
}

/** What the shards of a plan were submitted with last; empty if they never were. */
export function lastProfile(folder: string): SlurmProfile {
  const file = profileFile(folder);
  return existsSync(file) ? readProfile(file) : {};
}

/** @throws WorkbenchError `invalid-argument` for a profile that can't be read. */
export function readProfile(file: string): SlurmProfile {
  try {
    return slurmProfileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-argument',
      `the profile ${file} can't be read: ${messageOf(cause)}`,
      `Expected JSON with any of ${Object.keys(slurmProfileSchema.shape).join(', ')}.`,
      { cause },
    );
  }
}

/** What Slurm says of a shard that it has not ended. */
export interface QueuedShard {
  /** `1234_7` */
  readonly task: string;
  /** `PENDING`, `RUNNING`, … */
  readonly state: string;
  /** Why it waits. */
  readonly reason: string;
}

/**
 * What Slurm still has of this user.
 *
 * @throws WorkbenchError `unavailable` if Slurm does not answer.
 */
export function readQueue(): string {
  // Jobs that have ended are not an error with --user, as they are with --jobs.
  return slurm('squeue', ['--me', '--noheader', '--array', '--format=%F|%K|%T|%r']);
}

/**
 * The shards that Slurm still has, by number. One call, whatever their number.
 *
 * @param ask not called for a plan that was never submitted.
 * @throws WorkbenchError `unavailable` if Slurm does not answer.
 */
export function queuedShards(
  folder: string,
  ask: () => string = readQueue,
): Map<number, QueuedShard> {
  const jobs = submittedJobs(folder).filter(({ isMerge }) => !isMerge);
  if (jobs.length === 0) return new Map();
  const numbersOf = new Map(jobs.map(({ job, numbers }) => [job, numbers]));
  const queued = new Map<number, QueuedShard>();
  for (const line of ask().split('\n')) {
    const [job = '', task = '', state = '', reason = ''] = line.trim().split('|');
    const number = numbersOf.get(job)?.[Number(task)];
    if (number !== undefined) queued.set(number, { task: `${job}_${task}`, state, reason });
  }
  return queued;
}

/** Cancels everything of a submission that Slurm still has. */
export function cancelOnSlurm(folder: string): string[] {
  const submitted = submittedJobs(folder);
  if (submitted.length === 0) return [];
  const queued = new Set(slurm('squeue', ['--me', '--noheader', '--format=%F']).split(/\s+/));
  // Jobs that have ended may be forgotten, and their ids given to others.
  const jobs = submitted.map(({ job }) => job).filter((job) => queued.has(job));
  if (jobs.length > 0) slurm('scancel', jobs);
  return jobs;
}

export function submittedJobs(folder: string): SubmittedJob[] {
  if (!existsSync(jobsFile(folder))) return [];
  try {
    return submittedSchema.parse(JSON.parse(readFileSync(jobsFile(folder), 'utf8')));
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-data',
      `${jobsFile(folder)} can't be read: ${messageOf(cause)}`,
      'Delete it; what Slurm still runs is then not recognised.',
      { cause },
    );
  }
}

const slurmFolder = (folder: string): string => path.join(folder, 'slurm');
const jobsFile = (folder: string): string => path.join(slurmFolder(folder), 'jobs.json');
const profileFile = (folder: string): string => path.join(slurmFolder(folder), 'profile.json');

/** Slurm's names have no spaces, and options no line breaks. */
function jobName(name: string): string {
  return `ticket-${name.replaceAll(/[^\w.-]+/g, '-').slice(0, 60)}`;
}

/** `1234;cluster` on a federation. */
function jobId(answer: string): string {
  const [, id] = /^(\d+)(;|\s|$)/.exec(answer.trim()) ?? [];
  if (id !== undefined) return id;
  throw new WorkbenchError(
    'unavailable',
    `sbatch answered "${answer.trim()}"; expected a job id`,
    'See "squeue --me" for what was submitted.',
  );
}

/** What this cluster allows, or the usual size where Slurm does not answer. */
export function usableArraySize(): number {
  try {
    return arraySize();
  } catch {
    return USUAL_ARRAY_SIZE;
  }
}

function arraySize(): number {
  const found = /^MaxArraySize\s*=\s*(\d+)/m.exec(slurm('scontrol', ['show', 'config']));
  return found ? Number(found[1]) : USUAL_ARRAY_SIZE;
}

const IS_THERE =
  'Is this a machine of the cluster, and is Slurm running? Without it, use --on local or --on command.';

/**
 * @param hint what to do if Slurm refuses.
 * @throws WorkbenchError `unavailable` with what Slurm said.
 */
function slurm(command: string, args: readonly string[], hint = IS_THERE): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: ANSWER_MILLISECONDS,
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  // A program that could not be started has no output at all.
  const said = error ? messageOf(error) : stderr.trim() || `exit code ${status}`;
  throw new WorkbenchError(
    'unavailable',
    `Slurm's ${command} failed: ${said}`,
    error ? IS_THERE : hint,
  );
}
