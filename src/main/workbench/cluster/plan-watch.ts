/**
 * Follows submitted searches while the workbench runs: what their shards publish is merged as it comes. The
 * work is done in a process of its own, which can be killed while a file server or Slurm does not answer; a
 * thread could not.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ErrorReport, errorFrom, messageOf } from '../../../shared/contract/errors.ts';
import type {
  ShardCounts,
  ShardRow,
  ShardStatus,
  SubmittedSearch,
} from '../../../shared/contract/records/submissions.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { secondsBetween } from '../seconds-variable.ts';
import { type KnownPlan, type PlanChange, withChange } from './plan-changes.ts';
import type { LookedShard } from './plan-look.ts';
import { usualRun } from './places.ts';
import { type RememberedPlan, rememberedPlans } from './remembered-plans.ts';
import { resubmitCommand } from './resubmit-command.ts';
import { ENDED } from './shard-status.ts';

/** Seconds between two looks; for tests, which have no half minute. */
const SECONDS_VARIABLE = 'TICKET_LOOK_SECONDS';
const USUAL_SECONDS = 30;

/** A killed process ends at once, unless the system itself waits for a disk. */
const CLOSE_MILLISECONDS = 3000;

const ENTRY = fileURLToPath(new URL('plan-watch-process.ts', import.meta.url));

export interface PlanWatchOptions {
  readonly store: Store;
  /** Called with the ids of searches of which something else is known now. */
  onChanged(searchIds: readonly string[]): void;
  /** Called once with each thing that could not be done. */
  onProblem(problem: ErrorReport): void;
  /** Called with a mistake of the program. */
  onError(error: unknown): void;
}

/** The process is told plans, as `PlanLooks.look` takes them, and answers with changes and then the end. */
export type PlanWatchMessage =
  | { readonly kind: 'change'; readonly change: PlanChange }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly report: ErrorReport };

/** A plan, and how many shards each of its searches has. */
interface WatchedPlan extends KnownPlan {
  /** By the ids of searches. */
  readonly counts: ReadonlyMap<string, ShardCounts>;
}

