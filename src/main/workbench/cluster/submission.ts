/** Searches that run in parts: planned here, run anywhere, and merged into the history as they come. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ShardStatus } from '../../../shared/contract/records/submissions.ts';
import type { MergedSearch } from '../../../shared/domain/bundle.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { SweepDraft } from '../../../shared/domain/sweep.ts';
import { nameOfTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import type { Store } from '../../store/store.ts';
import { subjectOf, unitsOf } from '../analyses/analysis-plan.ts';
import type { Bundles } from '../bundles/bundles.ts';
import { codeVersion } from '../code-version.ts';
import { WORKBENCH_VERSION } from '../environment.ts';
import { CostEstimates } from '../planning/cost-estimate.ts';
import type { Planner } from '../planning/planner.ts';
import { planSearch, type SearchPlan } from '../planning/search-plan.ts';
import type { TrainingCosts } from '../planning/training-costs.ts';
import { type PlannedSweep, planSweep } from '../planning/sweep-plan.ts';
import { chooseEngines } from '../running/engine-choice.ts';
import { type OwnWorkers, startOwnWorkers } from '../running/own-workers.ts';
import type { RunSearchOptions, SearchRunner } from '../running/search-runner.ts';
import { resolveSettings } from '../settings/settings-input.ts';
import {
  type ClusterPlan,
  PLAN_FORMAT,
  PLAN_VERSION,
  readPlan,
  type Shard,
  writePlan,
} from './plan.ts';
import { bundleFile, makeFolders, readState, type ShardState, versionOf } from './shard-files.ts';
import { endingOf, ENDED, isHeard, lastLines, runsHere, statusOf } from './shard-status.ts';
import { rememberPlan } from './remembered-plans.ts';
import type { QueuedShard } from './slurm.ts';
import { holderHere } from './plan-lock.ts';
import { shardsOf } from './shards.ts';

export interface PlanRequest {
  /** Where the plan is written, and later the bundles of its shards. */
  readonly folder: string;
  readonly name: string;
  /** Settings, or any part of them. */
  readonly base: object;
  /** Empty for one search. */
  readonly draft: SweepDraft;
  /** How long a shard should take on one worker, seconds. Default: one replicate each. */
  readonly wantedSeconds?: number | undefined;
  readonly withWeights: boolean;
}

export type { ShardStatus };

/** A plan that was not made. */
export type PlanPreview = Pick<ClusterPlan, 'name' | 'shards'>;

/** What a scheduler has of a plan, by the numbers of shards. */
export interface Scheduled {
  readonly queued: ReadonlyMap<number, QueuedShard>;
  /** Why those that it has no more have ended, where that is known. */
  readonly ended: ReadonlyMap<number, string>;
}

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

interface Work {
  readonly planned: number;
  readonly left: number;
}

const NOTHING: Work = { planned: 0, left: 0 };

/** Codes of what is wrong with one bundle; the others are merged. */
const REFUSALS: readonly string[] = ['invalid-data', 'conflict', 'not-found'];

export class Submissions {
  readonly #store: Store;
  readonly #planner: Planner;
  readonly #bundles: Bundles;
  readonly #runner: SearchRunner;

  constructor(store: Store, planner: Planner, bundles: Bundles, runner: SearchRunner) {
    this.#store = store;
    this.#planner = planner;
    this.#bundles = bundles;
    this.#runner = runner;
  }

