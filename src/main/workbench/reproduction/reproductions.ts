/** Reproductions of published experiments, as ordinary saved searches and sweeps. */
import { availableParallelism } from 'node:os';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  ReproductionOverview,
  ReproductionRun,
} from '../../../shared/contract/records/reproductions.ts';
import type { TensorFlowNeeds } from '../../../shared/contract/records/planning.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import { axesOf, gridOf } from '../../../shared/domain/sweep.ts';
import type { JudgedClaim } from '../../../shared/published/claims.ts';
import type { PublishedReproduction, PublishedRun } from '../../../shared/published/schema.ts';
import type { ReproductionSummary } from '../../../shared/published/summary.ts';
import { settingsHash } from '../../store/settings-hash.ts';
import type { Store } from '../../store/store.ts';
import { cpuName, WORKBENCH_VERSION } from '../environment.ts';
import type { CostEstimates } from '../planning/cost-estimate.ts';
import type { Planner } from '../planning/planner.ts';
import { planSearch, type SearchPlan } from '../planning/search-plan.ts';
import { countTrainings, planSweep } from '../planning/sweep-plan.ts';
import { registries } from '../settings/registries.ts';
import { withSetting } from '../settings/settings-input.ts';
import { tensorflowNeeds } from '../tensorflow/needs.ts';
import {
  judgedClaims,
  reproducible,
  type ReproducibleFile,
  reproducibleFiles,
  settingsOfRun,
} from './experiments.ts';
import { writeReport } from './report.ts';
import { describeScale } from './scale.ts';
import { summarizeRun } from './summarize.ts';

/** A run with its saved searches. */
export interface SavedRun {
  readonly run: PublishedRun;
  readonly sweepId: string | undefined;
  readonly searches: readonly [SearchRecord, ...SearchRecord[]];
}

/** @throws WorkbenchError `invalid-argument` outside (0, 1]. */
function checkScale(scale: number): number {
  if (scale > 0 && scale <= 1) return scale;
  throw new WorkbenchError(
    'invalid-argument',
    `the scale is ${scale}; expected a fraction of the training length, above 0 and at most 1`,
  );
}

export class Reproductions {
  readonly #store: Store;
  readonly #planner: Pick<Planner, 'create' | 'createSweep'>;
  readonly #estimates: CostEstimates;

  constructor(
    store: Store,
    planner: Pick<Planner, 'create' | 'createSweep'>,
    estimates: CostEstimates,
  ) {
    this.#store = store;
    this.#planner = planner;
    this.#estimates = estimates;
  }

