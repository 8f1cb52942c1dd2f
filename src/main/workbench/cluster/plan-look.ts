/** One look at the plans of a data directory: merges what their shards have published, and says how they are. */
import { amount } from '../../../shared/amount.ts';
import { type ErrorReport, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ShardRow } from '../../../shared/contract/records/submissions.ts';
import type { Shard, ShardPart } from './plan.ts';
import { SlurmAccounts, withAccounts } from './slurm-accounts.ts';
import { queuedShards, type QueuedShard, readQueue, submittedJobs } from './slurm.ts';
import type { Submissions } from './submission.ts';
import type { Collected, RefusedBundles, ShardReport, SubmittedPlan } from './submitted-plan.ts';

export interface LookedShard extends Omit<ShardRow, 'replicates'> {
  /** Only parts of searches that are here, under the ids that they have here. */
  readonly parts: readonly ShardPart[];
}

/** What is known of a plan as a whole. */
export interface PlanHead {
  /** The id that the plan's first search was planned with, under which it is remembered. */
  readonly id: string;
  readonly folder: string;
  readonly isOnSlurm: boolean;
  /** Whether all trainings of all its shards are in the history. */
  readonly isDone: boolean;
  readonly refused: Collected['refused'];
  /** What could not be done. */
  readonly problem: ErrorReport | undefined;
}

export interface PlanLook {
  readonly head: PlanHead;
  /** Those with a part of a search that is here; undefined if the plan can't be read. */
  readonly shards: readonly LookedShard[] | undefined;
}

/** What came of the last merge of a plan's bundles. */
type LastMerge = Pick<PlanHead, 'refused' | 'problem'>;

const NOTHING_MERGED: LastMerge = { refused: [], problem: undefined };

/** What is remembered of a plan from one look to the next. */
interface Memory {
  isOnSlurm: boolean;
  merge: LastMerge;
  /** Whether what is remembered of it could not be saved. */
  isUnsaved: boolean;
  /** The shards that had ended after the last merge, by number. */
  ended: ReadonlySet<number>;
  readonly known: RefusedBundles;
}

/** A plan as it is looked at now. */
interface Looking {
  readonly id: string;
  readonly submitted: SubmittedPlan;
  readonly isOnSlurm: boolean;
  /** The ids of the searches that are here, by planned id. */
  readonly searches: ReadonlyMap<string, string>;
  /** Why Slurm did not answer, or what is remembered can't be saved. */
  readonly problem: ErrorReport | undefined;
}

export class PlanLooks {
  readonly #submissions: Submissions;
  readonly #accounts = new SlurmAccounts();
  /** By folder. */
  readonly #memories = new Map<string, Memory>();

  constructor(submissions: Submissions) {
    this.#submissions = submissions;
  }

  /**
   * Asks Slurm for its queue once, whatever the number of plans. A plan that was done before the look, or of which
   * nothing is left, is forgotten.
   *
   * @param plans folders by the ids of their first searches.
   * @param onLook told of each plan, and again once what it has published is merged.
   */
  async look(plans: ReadonlyMap<string, string>, onLook: (look: PlanLook) => void): Promise<void> {
    const folders = new Set(plans.values());
    this.#accounts.keepOnly(folders);
    for (const folder of this.#memories.keys()) {
      if (!folders.has(folder)) this.#memories.delete(folder);
    }
    const queue = askedOnce(readQueue);
    for (const [id, folder] of plans) {
      try {
        if (this.#submissions.isGone(id)) {
          const problem = this.#save(folder, () => {
            this.#submissions.forgetIfGone(id);
          });
          if (problem) onLook(this.#failed(id, folder, problem));
        } else {
          await this.#lookAt(id, this.#submissions.open(folder), queue, onLook);
        }
      } catch (error) {
        onLook(this.#failed(id, folder, problemOf(error)));
      }
    }
  }