  /**
   * Saves the searches, chooses their engines for good, and writes the plan.
   *
   * @throws WorkbenchError as `Planner.createSweep`; `conflict` if the folder has a plan. Nothing is saved
   *   then.
   */
  async plan(request: PlanRequest): Promise<ClusterPlan> {
    const { folder, name, withWeights, wantedSeconds } = request;
    mkdirSync(folder, { recursive: true });
    const planned = await this.#planned(request, wantedSeconds !== undefined);
    const { sweep, plans } = planned;
    const engines = await this.#enginesOf(plans);
    makeFolders(folder);
    const ids = sweep
      ? this.#saveSweep(sweep, name)
      : plans.map((plan) => this.#planner.save(plan, name).id);
    for (const [index, id] of ids.entries()) this.#store.engines.choose(id, engines[index]!);
    const plan: ClusterPlan = {
      format: PLAN_FORMAT,
      version: PLAN_VERSION,
      workbench: WORKBENCH_VERSION,
      code: codeVersion(),
      name,
      createdAt: Date.now(),
      withWeights,
      // What was read of the data is read again where a shard runs.
      searches: ids.map((id) => ({ ...this.#store.bundled.search(id), data: [] })),
      shards: planned.shardsOf(ids),
    };
    try {
      writePlan(folder, plan);
    } catch (error) {
      for (const id of ids) this.#store.searches.delete(id);
      throw error;
    }
    rememberPlan(this.#store, ids[0]!, path.resolve(folder));
    return plan;
  }

  /** From now on, windows look at the plan in this folder, wherever it was before. */
  remember(folder: string): void {
    rememberPlan(this.#store, readPlan(folder).searches[0]!.id, path.resolve(folder));
  }

  /**
   * What `plan` would plan. Nothing is saved and nothing is measured, so small shards are packed only if
   * similar trainings have run here.
   *
   * @throws WorkbenchError as `plan`.
   */
  async preview(request: PlanRequest): Promise<PlanPreview> {
    const { plans, shardsOf: shardsWith } = await this.#planned(request, false);
    const ids = plans.map((_, index) => `search ${index + 1}`);
    return { name: request.name, shards: shardsWith(ids) };
  }

  /** @param measures whether costs that are unknown are measured. */
  async #planned({ folder, base, draft, wantedSeconds }: PlanRequest, measures: boolean) {
    checkFree(folder);
    const sweep = Object.keys(draft).length > 0 ? await planSweep(base, draft) : undefined;
    const plans: readonly SearchPlan[] = sweep
      ? sweep.points
      : [await planSearch(resolveSettings({ config: base }))];
    const costs = await new CostEstimates(this.#store).costsOfEach(plans, measures);
    return {
      sweep,
      plans,
      shardsOf: (ids: readonly string[]): Shard[] =>
        shardsOf(
          plans.map(({ settings, targets }, index) => ({
            id: ids[index]!,
            settings,
            targets,
            secondsOf: (key) => secondsOf(costs[index], key),
          })),
          wantedSeconds,
        ),
    };
  }

  planIn(folder: string): ClusterPlan {
    return readPlan(folder);
  }

  /**
   * In the order of the plan.
   *
   * @param scheduled what a scheduler says; undefined if none was asked.
   */
  report(folder: string, scheduled?: Scheduled): ShardReport[] {
    const plan = readPlan(folder);
    const work = this.#work(plan);
    const now = Date.now();
    return plan.shards.map((shard) => {
      const { number } = shard;
      const said = readState(folder, number);
      const { planned, left } = work.get(number) ?? NOTHING;
      const queued = scheduled?.queued.get(number);
      const status = statusOf(left, said, now, scheduled && (queued?.state ?? 'none'));
      const reason = ENDED.includes(status)
        ? [scheduled?.ended.get(number), endingOf(said), lastLines(folder, number)]
            .filter(Boolean)
            .join('; ')
        : (queued?.reason ?? '');
      return { shard, said, planned, merged: planned - left, status, reason };
    });
  }

  /**
   * Stops the shards that run on this machine, which publish what they have trained, and the command that
   * would run the next ones.
   *
   * @returns how many were told to stop.
   */
  stopProcesses(folder: string): number {
    const holder = holderHere(folder);
    if (holder !== undefined) process.kill(holder, 'SIGTERM');
    let stopped = holder === undefined ? 0 : 1;
    for (const { number } of readPlan(folder).shards) {
      const said = readState(folder, number);
      if (said?.state !== 'running' || !isHeard(said) || !runsHere(said)) continue;
      process.kill(said.processId, 'SIGTERM');
      stopped += 1;
    }
    return stopped;
  }

  /** The shards with trainings that are not in the history, whatever became of their jobs. */
  unfinished(folder: string): number[] {
    return [...this.#work(readPlan(folder))].flatMap(([number, { left }]) =>
      left > 0 ? [number] : [],
    );
  }

  /**
   * Merges what shards have published and is not in the history yet. Files that were merged before are not
   * read again. One that is refused does not hold up the others.
   *
   * @throws WorkbenchError for whatever is no fault of a bundle, such as a full disk.
   */
  async collect(folder: string): Promise<Collected> {
    let [shards, trainings] = [0, 0];
    const refused: { file: string; message: string }[] = [];
    const unfinished = new Set(this.unfinished(folder));
    for (const { number, parts } of readPlan(folder).shards) {
      if (!unfinished.has(number)) continue;
      const file = bundleFile(folder, number);
      const ids = [...new Set(parts.map(({ searchId }) => searchId))];
      try {
        const version = versionOf(file);
        if (version === undefined || this.#store.mergedBundles.isMerged(number, version, ids)) {
          continue;
        }
        const merged = await this.#bundles.merge(file);
        const added = merged.reduce((sum, each) => sum + each.added, 0);
        if (added > 0) shards += 1;
        trainings += added;
        this.#remember(number, version, ids, merged);
      } catch (error) {
        const { code, message } = reportOf(error);
        if (!REFUSALS.includes(code)) throw error;
        refused.push({ file, message });
      }
    }
    return { shards, trainings, refused };
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
  withAnalysesLeft(folder: string): string[] {
    const { searches } = readPlan(folder);
    const storedId = this.#storedIds(searches);
    return searches.flatMap(({ id: plannedId, settings }) => {
      const id = storedId(plannedId);
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
   * Runs the analyses that the settings of a search name: no shard has all trainings that they need.
   *
   * @throws WorkbenchError as `SearchRunner.run`.
   */
  async analyse(searchId: string, options: RunSearchOptions): Promise<void> {
    const settings = this.#store.searches.settings(searchId);
    const subject = subjectOf(settings, this.#store.searches.layout(searchId));
    for (const choice of settings.analyses ?? []) {
      this.#store.analyses.request(searchId, choice, unitsOf(choice, subject).length);
    }
    await this.#runner.run(searchId, options);
  }

  /** A search that was merged into another one, because that is the same experiment, has its id. */
  #storedIds(searches: ClusterPlan['searches']): (plannedId: string) => string {
    const others = this.#store.mergedBundles.storedIds(searches.map(({ id }) => id));
    return (plannedId) => others.get(plannedId) ?? plannedId;
  }

  /** How many trainings each shard has, and how many of them are not in the history. */
  #work({ searches, shards }: ClusterPlan): Map<number, Work> {
    const works = new Map<string, Map<number, Work>>();
    const storedId = this.#storedIds(searches);
    for (const { id, settings } of searches) {
      const finished = new Set(this.#store.bundled.keys(storedId(id)).map(nameOfTraining));
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

  #saveSweep(sweep: PlannedSweep, name: string): string[] {
    const { id } = this.#planner.saveSweep(sweep, name);
    return this.#store.sweeps.members(id).map(({ searchId }) => searchId);
  }

  /** Shards on different machines would choose differently, and the choice determines the bits. */
  async #enginesOf(plans: readonly SearchPlan[]): Promise<Map<number, EngineId>[]> {
    const chosen: Map<number, EngineId>[] = [];
    for (const { settings, layout, targets } of plans) {
      const started: OwnWorkers[] = [];
      try {
        const engines = await chooseEngines({
          settings,
          layout,
          targets,
          chosen: new Map(),
          recall: (key) => this.#store.calibrations.find(key),
          remember: (key, times) => {
            this.#store.calibrations.save(key, times);
          },
          measure: async (keptCounts) => {
            if (started.length === 0) started.push(await workersFor(settings));
            return started[0]!.tasks.measureStepTimes(keptCounts);
          },
        });
        chosen.push(engines);
      } finally {
        for (const workers of started) await workers.close();
      }
    }
    return chosen;
  }
}

async function workersFor(settings: SearchPlan['settings']): Promise<OwnWorkers> {
  await ensureSparseEngine([...MODULES_OF.sparse]);
  const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
  return startOwnWorkers('engines', { settings, dataset }, 1);
}

function secondsOf(costs: TrainingCosts | undefined, key: TrainingKey): number | undefined {
  const cost = costs?.of(key);
  return cost && (cost.trainingMilliseconds + cost.evaluationMilliseconds) / 1000;
}

function checkFree(folder: string): void {
  if (!existsSync(`${folder}/plan.json`)) return;
  throw new WorkbenchError(
    'conflict',
    `the folder ${folder} has a plan already`,
    'Choose another folder, or continue this one with "ticket resubmit".',
  );
}
