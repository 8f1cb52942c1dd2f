/** Reproductions of published experiments, as ordinary saved searches and sweeps. */
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  ReproductionOverview,
  ReproductionRun,
  ReproductionSize,
} from '../../../shared/contract/records/reproductions.ts';
import type { TensorFlowNeeds } from '../../../shared/contract/records/planning.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import { axesOf, gridOf } from '../../../shared/domain/sweep.ts';
import type { JudgedClaim } from '../../../shared/published/claims.ts';
import type { PublishedReproduction, PublishedRun } from '../../../shared/published/schema.ts';
import type { ReproductionSummary } from '../../../shared/published/summary.ts';
import type { Store } from '../../store/store.ts';
import type { SearchExports } from '../exports/search-exports.ts';
import type { CostEstimates } from '../planning/cost-estimate.ts';
import type { Planner } from '../planning/planner.ts';
import { planSearch, type SearchPlan } from '../planning/search-plan.ts';
import { countTrainings, planSweep } from '../planning/sweep-plan.ts';
import { registries } from '../settings/registries.ts';
import { withSetting } from '../settings/settings-input.ts';
import { tensorflowNeeds } from '../tensorflow/needs.ts';
import { covers } from './covers.ts';
import {
  describeReduction,
  judgedClaims,
  ownReplicates,
  reproducible,
  type ReproducibleFile,
  reproducibleFiles,
  settingsOfRun,
} from './experiments.ts';
import { type DrawFigure, FIGURE, type Report, reportOn, writeReport } from './report.ts';
import { checkSize, IN_FULL } from './size.ts';
import { summarizeRun } from './summarize.ts';

/** A run with its saved searches. */
export interface SavedRun {
  readonly run: PublishedRun;
  readonly sweepId: string | undefined;
  readonly searches: readonly [SearchRecord, ...SearchRecord[]];
}

/** Whether a saved search is the run with these settings. */
type IsRun = (search: SearchRecord, settings: WrittenSettings) => boolean;

/**
 * @throws WorkbenchError `invalid-argument` for a size that there is not, or more replicates than the
 *   experiment has.
 */
function sizeWithin(reproduction: PublishedReproduction, size: ReproductionSize): ReproductionSize {
  const { replicates = 1 } = checkSize(size);
  const most = ownReplicates(reproduction);
  if (replicates <= most) return size;
  throw new WorkbenchError(
    'invalid-argument',
    `${replicates} replicates are more than ${reproduction.name} has: it has ${most}`,
    'Run it with its own number, and add replicates to its searches with: ticket extend',
  );
}

export class Reproductions {
  readonly #store: Store;
  readonly #planner: Pick<Planner, 'create' | 'createSweep'>;
  readonly #estimates: CostEstimates;
  readonly #draw: DrawFigure;

  constructor(
    store: Store,
    planner: Pick<Planner, 'create' | 'createSweep'>,
    estimates: CostEstimates,
    exports: Pick<SearchExports, 'chartBytes'>,
  ) {
    this.#store = store;
    this.#planner = planner;
    this.#estimates = estimates;
    this.#draw = (chart) => exports.chartBytes(chart, FIGURE);
  }

