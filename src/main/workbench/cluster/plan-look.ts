/** One look at the plans of a data directory: merges what their shards have published, and says how they are. */
import { type ErrorReport, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ShardRow, ShardStatus } from '../../../shared/contract/records/submissions.ts';
import type { Store } from '../../store/store.ts';
import type { ShardPart } from './plan.ts';
import { endedShards, queuedShards, readQueue, submittedJobs } from './slurm.ts';
import type { Collected, Scheduled, ShardReport, Submissions } from './submission.ts';

export interface LookedShard extends Omit<ShardRow, 'replicates'> {
  readonly parts: readonly ShardPart[];
}

export interface PlanLook {
  /** The id of the plan's first search, under which it is remembered. */
  readonly id: string;
  readonly folder: string;
  readonly isOnSlurm: boolean;
  /** Undefined if the plan can't be read. */
  readonly shards: readonly LookedShard[] | undefined;
  readonly refused: Collected['refused'];
  /** What could not be done. */
  readonly problem: ErrorReport | undefined;
}

/** What came of the last merge of a plan's bundles. */
type LastMerge = Pick<PlanLook, 'refused' | 'problem'>;

const NOTHING_MERGED: LastMerge = { refused: [], problem: undefined };

/** A shard in one of these states has a reason that Slurm may know. */
const KNOWN_TO_SLURM: readonly ShardStatus[] = ['failed', 'ended'];

export class PlanLooks {
  readonly #store: Store;
  readonly #submissions: Submissions;
  /** By folder: which shards had ended when `sacct` was asked last, and its answer. */
  readonly #accounts = new Map<string, { asked: string; ended: ReadonlyMap<number, string> }>();
  /** By folder. */
  readonly #merges = new Map<string, LastMerge>();

  constructor(store: Store, submissions: Submissions) {
    this.#store = store;
    this.#submissions = submissions;
  }

  /**
   * Asks Slurm once, whatever the number of plans.
   *
   * @param plans folders by the ids of their first searches.
   * @param onLook told of each plan, and again once what it has published is merged.
   */
  async look(plans: ReadonlyMap<string, string>, onLook: (look: PlanLook) => void): Promise<void> {
    const queue = askedOnce(readQueue);
    for (const [id, folder] of plans) {
      const before = this.#lookAt(id, folder, queue, true);
      onLook(before);
      if (!before.shards?.some(({ status }) => status !== 'done')) continue;
      this.#merges.set(folder, await this.#merge(folder, before.shards));
      onLook(this.#lookAt(id, folder, queue));
    }
  }

  /** @param isBeforeMerge what shards that are done have published is merged next. */
  #lookAt(id: string, folder: string, queue: () => string, isBeforeMerge = false): PlanLook {
    const { refused, problem } = this.#merges.get(folder) ?? NOTHING_MERGED;
    try {
      const isOnSlurm = submittedJobs(folder).length > 0;
      const asked = isOnSlurm ? scheduledIn(folder, queue) : undefined;
      const reports = this.#submissions.report(folder, asked?.scheduled);
      const ended = isOnSlurm ? this.#endedIn(folder, reports) : undefined;
      const shards = reports.map((report) =>
        isBeforeMerge && report.said?.state === 'done' && report.status === 'ended'
          ? { ...lookedShard(report, ended), status: 'running' as const, reason: '' }
          : lookedShard(report, ended),
      );
      return { id, folder, isOnSlurm, shards, refused, problem: problem ?? asked?.problem };
    } catch (error) {
      return {
        id,
        folder,
        isOnSlurm: false,
        shards: undefined,
        refused,
        problem: problemOf(error),
      };
    }
  }

  /** Accounts are asked only when another shard has ended. */
  #endedIn(folder: string, reports: readonly ShardReport[]): ReadonlyMap<number, string> {
    const asked = reports
      .filter(({ status }) => KNOWN_TO_SLURM.includes(status))
      .map(({ shard }) => shard.number)
      .join(' ');
    const known = this.#accounts.get(folder);
    if (known?.asked === asked) return known.ended;
    const ended = asked === '' ? new Map<number, string>() : endedShards(folder);
    this.#accounts.set(folder, { asked, ended });
    return ended;
  }

  async #merge(folder: string, shards: readonly LookedShard[]): Promise<LastMerge> {
    const ids = new Set(shards.flatMap(({ parts }) => parts.map(({ searchId }) => searchId)));
    try {
      const deleted = [...ids].filter((searchId) => !this.#isThere(searchId)).length;
      if (deleted > 0) return { refused: [], problem: deletedProblem(deleted, ids.size, folder) };
      const { refused } = await this.#submissions.collect(folder);
      return { refused, problem: undefined };
    } catch (error) {
      return { refused: [], problem: reportOf(error) };
    }
  }

  #isThere(searchId: string): boolean {
    try {
      this.#store.searches.identify(searchId);
      return true;
    } catch (error) {
      if (reportOf(error).code === 'not-found') return false;
      throw error;
    }
  }
}

/** Asked when it is needed, and not again if it fails. */
function askedOnce(ask: () => string): () => string {
  let asked: { readonly answer: string } | { readonly error: unknown } | undefined;
  return () => {
    if (!asked) {
      try {
        asked = { answer: ask() };
      } catch (error) {
        asked = { error };
      }
    }
    if ('error' in asked) throw asked.error;
    return asked.answer;
  };
}

/** Without an answer of Slurm, what shards say themselves is known. */
function scheduledIn(
  folder: string,
  queue: () => string,
): { readonly scheduled: Scheduled | undefined; readonly problem: ErrorReport | undefined } {
  try {
    const queued = queuedShards(folder, queue);
    return { scheduled: { queued, ended: new Map() }, problem: undefined };
  } catch (error) {
    return { scheduled: undefined, problem: reportOf(error) };
  }
}

function lookedShard(
  { shard, status, planned, merged, said, reason }: ShardReport,
  ended: ReadonlyMap<number, string> | undefined,
): LookedShard {
  const why = KNOWN_TO_SLURM.includes(status) ? ended?.get(shard.number) : undefined;
  return {
    number: shard.number,
    parts: shard.parts,
    searches: new Set(shard.parts.map(({ searchId }) => searchId)).size,
    status,
    planned,
    merged,
    host: said?.host,
    fraction: said?.fraction,
    secondsLeft: status === 'running' ? said?.secondsLeft : undefined,
    reason: status === 'done' ? '' : [why, reason].filter(Boolean).join('; '),
  };
}

function problemOf(error: unknown): ErrorReport {
  const report = reportOf(error);
  if (report.code !== 'not-found') return report;
  return reportOf(
    new WorkbenchError(
      report.code,
      report.message,
      'If its folder was moved, run "ticket jobs" with the new one: the window looks there from then on.',
    ),
  );
}

function deletedProblem(deleted: number, total: number, folder: string): ErrorReport {
  return reportOf(
    new WorkbenchError(
      'conflict',
      `${deleted} of ${total} searches of the plan ${folder} were deleted here, so what its shards publish is not merged by itself`,
      'Restore them from the trash, or merge everything with "ticket jobs".',
    ),
  );
}
