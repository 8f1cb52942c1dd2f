/** What a sweep's page shows: a metric of a branch at a level, of the searches that are not brushed away. */
import type { CallInput } from '../../../shared/contract/calls.ts';
import { isPlainObject, type Json, type JsonObject } from '../../../shared/contract/json.ts';
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import type { SweepDetail, SweepTable } from '../../../shared/contract/records/sweeps.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import {
  type Brush,
  type Brushes,
  parallelPlot,
  type ParallelPlot,
  remainingLines,
} from '../../../shared/sweep/parallel.ts';
import {
  defaultChoice,
  fittingChoice,
  type SweepChoice,
} from '../../../shared/sweep/sweep-choice.ts';
import { sortedLines, type SweepSort, tableLines } from '../../../shared/sweep/sweep-columns.ts';
import {
  branchesOf,
  SWEEP_METRIC_IDS,
  type SweepMetric,
  type SweepQuestion,
  type SweepResult,
  sweepResults,
} from '../../../shared/sweep/sweep-metrics.ts';
import {
  LAST_TICKET,
  type SweepTarget,
  targetLevel,
  ticketLevels,
} from '../../../shared/sweep/sweep-target.ts';
import { type SweptAxis, sweptAxes } from '../../../shared/sweep/swept-axes.ts';
import type { PreferenceStore } from '../../state/preferences.svelte.ts';
import { MOST_COMPARED } from '../../state/route.ts';

export interface LoadedSweep {
  readonly detail: SweepDetail;
  readonly table: SweepTable;
  readonly series: readonly SearchSeries[];
}

type SweepAsked = Pick<CallInput<'sweep.export'>, 'metric' | 'branch' | 'level' | 'density'>;

/** With fewer settings, the other charts show all there is. */
const FEWEST_PARALLEL_AXES = 3;

export class SweepPage {
  readonly id: string;
  #preferences: PreferenceStore;
  #loaded: () => LoadedSweep | undefined;
  #metric = $state<SweepMetric>('accuracy');
  #target = $state.raw<SweepTarget>(LAST_TICKET);
  #branch = $state<string>(TICKET_BRANCH);
  /** Undefined: as it is by default. */
  #choice = $state.raw<SweepChoice>();
  #brushes = $state.raw<Brushes>({});
  #sort = $state.raw<SweepSort>();
  #ticked = $state.raw<ReadonlySet<string>>(new Set());
  /** The search that is pointed at, in the table or in the parallel coordinates. */
  pointed = $state<string>();