  /** Every reproduction: its cost here, its saved searches and its claims so far. */
  async list(size: ReproductionSize, workers?: number): Promise<ReproductionOverview[]> {
    checkSize(size);
    const overviews: ReproductionOverview[] = [];
    for (const file of reproducibleFiles()) {
      overviews.push(await this.#overview(file, size, workers));
    }
    return overviews;
  }

  /** @throws WorkbenchError `not-found`, or `invalid-argument` for more replicates than it has. */
  async get(name: string, size: ReproductionSize, workers?: number): Promise<ReproductionOverview> {
    const file = reproducible(name);
    return this.#overview(file, sizeWithin(file.reproduction, size), workers);
  }

  /**
   * The searches of every run: those that are saved, and new ones for runs that have none.
   *
   * @throws WorkbenchError as `get` or `Planner.create`.
   */
  async ensureSaved(name: string, size: ReproductionSize): Promise<SavedRun[]> {
    const { reproduction } = reproducible(name);
    sizeWithin(reproduction, size);
    const saved: SavedRun[] = [];
    for (const run of reproduction.runs) {
      saved.push(this.#find(run, size) ?? (await this.#create(reproduction, run, size)));
    }
    return saved;
  }

  /** What has been measured so far. */
  summary(name: string, size: ReproductionSize): ReproductionSummary {
    const { reproduction } = reproducible(name);
    const { scale, replicates } = reduced(reproduction, size);
    const runs = reproduction.runs.flatMap((run) => {
      const saved = this.#find(run, size);
      return saved ? [summarizeRun(this.#store, run, saved.searches)] : [];
    });
    return {
      format: 'ticket-workbench/reproduction',
      version: 2,
      name,
      scale,
      ...(replicates === undefined ? {} : { replicates }),
      runs,
    };
  }

  /** What the missing trainings need TensorFlow for. */
  async tensorflowNeeds(name: string, size: ReproductionSize): Promise<TensorFlowNeeds> {
    const plans = await plansOf(reproducible(name).reproduction, size);
    const needs = plans.map((plan) => tensorflowNeeds(plan));
    return {
      reasons: needs.flatMap(({ reasons }) => reasons),
      canBeSparse: needs.every(({ canBeSparse }) => canBeSparse),
    };
  }

  /** What has been measured so far, as a report with its figures and its summary. */
  report(name: string, size: ReproductionSize): Promise<Report> {
    return reportOn(this.summary(name, size), this.#draw);
  }

  /**
   * Writes what has been measured so far into a folder.
   *
   * @throws WorkbenchError as the function `writeReport`.
   */
  writeReport(
    folder: string,
    name: string,
    size: ReproductionSize,
  ): Promise<readonly JudgedClaim[]> {
    return writeReport(folder, this.summary(name, size), this.#draw);
  }

  /**
   * Trains a few steps of each run to estimate what is not known.
   *
   * @throws WorkbenchError as `get` or `Planner.create`.
   */
  async calibrate(
    name: string,
    size: ReproductionSize,
    workers?: number,
  ): Promise<ReproductionOverview> {
    const { reproduction } = reproducible(name);
    const plans = await plansOf(reproduction, sizeWithin(reproduction, size));
    await this.#estimates.calibrateTogether(plans, workers);
    return this.get(name, size, workers);
  }

  async #overview(
    file: ReproducibleFile,
    size: ReproductionSize,
    workers: number | undefined,
  ): Promise<ReproductionOverview> {
    const { title, papers, reproduction } = file;
    const { name, description } = reproduction;
    const full = reproduction.runs.map((run) => settingsOfRun(run, IN_FULL));
    const scaledTo = describeReduction(reproduction, size);
    const runs = reproduction.runs.map((run) => this.#runOverview(run, size));
    const claims = judgedClaims(file, this.summary(name, size));
    const common = {
      name,
      title,
      description,
      papers: Object.values(papers).map(
        ({ authors, year, title: paper, arxiv }) => `${authors} ${year}, ${paper}, arXiv ${arxiv}`,
      ),
      ...reduced(reproduction, size),
      ...(scaledTo === undefined ? {} : { scaledTo }),
      datasets: [...new Set(full.map(({ dataset }) => dataset.id))],
      runs,
      claims,
    };
    try {
      const plans = await plansOf(reproduction, size);
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

  #runOverview(run: PublishedRun, size: ReproductionSize): ReproductionRun {
    const saved = this.#find(run, size);
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

  /**
   * The saved searches with the settings of the run, whatever they are called, also if they were extended. Fewer
   * replicates than the experiment has are searches of their own.
   */
  #find(run: PublishedRun, size: ReproductionSize): SavedRun | undefined {
    const wanted = settingsOfRun(run, size);
    const { count } = settingsOfRun(run, { scale: size.scale }).replicates;
    const mayHaveMore = wanted.replicates.count === count;
    const isIt: IsRun = ({ written }, settings) =>
      (mayHaveMore || written.replicates.count === settings.replicates.count) &&
      covers(written, settings);
    return run.sweep
      ? this.#findSweep(run, run.sweep, wanted, isIt)
      : this.#findSearch(run, wanted, isIt);
  }

  #findSearch(run: PublishedRun, wanted: WrittenSettings, isIt: IsRun): SavedRun | undefined {
    const [furthest] = this.#store.searches
      .list()
      .filter((search) => isIt(search, wanted))
      .toSorted((one, other) => other.trainingsDone - one.trainingsDone);
    return furthest && { run, sweepId: undefined, searches: [furthest] };
  }

  #findSweep(
    run: PublishedRun,
    sweep: NonNullable<PublishedRun['sweep']>,
    settings: WrittenSettings,
    isIt: IsRun,
  ): SavedRun | undefined {
    const wanted = gridOf(axesOf(sweep)).map((values) =>
      parseSettings(
        registries,
        values.reduce<object>((tree, { path, value }) => withSetting(tree, path, value), settings),
      ),
    );
    for (const { id } of this.#store.sweeps.summaries()) {
      const members = this.#store.sweeps.members(id);
      if (members.length !== wanted.length) continue;
      const searches = members.map(({ searchId }) => this.#store.searches.get(searchId));
      const [first, ...rest] = searches;
      if (first && searches.every((search, index) => isIt(search, wanted[index]!))) {
        return { run, sweepId: id, searches: [first, ...rest] };
      }
    }
    return undefined;
  }

  async #create(
    reproduction: PublishedReproduction,
    run: PublishedRun,
    size: ReproductionSize,
  ): Promise<SavedRun> {
    const settings = settingsOfRun(run, size);
    const scaledTo = describeReduction(reproduction, size);
    const scaled = scaledTo === undefined ? '' : ` (scaled: ${scaledTo})`;
    const title = `Reproduce ${reproduction.name}: ${run.label}${scaled}`;
    if (!run.sweep) {
      const search = await this.#planner.create(settings, title);
      return { run, sweepId: undefined, searches: [search] };
    }
    const { id } = await this.#planner.createSweep(settings, run.sweep, title);
    const found = this.#find(run, size);
    if (!found) throw new Error(`the sweep ${id} was saved with other settings than its run`);
    return found;
  }
}

/** The size without a number of replicates that takes none away. */
function reduced(reproduction: PublishedReproduction, size: ReproductionSize): ReproductionSize {
  const { scale, replicates = Infinity } = size;
  return replicates < ownReplicates(reproduction) ? { scale, replicates } : { scale };
}

async function plansOf(
  { runs }: PublishedReproduction,
  size: ReproductionSize,
): Promise<SearchPlan[]> {
  const plans: SearchPlan[] = [];
  for (const run of runs) {
    const settings = settingsOfRun(run, size);
    if (run.sweep) {
      const { points } = await planSweep(settings, run.sweep);
      for (const point of points) plans.push(point);
    } else {
      plans.push(await planSearch(settings));
    }
  }
  return plans;
}