  /**
   * Saves what is remembered of a plan. A look goes on if that fails, and the next one tries again.
   *
   * @returns why it failed, if it did in the look before, too.
   */
  #save(folder: string, save: () => void): ErrorReport | undefined {
    const memory = this.#memoryOf(folder);
    const wasUnsaved = memory.isUnsaved;
    try {
      save();
      memory.isUnsaved = false;
      return undefined;
    } catch (error) {
      memory.isUnsaved = true;
      return wasUnsaved ? reportOf(error) : undefined;
    }
  }

  #failed(id: string, folder: string, problem: ErrorReport): PlanLook {
    const { isOnSlurm, merge } = this.#memoryOf(folder);
    return {
      head: { id, folder, isOnSlurm, isDone: false, refused: merge.refused, problem },
      shards: undefined,
    };
  }

  async #lookAt(
    id: string,
    submitted: SubmittedPlan,
    queue: () => string,
    onLook: (look: PlanLook) => void,
  ): Promise<void> {
    const { folder } = submitted;
    const memory = this.#memoryOf(folder);
    const isOnSlurm = submittedJobs(folder).length > 0;
    memory.isOnSlurm = isOnSlurm;
    const asked = isOnSlurm ? queuedIn(folder, queue) : undefined;
    const observed = submitted.observe(asked?.queued);
    const reports = submitted.report(observed);
    const isDone = reports.every(({ status }) => status === 'done');
    const unsaved = this.#save(folder, () => {
      if (isDone) this.#submissions.forget(id);
      else this.#submissions.noteSearches(id, submitted);
    });
    const looking: Looking = {
      id,
      submitted,
      isOnSlurm,
      searches: submitted.searchesHere(),
      problem: asked?.problem ?? unsaved,
    };
    if (isDone) {
      memory.merge = NOTHING_MERGED;
      memory.ended = new Set();
      onLook(lookOf(looking, reports, NOTHING_MERGED));
      return;
    }
    const why = isOnSlurm ? this.#accounts.whyOf(folder, reports) : new Map<number, string>();
    const shown = (before: readonly ShardReport[]): ShardReport[] => withAccounts(before, why);
    onLook(lookOf(looking, shown(beforeMerge(reports, memory.ended)), memory.merge));
    memory.merge = await this.#merge(looking, reports, memory.known);
    const after = submitted.report(observed);
    memory.ended = new Set(
      after.filter(({ status }) => status === 'ended').map(({ shard }) => shard.number),
    );
    onLook(lookOf(looking, shown(after), memory.merge));
  }

  async #merge(
    { submitted, searches }: Looking,
    reports: readonly ShardReport[],
    known: RefusedBundles,
  ): Promise<LastMerge> {
    // A search that was deleted is not brought back.
    const isLeftOut = ({ parts }: Shard): boolean =>
      parts.some(({ searchId }) => !searches.has(searchId));
    try {
      const { refused } = await submitted.collect({ known, isLeftOut });
      const leftOut = reports.filter(
        ({ shard, status }) =>
          status !== 'done' && isLeftOut(shard) && partsHere(shard, searches).length > 0,
      );
      const problem =
        leftOut.length === 0 ? undefined : leftOutProblem(leftOut.length, submitted.folder);
      return { refused, problem };
    } catch (error) {
      return { refused: [], problem: reportOf(error) };
    }
  }

  #memoryOf(folder: string): Memory {
    const memory: Memory = this.#memories.get(folder) ?? {
      isOnSlurm: false,
      merge: NOTHING_MERGED,
      isUnsaved: false,
      ended: new Set(),
      known: new Map(),
    };
    this.#memories.set(folder, memory);
    return memory;
  }
}

/**
 * What shards that say that they are done have published is merged next, so they have not ended yet.
 *
 * @param ended those that had ended after the last merge: their bundles are refused, or gone.
 */
function beforeMerge(
  reports: readonly ShardReport[],
  ended: ReadonlySet<number>,
): readonly ShardReport[] {
  return reports.map((report) =>
    report.said?.state === 'done' && report.status === 'ended' && !ended.has(report.shard.number)
      ? { ...report, status: 'running', reason: '' }
      : report,
  );
}

function lookOf(
  { id, submitted, isOnSlurm, searches, problem }: Looking,
  reports: readonly ShardReport[],
  merge: LastMerge,
): PlanLook {
  const isDone = reports.every(({ status }) => status === 'done');
  const { folder } = submitted;
  const { refused } = merge;
  return {
    head: { id, folder, isOnSlurm, isDone, refused, problem: merge.problem ?? problem },
    shards: reports.flatMap((report) => {
      const parts = partsHere(report.shard, searches);
      return parts.length === 0 ? [] : [lookedShard(report, parts)];
    }),
  };
}

/** The parts whose searches are here, under the ids that they have here. */
function partsHere({ parts }: Shard, searches: Looking['searches']): ShardPart[] {
  return parts.flatMap(({ searchId, replicate }) => {
    const here = searches.get(searchId);
    return here === undefined ? [] : [{ searchId: here, replicate }];
  });
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
function queuedIn(
  folder: string,
  queue: () => string,
): {
  readonly queued: ReadonlyMap<number, QueuedShard> | undefined;
  readonly problem: ErrorReport | undefined;
} {
  try {
    return { queued: queuedShards(folder, queue), problem: undefined };
  } catch (error) {
    return { queued: undefined, problem: reportOf(error) };
  }
}

function lookedShard(
  { shard, status, planned, merged, said, reason }: ShardReport,
  parts: readonly ShardPart[],
): LookedShard {
  return {
    number: shard.number,
    parts,
    searches: new Set(shard.parts.map(({ searchId }) => searchId)).size,
    status,
    planned,
    merged,
    host: said?.host,
    fraction: said?.fraction,
    secondsLeft: status === 'running' ? said?.secondsLeft : undefined,
    reason,
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

function leftOutProblem(leftOut: number, folder: string): ErrorReport {
  return reportOf(
    new WorkbenchError(
      'conflict',
      `what ${amount(leftOut, 'shard')} of the plan ${folder} published is not merged by itself, because not all of the searches in it are here`,
      'Restore them from the trash; those that were deleted for good come back with "ticket jobs".',
    ),
  );
}