export class PlanWatch {
  readonly #options: PlanWatchOptions;
  /** By the ids under which they are remembered. */
  readonly #plans = new Map<string, WatchedPlan>();
  /** Which plan a search belongs to. */
  readonly #planOf = new Map<string, string>();
  #remembered: ReadonlyMap<string, RememberedPlan> = new Map();
  /** Messages of problems. */
  readonly #told = new Set<string>();
  /** The message of what the last look failed with; undefined if it did not. */
  #failure: string | undefined;
  #process: ChildProcess | undefined;
  #isLooking = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PlanWatchOptions) {
    this.#options = options;
  }

  /** Looks at once, and then every half minute. */
  start(): void {
    const milliseconds = secondsBetween(SECONDS_VARIABLE, USUAL_SECONDS) * 1000;
    this.look();
    this.#timer = setInterval(() => {
      this.look();
    }, milliseconds);
  }

  /** A search of a plan that this data directory has submitted; undefined for any other. */
  find(searchId: string): SubmittedSearch | undefined {
    const plan = this.#find(searchId);
    if (!plan) return undefined;
    const shards = [...plan.shards.values()].flatMap(({ parts, ...shard }): ShardRow[] => {
      const own = parts.filter((part) => part.searchId === searchId);
      if (own.length === 0) return [];
      return [{ ...shard, replicates: own.map(({ replicate }) => replicate) }];
    });
    const { id, folder, isOnSlurm, refused, problem } = plan.head;
    const command = resubmitCommand({
      folder,
      lastRun: usualRun(this.#remembered.get(id)?.lastRun, isOnSlurm),
      directory: this.#options.store.directory,
    });
    return { folder, counts: countsOf(shards), shards, refused, problem, command };
  }

  /** The shards with a part of a search; none if its plan could not be read. */
  countsOf(searchId: string): ShardCounts | undefined {
    return this.#find(searchId)?.counts.get(searchId);
  }

  /** All shards of the plan that a search belongs to. */
  countsOfPlan(searchId: string): ShardCounts | undefined {
    const plan = this.#find(searchId);
    return plan && plan.shards.size > 0 ? countsOf([...plan.shards.values()]) : undefined;
  }

  /** Ends within seconds, whatever the process waits for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#endProcess();
  }

  /** Does nothing while the last look goes on. */
  look(): void {
    if (this.#isLooking || this.#isClosed) return;
    try {
      this.#remembered = rememberedPlans(this.#options.store);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#dropForgotten();
    if (this.#remembered.size === 0) {
      void this.#endProcess();
      return;
    }
    this.#isLooking = true;
    this.#process ??= this.#startProcess();
    const folders = new Map([...this.#remembered].map(([id, { folder }]) => [id, folder]));
    // If it has ended meanwhile, that is told by its exit.
    this.#process.send(folders, () => undefined);
  }

  #startProcess(): ChildProcess {
    const child = fork(ENTRY, [databaseFile(this.#options.store.directory)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (message: PlanWatchMessage) => {
      if (this.#process === child) this.#hear(message);
    });
    // The next look begins another one.
    const onEnd = (reason: Error): void => {
      if (this.#process !== child) return;
      this.#process = undefined;
      this.#isLooking = false;
      this.#fail(reason);
    };
    child.once('error', onEnd);
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
      onEnd(new Error(`the process that looks at plans ended with ${how}`));
    });
    return child;
  }

  async #endProcess(): Promise<void> {
    const child = this.#process;
    if (!child) return;
    this.#process = undefined;
    this.#isLooking = false;
    const ended = once(child, 'exit').catch(() => undefined);
    child.kill('SIGKILL');
    const patience = new AbortController();
    const { signal } = patience;
    await Promise.race([ended, wait(CLOSE_MILLISECONDS, undefined, { signal })]);
    patience.abort();
    // One that still waits for a disk keeps nobody here.
    if (child.connected) child.disconnect();
    child.unref();
  }

  #hear(message: PlanWatchMessage): void {
    try {
      if (message.kind === 'change') {
        this.#take(message.change);
        return;
      }
      this.#isLooking = false;
      if (message.kind === 'failed') throw errorFrom(message.report);
      this.#failure = undefined;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A failure that every look meets is told once. */
  #fail(error: unknown): void {
    const message = messageOf(error);
    if (message === this.#failure) return;
    this.#failure = message;
    this.#options.onError(error);
  }

  #take(change: PlanChange): void {
    const { id, problem } = change.head;
    const before = this.#plans.get(id);
    const plan = watched(withChange(before, change));
    this.#plans.set(id, plan);
    for (const searchId of before?.counts.keys() ?? []) this.#planOf.delete(searchId);
    for (const searchId of plan.counts.keys()) this.#planOf.set(searchId, id);
    if (problem) this.#tellOnce(problem);
    this.#options.onChanged(changedSearches(before, plan, change));
  }

  /** What was known of plans that are not looked at any more; of those that are done it stays true. */
  #dropForgotten(): void {
    for (const [id, plan] of this.#plans) {
      if (this.#remembered.has(id) || plan.head.isDone) continue;
      this.#plans.delete(id);
      const searchIds = [...plan.counts.keys()];
      for (const searchId of searchIds) this.#planOf.delete(searchId);
      if (plan.head.problem) this.#told.delete(plan.head.problem.message);
      this.#options.onChanged(searchIds);
    }
  }

  #tellOnce(problem: ErrorReport): void {
    if (this.#told.has(problem.message)) return;
    this.#told.add(problem.message);
    this.#options.onProblem(problem);
  }

  #find(searchId: string): WatchedPlan | undefined {
    const id = this.#planOf.get(searchId);
    return id === undefined ? undefined : this.#plans.get(id);
  }
}

function watched({ head, shards }: KnownPlan): WatchedPlan {
  // If a plan could never be read, at least its first search says so.
  if (shards.size === 0) return { head, shards, counts: new Map([[head.id, countsOf([])]]) };
  const found = new Map<string, LookedShard[]>();
  for (const shard of shards.values()) {
    for (const searchId of new Set(searchesOf(shard))) {
      const others = found.get(searchId);
      if (others) others.push(shard);
      else found.set(searchId, [shard]);
    }
  }
  const counts = [...found].map(([searchId, own]) => [searchId, countsOf(own)] as const);
  return { head, shards, counts: new Map(counts) };
}

/** Those of the shards that have changed; all if something of the whole plan has. */
function changedSearches(
  before: WatchedPlan | undefined,
  plan: WatchedPlan,
  { head, isWhole, changed, gone }: PlanChange,
): string[] {
  const isOfAll = isWhole || JSON.stringify(before?.head) !== JSON.stringify(head);
  if (isOfAll) return [...new Set([...(before?.counts.keys() ?? []), ...plan.counts.keys()])];
  const numbers = [...changed.map(({ number }) => number), ...gone];
  const shards = numbers.flatMap((number) => [
    ...searchesIn(before?.shards.get(number)),
    ...searchesIn(plan.shards.get(number)),
  ]);
  return [...new Set(shards)];
}

const searchesOf = ({ parts }: LookedShard): string[] => parts.map(({ searchId }) => searchId);

const searchesIn = (shard: LookedShard | undefined): string[] => (shard ? searchesOf(shard) : []);

function countsOf(shards: readonly { readonly status: ShardStatus }[]): ShardCounts {
  const count = (statuses: readonly ShardStatus[]): number =>
    shards.filter(({ status }) => statuses.includes(status)).length;
  return {
    total: shards.length,
    done: count(['done']),
    running: count(['running']),
    queued: count(['queued', 'preempted']),
    failed: count(ENDED),
  };
}
