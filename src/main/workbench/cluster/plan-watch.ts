/** Follows submitted searches while the workbench runs, in a thread: what their shards publish is merged as it comes. */
import { Worker } from 'node:worker_threads';
import type { ErrorReport } from '../../../shared/contract/errors.ts';
import type {
  ShardCounts,
  ShardRow,
  ShardStatus,
  SubmittedSearch,
} from '../../../shared/contract/records/submissions.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile, usualDataDirectory } from '../data-directory.ts';
import type { LookedShard, PlanLook } from './plan-look.ts';
import { quoted } from './processes.ts';
import { forgetPlan, rememberedPlans } from './remembered-plans.ts';
import { ENDED } from './shard-status.ts';

const LOOK_MILLISECONDS = 30_000;

export interface PlanWatchOptions {
  readonly store: Store;
  /** Called with the ids of searches of which something else is known now. */
  onChanged(searchIds: readonly string[]): void;
  /** Called once with each thing that could not be done. */
  onProblem(problem: ErrorReport): void;
  /** Called with a mistake of the program. */
  onError(error: unknown): void;
}

export interface PlanWatchThreadData {
  /** The database. */
  readonly file: string;
}

/** The thread is told plans, as `PlanLooks.look` takes them, and answers with looks and then `done`. */
export type PlanWatchMessage =
  { readonly kind: 'look'; readonly look: PlanLook } | { readonly kind: 'done' };

export class PlanWatch {
  readonly #options: PlanWatchOptions;
  /** What is known of each plan, by the id of its first search. */
  readonly #looks = new Map<string, PlanLook>();
  /** Which plan a search belongs to. */
  readonly #planOf = new Map<string, string>();
  /** Of the shards with a part of a search, by search. */
  readonly #counts = new Map<string, ShardCounts>();
  readonly #told = new Set<string>();
  #thread: Worker | undefined;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PlanWatchOptions) {
    this.#options = options;
  }

  /** Looks at once, and then every half minute. */
  start(): void {
    this.look();
    this.#timer = setInterval(() => {
      this.look();
    }, LOOK_MILLISECONDS);
  }

  /** A search of a plan that this data directory has submitted; undefined for any other. */
  find(searchId: string): SubmittedSearch | undefined {
    const look = this.#lookOf(searchId);
    if (!look) return undefined;
    const shards = shardsWith(look, searchId).map(({ parts, ...shard }): ShardRow => {
      const own = parts.filter((part) => part.searchId === searchId);
      return { ...shard, replicates: own.map(({ replicate }) => replicate) };
    });
    const { folder, refused, problem } = look;
    return {
      folder,
      counts: countsOf(shards),
      shards,
      refused,
      problem,
      command: this.#commandOf(look),
    };
  }

  /** The shards with a part of a search; none if its plan could not be read. */
  countsOf(searchId: string): ShardCounts | undefined {
    return this.#counts.get(searchId);
  }

  /** All shards of the plan that a search belongs to. */
  countsOfPlan(searchId: string): ShardCounts | undefined {
    const shards = this.#lookOf(searchId)?.shards;
    return shards && countsOf(shards);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#thread?.terminate();
  }

  /** Does nothing while the last look goes on. */
  look(): void {
    if (this.#isLooking) return;
    let plans: Map<string, string>;
    try {
      plans = rememberedPlans(this.#options.store);
    } catch (error) {
      this.#options.onError(error);
      return;
    }
    if (plans.size === 0) {
      void this.#thread?.terminate();
      return;
    }
    this.#isLooking = true;
    this.#thread ??= this.#startThread();
    this.#thread.postMessage(plans);
  }

  #startThread(): Worker {
    const workerData: PlanWatchThreadData = { file: databaseFile(this.#options.store.directory) };
    const thread = new Worker(new URL('plan-watch-worker.ts', import.meta.url), {
      workerData,
      name: 'ticket-plans',
    });
    thread.on('message', (message: PlanWatchMessage) => {
      if (message.kind === 'done') {
        this.#isLooking = false;
        return;
      }
      try {
        this.#take(message.look);
      } catch (error) {
        this.#options.onError(error);
      }
    });
    thread.once('error', this.#options.onError);
    // The next look begins another one.
    thread.once('exit', () => {
      this.#thread = undefined;
      this.#isLooking = false;
    });
    return thread;
  }

  #take(found: PlanLook): void {
    const { id } = found;
    const before = this.#looks.get(id);
    // What was known of a folder that has vanished is still shown.
    const look = found.shards || !before ? found : { ...before, problem: found.problem };
    this.#looks.set(id, look);
    const ids = new Set([id, ...(look.shards ?? []).flatMap(searchesOf)]);
    for (const searchId of ids) this.#planOf.set(searchId, id);
    if (!look.shards) this.#counts.set(id, countsOf([]));
    for (const [searchId, counts] of countsBySearch(look.shards ?? [])) {
      this.#counts.set(searchId, counts);
    }
    if (look.problem) this.#tellOnce(look.problem);
    if (isDone(found)) forgetPlan(this.#options.store, id);
    if (JSON.stringify(look) !== JSON.stringify(before)) this.#options.onChanged([...ids]);
  }

  #tellOnce(problem: ErrorReport): void {
    if (this.#told.has(problem.message)) return;
    this.#told.add(problem.message);
    this.#options.onProblem(problem);
  }

  #lookOf(searchId: string): PlanLook | undefined {
    const plan = this.#planOf.get(searchId);
    return plan === undefined ? undefined : this.#looks.get(plan);
  }

  #commandOf({ folder, isOnSlurm }: PlanLook): string {
    const { directory } = this.#options.store;
    const words = [
      ...['ticket', 'resubmit', folder],
      ...(isOnSlurm ? ['--on', 'slurm'] : []),
      ...(directory === usualDataDirectory() ? [] : ['--data-dir', directory]),
    ];
    return words.map(quoted).join(' ');
  }
}

const searchesOf = ({ parts }: LookedShard): string[] => parts.map(({ searchId }) => searchId);

const shardsWith = ({ shards = [] }: PlanLook, searchId: string): LookedShard[] =>
  shards.filter(({ parts }) => parts.some((part) => part.searchId === searchId));

const isDone = ({ shards }: PlanLook): boolean =>
  shards?.every(({ status }) => status === 'done') === true;

function countsBySearch(shards: readonly LookedShard[]): Map<string, ShardCounts> {
  const found = new Map<string, LookedShard[]>();
  for (const shard of shards) {
    for (const searchId of new Set(searchesOf(shard))) {
      const others = found.get(searchId);
      if (others) others.push(shard);
      else found.set(searchId, [shard]);
    }
  }
  return new Map([...found].map(([searchId, own]) => [searchId, countsOf(own)]));
}

function countsOf(shards: readonly { readonly status: ShardStatus }[]): ShardCounts {
  const count = (statuses: readonly ShardStatus[]): number =>
    shards.filter(({ status }) => statuses.includes(status)).length;
  return {
    total: shards.length,
    done: count(['done']),
    running: count(['running']),
    failed: count(ENDED),
  };
}
