/** A plan that was read from its folder: what has become of its shards, and what they have published. */
import { isDeepStrictEqual } from 'node:util';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ShardStatus } from '../../../shared/contract/records/submissions.ts';
import type { MergedSearch } from '../../../shared/domain/bundle.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { nameOfTraining } from '../../../shared/domain/training.ts';
import type { Store } from '../../store/store.ts';
import type { Bundles } from '../bundles/bundles.ts';
import { holderOf } from './plan-lock.ts';
import type { ClusterPlan, Shard } from './plan.ts';
import { type NamedProcess, type Stopping, tellToStop } from './process-here.ts';
import { bundleFile, readState, type ShardState, versionOf } from './shard-files.ts';
import { isHeard, Observed } from './shard-status.ts';
import type { QueuedShard } from './slurm.ts';

export interface ShardReport {
  readonly shard: Shard;
  readonly status: ShardStatus;
  /** Trainings of all its searches. */
  readonly planned: number;
  /** Those of them that are in the history. */
  readonly merged: number;
  /** What it has last said itself. */
  readonly said: ShardState | undefined;
  /** Why it waits or has ended, as far as that is known; for a failed one, with the end of its log. */
  readonly reason: string;
}

export interface Collected {
  /** Shards from whose bundles something was merged. */
  readonly shards: number;
  readonly trainings: number;
  /** Bundles that were refused, with the reason. */
  readonly refused: readonly { readonly file: string; readonly message: string }[];
}

/** Bundles that were refused, by shard: as long as their version stays, they would be again. */
export type RefusedBundles = Map<number, { readonly version: string; readonly message: string }>;

interface CollectOptions {
  /** Bundles that are not read again; it is kept up to date. Default: all are read. */
  readonly known?: RefusedBundles;
  /** Default: no shard is left out. */
  isLeftOut?(shard: Shard): boolean;
}

/** A process of the plan on this machine, and whether it could be told to stop. */
export interface StoppedProcess {
  readonly what: string;
  readonly processId: number;
  readonly stopping: Exclude<Stopping, 'gone'>;
}

/** What came of the bundle of one shard. */
interface Taken {
  /** Trainings. */
  readonly added: number;
  /** Why it was refused, if it was. */
  readonly refusal?: string;
}

interface Work {
  readonly planned: number;
  readonly left: number;
}

const NOTHING: Work = { planned: 0, left: 0 };

export class SubmittedPlan {
  readonly folder: string;
  readonly plan: ClusterPlan;
  readonly #store: Store;
  readonly #bundles: Bundles;

  constructor(folder: string, plan: ClusterPlan, store: Store, bundles: Bundles) {
    this.folder = folder;
    this.plan = plan;
    this.#store = store;
    this.#bundles = bundles;
  }

  /** @param queued what a scheduler has of the shards; undefined if none was asked. */
  observe(queued?: ReadonlyMap<number, QueuedShard>): Observed {
    return new Observed(this.folder, queued);
  }

  /** In the order of the plan. */
  report(observed: Observed = this.observe()): ShardReport[] {
    const work = this.#work();
    return this.plan.shards.map((shard) => {
      const { number } = shard;
      const { planned, left } = work.get(number) ?? NOTHING;
      const status = observed.statusOf(number, left);
      return {
        shard,
        said: observed.said(number),
        planned,
        merged: planned - left,
        status,
        reason: observed.reasonOf(number, status),
      };
    });
  }

