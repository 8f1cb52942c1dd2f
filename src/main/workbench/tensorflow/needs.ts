/** What of a search needs TensorFlow: the sparse engine trains, evaluates and prunes without it. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { TensorFlowNeeds } from '../../../shared/contract/records/planning.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import { AUTOMATIC_ENGINE, type EngineId, MEASURED_ENGINE } from '../../../shared/domain/engine.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { describeTraining } from '../../../shared/domain/training.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import { analyses } from '../../engine/analyses/index.ts';
import { strategies } from '../../engine/pruning/index.ts';
import { denseOnlyOptimizer } from '../../engine/training/optimizer-engines.ts';
import type { Store } from '../../store/store.ts';
import { subjectOf } from '../analyses/analysis-plan.ts';
import { plannedEngine } from '../running/engine-choice.ts';

/** The work that a search has left. */
export interface WorkLeft {
  /** The levels with trainings. Default: all. */
  readonly levels?: readonly number[] | undefined;
  /** Default: those of the settings. */
  readonly analyses?: readonly Choice[] | undefined;
  /** The engines that were chosen at the first start. */
  readonly chosen?: ReadonlyMap<number, EngineId> | undefined;
}

export function tensorflowNeeds(subject: AnalysisSubject, left: WorkLeft = {}): TensorFlowNeeds {
  const others = [...strategyReason(subject, left), ...analysisReasons(subject, left)];
  return {
    reasons: [...levelReasons(subject, left), ...others],
    canBeSparse:
      others.length === 0 &&
      denseOnlyOptimizer(subject.settings) === undefined &&
      // Engines of single levels come before that of all.
      subject.settings.training.engines?.includes('dense') !== true,
  };
}

/** What the rest of a saved search needs TensorFlow for. */
export function tensorflowNeedsLeft(store: Store, search: SearchRecord): TensorFlowNeeds {
  const { id, settings, status } = search;
  const requested = store.analyses
    .list(id)
    .filter(({ isWanted, unitsDone, unitsTotal }) => isWanted && unitsDone < unitsTotal)
    .map(({ choice }) => choice);
  const isFinished = status === 'finished';
  return tensorflowNeeds(subjectOf(settings, store.searches.layout(id)), {
    levels: isFinished ? [] : levelsLeft(store, search),
    analyses: isFinished ? requested : [...(settings.analyses ?? []), ...requested],
    chosen: store.engines.ofSearch(id),
  });
}

function levelsLeft(store: Store, { id, settings }: SearchRecord): number[] {
  const done = new Set(store.trainings.keys(id).map(describeTraining));
  const missing = plannedTrainings(settings).filter((key) => !done.has(describeTraining(key)));
  return [...new Set(missing.map(({ level }) => level))];
}

function levelReasons(subject: AnalysisSubject, left: WorkLeft): string[] {
  const { settings, targets } = subject;
  const levels = left.levels ?? Array.from({ length: targets.length + 1 }, (_, level) => level);
  const engineOf = (level: number) => left.chosen?.get(level) ?? plannedEngine(subject, level);
  const dense = levels.filter((level) => engineOf(level) === 'dense');
  const measured = levels.filter((level) => engineOf(level) === undefined);
  const { engine } = settings.training;
  const reasons: string[] = [];
  if (dense.length > 0) {
    const why = engine === AUTOMATIC_ENGINE ? ', which is faster there' : '';
    reasons.push(`${describeLevels(dense)} on the dense engine${why}`);
  }
  if (measured.length > 0) {
    reasons.push(`training.engine is ${MEASURED_ENGINE}, which measures both engines`);
  }
  return reasons;
}

/** Weights are scored for every level that follows another. */
function strategyReason({ settings }: AnalysisSubject, { levels }: WorkLeft): string[] {
  const { strategy } = settings.pruning;
  const prunes = levels === undefined || levels.length > 0;
  const usesIt = strategies.get(strategy.id).create(strategy).usesSensitivity === true;
  return prunes && usesIt ? [`the pruning strategy ${strategy.id} computes gradients with it`] : [];
}

function analysisReasons({ settings }: AnalysisSubject, left: WorkLeft): string[] {
  return (left.analyses ?? settings.analyses ?? [])
    .filter(({ id }, index, all) => all.findIndex((each) => each.id === id) === index)
    .filter(({ id }) => analyses.get(id).measures)
    .map(({ id }) => `the analysis ${id} measures networks with it`);
}

/** `levels 0 to 3 and 5 train` */
function describeLevels(levels: readonly number[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const level of levels.toSorted((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last?.to === level - 1) last.to = level;
    else runs.push({ from: level, to: level });
  }
  const texts = runs.map(({ from, to }) => (from === to ? String(from) : `${from} to ${to}`));
  const list = new Intl.ListFormat('en').format(texts);
  return levels.length === 1 ? `level ${list} trains` : `levels ${list} train`;
}

/** The failure of a search that can't run without TensorFlow. */
export function tensorflowMissing({ reasons, canBeSparse }: TensorFlowNeeds): WorkbenchError {
  const sparse = canBeSparse
    ? ' Or train on the sparse engine, which does without it: training.engine=sparse.'
    : '';
  return new WorkbenchError(
    'provisioning-failed',
    `TensorFlow is not set up, and this search needs it: ${reasons.join('; ')}`,
    `Set it up in the window, or with "ticket tensorflow --download".${sparse}`,
  );
}
