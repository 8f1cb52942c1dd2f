/** Why shards have ended, where the cluster keeps accounts of its jobs. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import type { ShardStatus } from '../../../shared/contract/records/submissions.ts';
import { ANSWER_MILLISECONDS, type SubmittedJob, submittedJobs } from './slurm.ts';
import type { ShardReport } from './submitted-plan.ts';

/** A shard in one of these states has a reason that Slurm may know. */
const KNOWN_TO_SLURM: readonly ShardStatus[] = ['failed', 'ended', 'stopped'];

/** The states of sacct in which a task will not run again. */
const OVER =
  /^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY|BOOT_FAIL|DEADLINE|PREEMPTED|REVOKED)/;

/** Accounts lag behind for minutes at most. What they have not said in so many looks, they never will. */
const MOST_LOOKS = 20;

/** Without a daemon for them, sacct can only say so. */
const NO_ACCOUNTS = /accounting storage is disabled/i;

interface Accounts {
  /** By the numbers of shards. */
  readonly ended: ReadonlyMap<number, string>;
  /** Otherwise accounts lag behind or did not answer, and may say more later. */
  readonly isComplete: boolean;
}

interface Known extends Accounts {
  /** What was asked. */
  readonly asked: string;
  /** How often. */
  readonly looks: number;
}

/** What accounts said of each plan, so that they are asked again only when another shard has ended. */
export class SlurmAccounts {
  /** The last answers, by folder. */
  readonly #known = new Map<string, Known>();

  /** Why shards have ended, by number. One call of sacct at most. */
  whyOf(folder: string, reports: readonly ShardReport[]): ReadonlyMap<number, string> {
    const jobs = submittedJobs(folder).filter(({ isMerge }) => !isMerge);
    const submitted = new Set(jobs.flatMap((job) => job.numbers));
    const numbers = reports
      .filter((report) => isExplained(report) && submitted.has(report.shard.number))
      .map(({ shard }) => shard.number);
    const asked = [jobs.length, ...numbers].join(' ');
    const last = this.#known.get(folder);
    const before = last?.asked === asked ? last : undefined;
    if (before && (before.isComplete || before.looks >= MOST_LOOKS)) return before.ended;
    const answer = ask(jobs, numbers);
    // What was said before stays known if there is no answer now.
    const ended = new Map([...(before?.ended ?? []), ...answer.ended]);
    const { isComplete } = answer;
    this.#known.set(folder, { asked, ended, isComplete, looks: (before?.looks ?? 0) + 1 });
    return ended;
  }

  /** Forgets all plans but these. */
  keepOnly(folders: ReadonlySet<string>): void {
    for (const folder of this.#known.keys()) if (!folders.has(folder)) this.#known.delete(folder);
  }
}

/** @param why as accounts say, by number. */
export function withAccounts(
  reports: readonly ShardReport[],
  why: ReadonlyMap<number, string>,
): ShardReport[] {
  return reports.map((report) => {
    const found = isExplained(report) ? why.get(report.shard.number) : undefined;
    if (found === undefined) return report;
    return { ...report, reason: [found, report.reason].filter(Boolean).join('; ') };
  });
}

/** Slurm knows nothing more of a shard that has said that it is done. */
const isExplained = ({ status, said }: ShardReport): boolean =>
  KNOWN_TO_SLURM.includes(status) && said?.state !== 'done';

function ask(jobs: readonly SubmittedJob[], numbers: readonly number[]): Accounts {
  if (numbers.length === 0) return { ended: new Map(), isComplete: true };
  const { status, stdout, stderr, error } = spawnSync(
    'sacct',
    [
      '--noheader',
      '--parsable2',
      '--allocations',
      '--format=JobID,State,ExitCode',
      `--jobs=${jobs.map(({ job }) => job).join(',')}`,
    ],
    {
      encoding: 'utf8',
      timeout: ANSWER_MILLISECONDS,
      maxBuffer: 2 ** 28,
      // Otherwise long lists of the tasks of an array are cut off.
      env: { ...process.env, SLURM_BITSTR_LEN: '0' },
    },
  );
  if (status !== 0) {
    const hasNone = error ? codeOf(error) === 'ENOENT' : NO_ACCOUNTS.test(stderr);
    return { ended: new Map(), isComplete: hasNone };
  }
  const tasks = new Map(
    stdout.split('\n').flatMap((line) => {
      const [id = '', state = '', code = ''] = line.split('|');
      const why = OVER.test(state) ? `${state}, exit code ${code}` : undefined;
      return tasksIn(id).map((task) => [task, why] as const);
    }),
  );
  // The last task counts of a shard that was submitted again.
  const last = new Map(
    jobs.flatMap((each) =>
      each.numbers.map((number, index) => [number, tasks.get(`${each.job}_${index}`)] as const),
    ),
  );
  const ended = numbers.flatMap((number) => {
    const why = last.get(number);
    return why === undefined ? [] : [[number, why] as const];
  });
  return { ended: new Map(ended), isComplete: ended.length === numbers.length };
}

/**
 * The tasks of one line: `1234_7`, or several that never began, `1234_[3,8-99%10]`. `sacct --array` would
 * write one line for each, but older versions do not know it.
 */
function tasksIn(id: string): string[] {
  const [, job = '', list] = /^(\d+)_\[([^\]%]*)/.exec(id) ?? [];
  if (list === undefined) return [id];
  return list.split(',').flatMap((range) => {
    const [, first, last = first, step = 1] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range) ?? [];
    const tasks: string[] = [];
    for (let task = Number(first); task <= Number(last); task += Math.max(1, Number(step))) {
      tasks.push(`${job}_${task}`);
    }
    return tasks;
  });
}

const codeOf = (error: NodeJS.ErrnoException): string | undefined => error.code;