  /** The shards with trainings that are not in the history, whatever became of their jobs. */
  unfinished(): number[] {
    return [...this.#work()].flatMap(([number, { left }]) => (left > 0 ? [number] : []));
  }

  /**
   * Merges what shards have published and is not in the history yet. Files that were merged before are not
   * read again. One that is refused does not hold up the others.
   *
   * @throws WorkbenchError for whatever is no fault of a bundle, such as a full disk.
   */
  async collect({
    known = new Map(),
    isLeftOut = () => false,
  }: CollectOptions = {}): Promise<Collected> {
    let [shards, trainings] = [0, 0];
    const refused: { file: string; message: string }[] = [];
    const unfinished = new Set(this.unfinished());
    for (const shard of this.plan.shards) {
      const { number } = shard;
      if (!unfinished.has(number) || isLeftOut(shard)) {
        known.delete(number);
        continue;
      }
      const { added, refusal } = await this.#take(shard, known);
      if (added > 0) shards += 1;
      trainings += added;
      if (refusal !== undefined) {
        refused.push({ file: bundleFile(this.folder, number), message: refusal });
      }
    }
    return { shards, trainings, refused };
  }

  async #take(shard: Shard, known: RefusedBundles): Promise<Taken> {
    const { number } = shard;
    const file = bundleFile(this.folder, number);
    let version: string | undefined;
    try {
      version = versionOf(file);
      const before = known.get(number);
      if (before && before.version === version) return { added: 0, refusal: before.message };
      known.delete(number);
      return { added: version === undefined ? 0 : await this.#merge(shard, file, version) };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { message } = reportOf(error);
      if (version !== undefined && isForGood(error)) {
        known.set(number, { version, message });
      }
      return { added: 0, refusal: message };
    }
  }

  /** @returns how many trainings were added; nothing is read of a file that was merged before. */
  async #merge({ number, parts }: Shard, file: string, version: string): Promise<number> {
    const ids = searchesIn(parts);
    if (this.#store.mergedBundles.isMerged(number, version, ids)) return 0;
    // Nothing is merged into a search that runs here, so its bundle needs no reading.
    for (const id of this.#idsHere(ids)) this.#store.leases.checkFree(id);
    const merged = await this.#bundles.merge(file);
    this.#remember(number, version, ids, merged);
    return merged.reduce((sum, { added }) => sum + added, 0);
  }

  /** A bundle of a shard has its searches in the order of the parts. */
  #remember(
    number: number,
    version: string,
    ids: readonly string[],
    merged: readonly MergedSearch[],
  ): void {
    if (merged.length !== ids.length) return;
    const stored = new Map(ids.map((id, index) => [id, merged[index]!.id]));
    this.#store.mergedBundles.remember(number, version, stored);
  }

  /** Searches whose trainings are all there, with analyses of their settings that no shard could run. */
  withAnalysesLeft(): string[] {
    const { searches } = this.plan;
    const ids = this.#idsHere(searches.map(({ id }) => id));
    return searches.flatMap(({ settings }, index) => {
      const id = ids[index]!;
      const { analyses = [] } = settings;
      if (analyses.length === 0) return [];
      if (this.#store.bundled.keys(id).length < plannedTrainings(settings).length) return [];
      const requested = this.#store.analyses.list(id);
      const isLeft = analyses.some((choice) => {
        const found = requested.find((each) => isDeepStrictEqual(each.choice, choice));
        return !found || found.unitsDone < found.unitsTotal;
      });
      return isLeft ? [id] : [];
    });
  }

  /**
   * Stops the shards that run on this machine, which publish what they have trained, and the command that
   * would run the next ones.
   */
  stopProcesses(): StoppedProcess[] {
    const stopped: StoppedProcess[] = [];
    const stop = (what: string, named: NamedProcess): void => {
      const stopping = tellToStop(named);
      if (stopping !== 'gone') stopped.push({ what, processId: named.processId, stopping });
    };
    const holder = holderOf(this.folder);
    if (holder) stop('the command that runs the shards', holder);
    for (const { number } of this.plan.shards) {
      const said = readState(this.folder, number);
      // The id of a silent one may be that of a stranger by now: its start tells them apart.
      if (said?.state !== 'running' || (said.started === undefined && !isHeard(said))) continue;
      stop(`shard ${number}`, said);
    }
    return stopped;
  }

  /** The ids of the searches that are here, by planned id; without those that were deleted. */
  searchesHere(): ReadonlyMap<string, string> {
    const plannedIds = this.plan.searches.map(({ id }) => id);
    const ids = this.#idsHere(plannedIds);
    return new Map(
      plannedIds.flatMap((plannedId, index) => {
        const id = ids[index]!;
        return this.#isHere(id) ? [[plannedId, id] as const] : [];
      }),
    );
  }

  /** A search that was merged into another one, because that is the same experiment, has its id. */
  #idsHere(plannedIds: readonly string[]): string[] {
    const others = this.#store.mergedBundles.storedIds(plannedIds);
    return plannedIds.map((plannedId) => others.get(plannedId) ?? plannedId);
  }

  #isHere(searchId: string): boolean {
    try {
      return this.#store.searches.identify(searchId).id === searchId;
    } catch (error) {
      if (reportOf(error).code === 'not-found') return false;
      throw error;
    }
  }

  /** How many trainings each shard has, and how many of them are not in the history. */
  #work(): Map<number, Work> {
    const { searches, shards } = this.plan;
    const works = new Map<string, Map<number, Work>>();
    const ids = this.#idsHere(searches.map(({ id }) => id));
    for (const [index, { id, settings }] of searches.entries()) {
      const finished = new Set(this.#store.bundled.keys(ids[index]!).map(nameOfTraining));
      const byReplicate = new Map<number, Work>();
      for (const key of plannedTrainings(settings)) {
        const { planned, left } = byReplicate.get(key.replicate) ?? NOTHING;
        const isLeft = !finished.has(nameOfTraining(key));
        byReplicate.set(key.replicate, { planned: planned + 1, left: left + (isLeft ? 1 : 0) });
      }
      works.set(id, byReplicate);
    }
    return new Map(
      shards.map(({ number, parts }) => {
        const work = parts.reduce<Work>((sum, { searchId, replicate }) => {
          const { planned, left } = works.get(searchId)?.get(replicate) ?? NOTHING;
          return { planned: sum.planned + planned, left: sum.left + left };
        }, NOTHING);
        return [number, work];
      }),
    );
  }
}

/** In the order of the parts, each once. */
const searchesIn = (parts: Shard['parts']): string[] => [
  ...new Set(parts.map(({ searchId }) => searchId)),
];

/** Whether something is wrong with one bundle; the others are merged all the same. */
function isRefusal(error: unknown): boolean {
  const { code } = reportOf(error);
  return code === 'invalid-data' || code === 'conflict' || isUnreadable(error);
}

/** Whether the same file would be refused again: a disk may answer later, and what runs here ends. */
function isForGood(error: unknown): boolean {
  return !isUnreadable(error) && !(error instanceof WorkbenchError && error.isTemporary);
}

/** Whether a disk does not give a bundle, or its owner does not let it be read. */
function isUnreadable(error: unknown): boolean {
  if (!(error instanceof WorkbenchError)) return false;
  const isOfFile = error.code === 'not-found' || error.code === 'invalid-data';
  return isOfFile && error.cause instanceof Error && 'syscall' in error.cause;
}
