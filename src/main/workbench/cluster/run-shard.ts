/** Runs one shard of a plan, anywhere: in a data directory of its own, and publishes what it has as a bundle. */
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { removeUnfinished } from '../../../../provision/atomic-file.mjs';
import { messageOf, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { REMOVAL } from '../removal.ts';
import { Workbench } from '../workbench.ts';
import { holdShard } from './plan-lock.ts';
import { type ClusterPlan, readPlan, type Shard, shardOf } from './plan.ts';
import { thisProcess } from './process-here.ts';
import { finishedCheckpoints, publishCheckpoints, takeCheckpoints } from './shard-checkpoints.ts';
import {
  bundleFile,
  continuationFile,
  makeFolders,
  publishedCheckpoints,
  readState,
  shardFolder,
  type ShardState,
  versionOf,
  writeState,
} from './shard-files.ts';
import { isHeard } from './shard-status.ts';

export interface RunShardOptions {
  /** The folder of the plan, where the bundle is published. */
  readonly folder: string;
  /** Counted from 1. */
  readonly number: number;
  /** A data directory on a local disk. Default: a temporary one, which is removed when the shard is done. */
  readonly dataDirectory?: string | undefined;
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  onEvent?(searchId: string, event: SearchEvent): void;
}

/** How often a shard says that it is alive. */
const HEARTBEAT_MILLISECONDS = 10_000;

/** Publishing takes at most a small part of the time. */
const PUBLISH_MILLISECONDS = 60_000;
const MOST_SHARE = 0.05;

/**
 * Continues what the shard has published or has in its data directory; running it again when it is done
 * changes nothing.
 *
 * @throws WorkbenchError `not-found` for a plan or shard that is not there; `conflict` for a plan of another
 *   version, or a shard that another process runs here; `interrupted` if it was stopped; or as the first search that failed.
 */
export async function runShard(options: RunShardOptions): Promise<void> {
  const { folder, number } = options;
  const plan = readPlan(folder);
  const shard = shardOf(plan, number);
  makeFolders(folder);
  removeLeftovers(folder);
  const directory =
    options.dataDirectory ??
    path.join(tmpdir(), `ticket-shards-${plan.searches[0]?.id ?? ''}`, String(number));
  mkdirSync(directory, { recursive: true });
  if (options.dataDirectory !== undefined) {
    await runIn(directory, plan, shard, options);
    return;
  }
  // A second run here would take the directory from under the first one.
  const said = readState(folder, number);
  const release = holdShard(directory, number, said === undefined || !isHeard(said));
  try {
    await runInOwn(directory, plan, shard, options);
    rmSync(directory, REMOVAL);
  } finally {
    release();
  }
}

/** A run that was killed while it published has left a file of up to the size of its bundle. */
function removeLeftovers(folder: string): void {
  try {
    removeUnfinished(shardFolder(folder));
  } catch {
    // They only take space, and may belong to another user.
  }
}

/** Runs in a directory that nobody else uses. */
async function runInOwn(
  directory: string,
  plan: ClusterPlan,
  shard: Shard,
  options: RunShardOptions,
): Promise<void> {
  try {
    await runIn(directory, plan, shard, options);
  } catch (error) {
    if (reportOf(error).code !== 'conflict') throw error;
    // What another node has published wins over what an earlier run has left here.
    rmSync(directory, REMOVAL);
    mkdirSync(directory, { recursive: true });
    await runIn(directory, plan, shard, options);
  }
}

async function runIn(
  directory: string,
  plan: ClusterPlan,
  shard: Shard,
  options: RunShardOptions,
): Promise<void> {
  const store = Store.open(databaseFile(directory));
  try {
    await new ShardRun(store, plan, shard, options).run();
  } finally {
    store.close();
  }
}

class ShardRun {
  readonly #store: Store;
  readonly #workbench: Workbench;
  readonly #plan: ClusterPlan;
  readonly #shard: Shard;
  readonly #options: RunShardOptions;
  readonly #startedAt = Date.now();
  readonly #total: number;
  /** The replicates of each search. */
  readonly #replicates: ReadonlyMap<string, ReadonlySet<number>>;
  #publishing: Promise<void> | undefined;
  readonly #bundle: string;
  readonly #continuation: string;
  /** The files as this run has merged or published them last. */
  readonly #known = new Map<string, string>();
  #publishAfter = Date.now() + PUBLISH_MILLISECONDS;
  #fraction = 0;
  #secondsLeft: number | undefined;

  constructor(store: Store, plan: ClusterPlan, shard: Shard, options: RunShardOptions) {
    this.#store = store;
    this.#workbench = Workbench.over(store);
    this.#plan = plan;
    this.#shard = shard;
    this.#options = options;
    this.#bundle = bundleFile(options.folder, shard.number);
    this.#continuation = continuationFile(options.folder, shard.number);
    const replicates = new Map<string, Set<number>>();
    for (const { searchId, replicate } of shard.parts) {
      replicates.set(searchId, (replicates.get(searchId) ?? new Set()).add(replicate));
    }
    this.#replicates = replicates;
    this.#total = plan.searches.reduce((sum, { id, settings }) => {
      const wanted = replicates.get(id);
      const keys = wanted ? plannedTrainings(settings) : [];
      return sum + keys.filter(({ replicate }) => wanted?.has(replicate)).length;
    }, 0);
  }

  async run(): Promise<void> {
    this.#say('running');
    const heartbeat = setInterval(() => {
      this.#say('running');
    }, HEARTBEAT_MILLISECONDS);
    try {
      await this.#begin();
      await this.#train();
      await this.#publish(true);
    } catch (error) {
      // What has finished is kept, whatever has happened.
      await this.#publish(false).catch(() => undefined);
      const isStopped = this.#options.signal?.aborted === true;
      this.#say(isStopped ? 'stopped' : 'failed', messageOf(error));
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
    this.#fraction = 1;
    this.#secondsLeft = 0;
    this.#say('done');
  }

  /** The searches as planned, and what an earlier run of this shard has published. */
  async #begin(): Promise<void> {
    const searches = this.#plan.searches.filter(({ id }) => this.#replicates.has(id));
    this.#store.bundleMerge.merge(
      searches.map((search) => ({
        search,
        trainings: [],
        readArray: () => {
          throw new Error('a search without trainings has no arrays');
        },
        withoutWeightsSince: undefined,
      })),
    );
    await this.#takePublished();
    try {
      takeCheckpoints(this.#options.folder, this.#shard.number, this.#store.directory);
    } catch {
      // Without them, trainings begin anew.
    }
  }

  /** What another run of the shard has published meanwhile is not overwritten by less. */
  async #takePublished(): Promise<void> {
    for (const file of [this.#bundle, this.#continuation]) {
      const version = versionOf(file);
      if (version === undefined || version === this.#known.get(file)) continue;
      try {
        // The shard has trained it itself: its searches share trainings as before.
        await this.#workbench.bundles.merge(file, { isTrusted: true });
        this.#known.set(file, version);
      } catch (error) {
        // A damaged one is replaced by what is trained now.
        if (reportOf(error).code !== 'invalid-data') throw error;
      }
    }
  }

  async #train(): Promise<void> {
    const { workers, signal, onEvent } = this.#options;
    const ids = [...this.#replicates.keys()];
    const group = this.#workbench.runner.groupOfSearches(ids, workers);
    const ends = await Promise.allSettled(
      ids.map((searchId) =>
        this.#workbench.runner.run(searchId, {
          group,
          signal,
          isWanted: ({ replicate }) => this.#replicates.get(searchId)?.has(replicate) === true,
          onEvent: (event) => {
            const { fraction, etaSeconds } = group.trainings.progress;
            [this.#fraction, this.#secondsLeft] = [fraction, etaSeconds];
            if (event.type === 'training-finished') this.#publishSometimes();
            onEvent?.(searchId, event);
          },
        }),
      ),
    );
    if (signal?.aborted) {
      this.#publishCheckpoints();
      throw new WorkbenchError(
        'interrupted',
        `Shard ${this.#shard.number} was stopped; what it has trained is published.`,
        'Run it again to continue.',
      );
    }
    if (this.#done() === this.#total) return;
    // A search with replicates in other shards ends as if it had been stopped.
    const failed = ends.find(
      (end) => end.status === 'rejected' && reportOf(end.reason).code !== 'interrupted',
    );
    throw failed?.status === 'rejected'
      ? failed.reason
      : new WorkbenchError(
          'internal',
          `shard ${this.#shard.number} ended with ${this.#done()} of ${this.#total} trainings`,
          'Run it again to continue.',
        );
  }

  #done(): number {
    return [...this.#replicates].reduce((sum, [id, wanted]) => {
      const keys = this.#store.bundled.keys(id);
      return sum + keys.filter(({ replicate }) => wanted.has(replicate)).length;
    }, 0);
  }

  /** While trainings run. A failure is tried again with the next training. */
  #publishSometimes(): void {
    if (this.#publishing || Date.now() < this.#publishAfter) return;
    const startedAt = Date.now();
    this.#publishing = this.#publish(false)
      .catch(() => undefined)
      .finally(() => {
        const took = Date.now() - startedAt;
        this.#publishAfter = Date.now() + Math.max(PUBLISH_MILLISECONDS, took / MOST_SHARE);
        this.#publishing = undefined;
      });
  }

  /**
   * Where bundles have no weights, another one with weights lies beside until the shard is done: another
   * node continues from it.
   */
  async #publish(isDone: boolean): Promise<void> {
    await this.#publishing;
    await this.#takePublished();
    const { withWeights } = this.#plan;
    const { folder } = this.#options;
    const { number } = this.#shard;
    const replaced = finishedCheckpoints(this.#store, folder, number);
    if (!withWeights && !isDone) await this.#write(this.#continuation, true);
    await this.#write(this.#bundle, withWeights);
    try {
      for (const file of replaced) rmSync(file, { force: true });
      if (!isDone) return;
      rmSync(this.#continuation, { force: true });
      rmSync(publishedCheckpoints(folder, number), REMOVAL);
    } catch {
      // What is published counts, whatever stays beside it.
    }
  }

  /** Before the bundle, which takes longer: a scheduler that has told a shard to stop does not wait for long. */
  #publishCheckpoints(): void {
    try {
      const { folder } = this.#options;
      publishCheckpoints(this.#store.directory, folder, this.#shard.number, this.#replicates);
    } catch {
      // Without them, trainings begin anew.
    }
  }

  /** Written beside its place and renamed: who merges meanwhile reads the one before. */
  async #write(file: string, withWeights: boolean): Promise<void> {
    await this.#workbench.bundles.write(file, {
      searchIds: [...this.#replicates.keys()],
      replicates: undefined,
      withWeights,
      overwrite: true,
    });
    this.#known.set(file, versionOf(file) ?? '');
  }

  /** Commands decide by it what to run again and what to stop; a shard goes on where it can't be written. */
  #say(state: ShardState['state'], error?: string): void {
    try {
      this.#writeState(state, error);
    } catch {
      // It is tried again with the next heartbeat.
    }
  }

  #writeState(state: ShardState['state'], error: string | undefined): void {
    const job = process.env['SLURM_ARRAY_JOB_ID'];
    writeState(this.#options.folder, this.#shard.number, {
      ...thisProcess(),
      state,
      ...(job !== undefined && { job: `${job}_${process.env['SLURM_ARRAY_TASK_ID'] ?? ''}` }),
      startedAt: this.#startedAt,
      updatedAt: Date.now(),
      trainingsDone: this.#done(),
      trainingsTotal: this.#total,
      fraction: this.#fraction,
      ...(this.#secondsLeft !== undefined && { secondsLeft: this.#secondsLeft }),
      ...(error !== undefined && { error }),
    });
  }
}