  /** Every reproduction: its cost here, its saved searches and its claims so far. */
  async list(scale: number, workers?: number): Promise<ReproductionOverview[]> {
    checkScale(scale);
    const overviews: ReproductionOverview[] = [];
    for (const file of reproducibleFiles()) {
      overviews.push(await this.#overview(file, scale, workers));
    }
    return overviews;
  }

  /** @throws WorkbenchError `not-found`. */
  async get(name: string, scale: number, workers?: number): Promise<ReproductionOverview> {
    return this.#overview(reproducible(name), checkScale(scale), workers);
  }

  /**
   * The searches of every run: those that are saved, and new ones for runs that have none.
   *
   * @throws WorkbenchError `not-found` or as `Planner.create`.
   */
  async ensureSaved(name: string, scale: number): Promise<SavedRun[]> {
    const { reproduction } = reproducible(name);
    checkScale(scale);
    const saved: SavedRun[] = [];
    for (const run of reproduction.runs) {
      saved.push(this.#find(run, scale) ?? (await this.#create(reproduction, run, scale)));
    }
    return saved;
  }

  /** What has been measured so far. */
  summary(name: string, scale: number): ReproductionSummary {
    const { reproduction } = reproducible(name);
    const runs = reproduction.runs.flatMap((run) => {
      const saved = this.#find(run, scale);
      return saved ? [summarizeRun(this.#store, run, saved.searches)] : [];
    });
    return {
      format: 'ticket-workbench/reproduction',
      version: 1,
      name,
      scale,
      environment: {
        workbench: WORKBENCH_VERSION,
        cpu: cpuName(),
        cores: availableParallelism(),
      },
      runs,
    };
  }

  /** What the missing trainings need TensorFlow for. */
  async tensorflowNeeds(name: string, scale: number): Promise<TensorFlowNeeds> {
    const plans = await plansOf(reproducible(name).reproduction, scale);
    const needs = plans.map((plan) => tensorflowNeeds(plan));
    return {
      reasons: needs.flatMap(({ reasons }) => reasons),
      canBeSparse: needs.every(({ canBeSparse }) => canBeSparse),
    };
  }

  /**
   * Writes what has been measured so far into a folder.
   *
   * @throws WorkbenchError as the function `writeReport`.
   */
  writeReport(folder: string, name: string, scale: number): readonly JudgedClaim[] {
    return writeReport(
      folder,
      this.summary(name, scale),
      ({ searches: [id = ''] }) => this.#store.searches.get(id).settings,
    );
  }

  /**
   * Trains a few steps of each run to estimate what is not known.
   *
   * @throws WorkbenchError as `Planner.create`.
   */
  async calibrate(name: string, scale: number, workers?: number): Promise<ReproductionOverview> {
    const plans = await plansOf(reproducible(name).reproduction, checkScale(scale));
    await this.#estimates.calibrateTogether(plans, workers);
    return this.get(name, scale, workers);
  }

  async #overview(
    file: ReproducibleFile,
    scale: number,
    workers: number | undefined,
  ): Promise<ReproductionOverview> {
    const { title, papers, reproduction } = file;
    const { name, description } = reproduction;
    const [first] = reproduction.runs;
    const full = first && settingsOfRun(first, 1);
    const scaledTo = full && describeScale(full, scale);
    const runs = reproduction.runs.map((run) => this.#runOverview(run, scale));
    const claims = judgedClaims(file, this.summary(name, scale));
    const common = {
      name,
      title,
      description,
      papers: Object.values(papers).map(
        ({ authors, year, title: paper, arxiv }) => `${authors} ${year}, ${paper}, arXiv ${arxiv}`,
      ),
      scale,
      ...(scaledTo === undefined ? {} : { scaledTo }),
      runs,
      claims,
    };
    try {
      const plans = await plansOf(reproduction, scale);
      return {
        ...common,
        cost: {
          ...countTrainings(plans),
          estimate: this.#estimates.findTogether(plans, workers),
        },
      };
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      return { ...common, problem: reportOf(error) };
    }
  }

  #runOverview(run: PublishedRun, scale: number): ReproductionRun {
    const saved = this.#find(run, scale);
    const searches = saved?.searches ?? [];
    const sum = (valueOf: (search: SearchRecord) => number): number =>
      searches.reduce((total, search) => total + valueOf(search), 0);
    return {
      id: run.id,
      label: run.label,
      sweepId: saved?.sweepId,
      searchIds: searches.map(({ id }) => id),
      isFinished: saved !== undefined && searches.every(({ status }) => status === 'finished'),
      trainingsDone: sum(({ trainingsDone }) => trainingsDone),
      trainingsTotal: sum(({ trainingsTotal }) => trainingsTotal),
    };
  }

  /** The saved searches with the settings of the run, whatever they are called. */
  #find(run: PublishedRun, scale: number): SavedRun | undefined {
    const settings = settingsOfRun(run, scale);
    return run.sweep ? this.#findSweep(run, run.sweep, settings) : this.#findSearch(run, settings);
  }

  #findSearch(run: PublishedRun, settings: WrittenSettings): SavedRun | undefined {
    const hash = settingsHash(settings);
    const [furthest] = this.#store.searches
      .list()
      .filter((search) => search.settingsHash === hash)
      .toSorted((one, other) => other.trainingsDone - one.trainingsDone);
    return furthest && { run, sweepId: undefined, searches: [furthest] };
  }

  #findSweep(
    run: PublishedRun,
    sweep: NonNullable<PublishedRun['sweep']>,
    settings: WrittenSettings,
  ): SavedRun | undefined {
    const wanted = gridOf(axesOf(sweep)).map((values) =>
      settingsHash(
        parseSettings(
          registries,
          values.reduce<object>(
            (tree, { path, value }) => withSetting(tree, path, value),
            settings,
          ),
        ),
      ),
    );
    for (const { id } of this.#store.sweeps.summaries()) {
      const searches = this.#store.sweeps
        .members(id)
        .map(({ searchId }) => this.#store.searches.get(searchId));
      const isIt =
        searches.length === wanted.length &&
        searches.every((search, index) => search.settingsHash === wanted[index]);
      const [first, ...rest] = searches;
      if (isIt && first) return { run, sweepId: id, searches: [first, ...rest] };
    }
    return undefined;
  }

  async #create(
    { name }: PublishedReproduction,
    run: PublishedRun,
    scale: number,
  ): Promise<SavedRun> {
    const settings = settingsOfRun(run, scale);
    const scaledTo = describeScale(settingsOfRun(run, 1), scale);
    const scaled = scaledTo === undefined ? '' : ` (scaled: ${scaledTo})`;
    const title = `Reproduce ${name}: ${run.label}${scaled}`;
    if (!run.sweep) {
      const search = await this.#planner.create(settings, title);
      return { run, sweepId: undefined, searches: [search] };
    }
    const { id } = await this.#planner.createSweep(settings, run.sweep, title);
    const found = this.#find(run, scale);
    if (!found) throw new Error(`the sweep ${id} was saved with other settings than its run`);
    return found;
  }
}

async function plansOf({ runs }: PublishedReproduction, scale: number): Promise<SearchPlan[]> {
  const plans: SearchPlan[] = [];
  for (const run of runs) {
    const settings = settingsOfRun(run, scale);
    if (run.sweep) {
      const { points } = await planSweep(settings, run.sweep);
      for (const point of points) plans.push(point);
    } else {
      plans.push(await planSearch(settings));
    }
  }
  return plans;
}