  readonly axes: readonly SweptAxis[] = $derived.by(() =>
    sweptAxes(this.#loaded()?.detail.axes ?? []),
  );
  readonly results: readonly SweepResult[] = $derived.by(() => {
    const loaded = this.#loaded();
    return loaded ? sweepResults(loaded.table, loaded.series) : [];
  });
  readonly branches = $derived(branchesOf(this.results));
  readonly question: SweepQuestion = $derived({
    metric: this.#metric,
    target: this.#target,
    branch: this.branches.includes(this.#branch) ? this.#branch : TICKET_BRANCH,
  });
  readonly choice = $derived(fittingChoice(this.axes, this.#choice ?? defaultChoice(this.axes)));
  /** The levels that any of the searches has trained. */
  readonly levels: readonly number[] = $derived(
    [
      ...new Set(
        this.results.flatMap(({ series }) => ticketLevels(series).map(({ level }) => level)),
      ),
    ].toSorted((one, other) => one - other),
  );
  readonly plot: ParallelPlot | undefined = $derived(
    this.axes.length >= FEWEST_PARALLEL_AXES
      ? parallelPlot(this.axes, this.results, this.question)
      : undefined,
  );
  readonly brushes: Brushes = $derived(this.plot ? this.#brushes : {});
  readonly isBrushed = $derived(Object.keys(this.brushes).length > 0);
  readonly #remaining: ReadonlySet<string> = $derived(
    new Set(remainingLines(this.plot?.lines ?? [], this.brushes).map(({ searchId }) => searchId)),
  );
  /** The searches that remain after brushing. */
  readonly shown: readonly SweepResult[] = $derived(
    this.isBrushed
      ? this.results.filter(({ searchId }) => this.#remaining.has(searchId))
      : this.results,
  );
  readonly shownIds: ReadonlySet<string> = $derived(
    new Set(this.shown.map(({ searchId }) => searchId)),
  );
  readonly targetLevels = $derived(
    this.shown.flatMap(({ series }) => targetLevel(series, this.#target) ?? []),
  );
  readonly lines = $derived(
    sortedLines(tableLines(this.shown, this.question), this.axes, this.#sort),
  );
  /** Those of the ticked searches that are shown, in the order of the table. */
  readonly ticked: readonly string[] = $derived(
    this.lines.map(({ result }) => result.searchId).filter((id) => this.#ticked.has(id)),
  );
  /** What Compare compares: the ticked searches, or else the first of the table. */
  readonly compared: readonly string[] = $derived(
    (this.ticked.length > 0 ? this.ticked : this.lines.map(({ result }) => result.searchId)).slice(
      0,
      MOST_COMPARED,
    ),
  );

  constructor(preferences: PreferenceStore, id: string, loaded: () => LoadedSweep | undefined) {
    this.#preferences = preferences;
    this.id = id;
    this.#loaded = loaded;
    this.#restore(preferences.get('sweepPage'));
  }

  /** Whether a search is one of the sweep, as far as is known: until it is loaded, each may be. */
  mayHave(searchId: string): boolean {
    return this.#loaded()?.detail.points.some((point) => point.searchId === searchId) ?? true;
  }

  get metric(): SweepMetric {
    return this.#metric;
  }

  get target(): SweepTarget {
    return this.#target;
  }

  /** What files are about, as calls take it. */
  get asked(): SweepAsked {
    const { metric, branch, target } = this.question;
    return {
      metric,
      branch,
      ...(target.kind === 'level' && { level: target.level }),
      ...(target.kind === 'density' && { density: target.density }),
    };
  }

  get sort(): SweepSort | undefined {
    return this.#sort;
  }

  /** The places of a metric are those of another one no longer. */
  ask(change: Partial<SweepQuestion>): void {
    this.#metric = change.metric ?? this.#metric;
    this.#target = change.target ?? this.#target;
    this.#branch = change.branch ?? this.#branch;
    const { [this.axes.length]: _ofMetric, ...ofSettings } = this.#brushes;
    this.#brushes = ofSettings;
    this.#keep();
  }

  layOut(change: Partial<SweepChoice>): void {
    this.#choice = { ...this.choice, ...change };
    this.#keep();
  }

  /** @param brush undefined: the whole axis. */
  brush(axis: number, brush: Brush | undefined): void {
    const { [axis]: _before, ...others } = this.#brushes;
    this.#brushes = brush ? { ...others, [axis]: brush } : others;
    this.#keep();
  }

  clearBrushes(): void {
    this.#brushes = {};
    this.#keep();
  }

  /** Rising first, then falling, then as the sweep was written. */
  sortBy(column: string): void {
    if (this.#sort?.column !== column) this.#sort = { column, isDescending: false };
    else this.#sort = this.#sort.isDescending ? undefined : { column, isDescending: true };
    this.#keep();
  }

  tick(searchId: string, isTicked: boolean): void {
    const ticked = new Set(this.#ticked);
    if (isTicked) ticked.add(searchId);
    else ticked.delete(searchId);
    this.#ticked = ticked;
  }

  #keep(): void {
    const choice = this.#choice;
    this.#preferences.set('sweepPage', {
      metric: this.#metric,
      target: { ...this.#target },
      sort: this.#sort ? { ...this.#sort } : null,
      sweep: this.id,
      branch: this.#branch,
      choice: choice ? { x: choice.x, by: choice.by ?? null, held: { ...choice.held } } : null,
      brushes: Object.fromEntries(
        Object.entries(this.#brushes).map(([axis, { from, to }]) => [axis, { from, to }]),
      ),
    });
  }

  /** It may come from another version. What is about the settings belongs to one sweep. */
  #restore({ metric, target, sort, sweep, branch, choice, brushes }: JsonObject): void {
    this.#metric = SWEEP_METRIC_IDS.find((id) => id === metric) ?? this.#metric;
    this.#target = targetFrom(target);
    this.#sort = sortFrom(sort);
    if (sweep !== this.id) return;
    if (typeof branch === 'string') this.#branch = branch;
    this.#choice = choiceFrom(choice);
    this.#brushes = brushesFrom(brushes);
  }
}

function targetFrom(kept: Json | undefined): SweepTarget {
  if (!isPlainObject(kept)) return LAST_TICKET;
  const { kind, level, density } = kept;
  if (kind === 'level' && typeof level === 'number') return { kind, level };
  const isDensity = typeof density === 'number' && density > 0 && density <= 1;
  return kind === 'density' && isDensity ? { kind, density } : LAST_TICKET;
}

function sortFrom(kept: Json | undefined): SweepSort | undefined {
  if (!isPlainObject(kept)) return undefined;
  const { column, isDescending } = kept;
  return typeof column === 'string' ? { column, isDescending: isDescending === true } : undefined;
}

function choiceFrom(kept: Json | undefined): SweepChoice | undefined {
  if (!isPlainObject(kept) || typeof kept['x'] !== 'number') return undefined;
  const { x, by, held } = kept;
  return { x, by: typeof by === 'number' ? by : undefined, held: numbersIn(held) };
}

function numbersIn(kept: unknown): Readonly<Record<number, number>> {
  if (!isPlainObject(kept)) return {};
  return Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function brushesFrom(kept: Json | undefined): Brushes {
  if (!isPlainObject(kept)) return {};
  return Object.fromEntries(
    Object.entries(kept).flatMap(([axis, brush]) => {
      if (!isPlainObject(brush)) return [];
      const { from, to } = brush;
      return typeof from === 'number' && typeof to === 'number' ? [[axis, { from, to }]] : [];
    }),
  );
}
