/** Makes plans: searches are saved, their engines are chosen for good, and their shards are written. */
import { existsSync, mkdirSync } from 'node:fs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { SweepDraft } from '../../../shared/domain/sweep.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import type { Store } from '../../store/store.ts';
import { codeVersion } from '../code-version.ts';
import { WORKBENCH_VERSION } from '../environment.ts';
import { CostEstimates } from '../planning/cost-estimate.ts';
import type { Planner } from '../planning/planner.ts';
import { planSearch, type SearchPlan } from '../planning/search-plan.ts';
import type { TrainingCosts } from '../planning/training-costs.ts';
import { type PlannedSweep, planSweep } from '../planning/sweep-plan.ts';
import { chooseEngines } from '../running/engine-choice.ts';
import { type OwnWorkers, startOwnWorkers } from '../running/own-workers.ts';
import { resolveSettings } from '../settings/settings-input.ts';
import { type ClusterPlan, PLAN_FORMAT, PLAN_VERSION, type Shard, writePlan } from './plan.ts';
import { makeFolders } from './shard-files.ts';
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

/** A plan that was not made. */
export type PlanPreview = Pick<ClusterPlan, 'name' | 'shards'>;

export class PlanMaking {
  readonly #store: Store;
  readonly #planner: Planner;

  constructor(store: Store, planner: Planner) {
    this.#store = store;
    this.#planner = planner;
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
    let ids: string[] = [];
    try {
      if (sweep) ids = this.#saveSweep(sweep, name);
      else for (const each of plans) ids.push(this.#planner.save(each, name).id);
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
      writePlan(folder, plan);
      return plan;
    } catch (error) {
      for (const id of ids) this.#store.searches.delete(id);
      throw error;
    }
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
          remember: (key, times) =>
            this.#store.inTurn(() => {
              this.#store.calibrations.save(key, times);
            }),
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
