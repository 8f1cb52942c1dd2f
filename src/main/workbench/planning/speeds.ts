/** How fast engines train and evaluate a search here: from similar trainings, or measured. */
import { createHash } from 'node:crypto';
import {
  type DensitySpeed,
  type EngineId,
  fastestEngine,
  type EngineSpeed,
} from '../../../shared/domain/engine.ts';
import type { EvaluatedExamples, Settings } from '../../../shared/domain/settings.ts';
import { smallest } from '../../../shared/extremes.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import { isNativeOff } from '../../engine/sparse/native-build.ts';
import { enginesFor } from '../../engine/training/optimizer-engines.ts';
import type { SpeedQuery } from '../../engine/protocol.ts';
import type { PaceRecord, Store } from '../../store/store.ts';
import { cpuName, WORKBENCH_VERSION } from '../environment.ts';
import { keptCounts, plannedEngine } from '../running/engine-choice.ts';
import { densitiesOf } from './planned-densities.ts';
import { joinSpeeds, SpeedModel } from './speed-model.ts';
import { countEvaluated, TrainingCosts } from './training-costs.ts';

/** The most levels of the sparse engine that are measured; the time is about linear between them. */
const MEASURED_LEVELS = 5;

/** The fastest of these counts: other programs make times longer for moments, and never shorter. */
const ROUNDS = 2;

export interface CostedSearch extends AnalysisSubject {
  readonly evaluated: EvaluatedExamples;
}

export interface KnownSpeeds {
  readonly speeds: readonly DensitySpeed[];
  /** `history`: of trainings; `calibration`: measured in a short run. */
  readonly basis: 'history' | 'calibration';
}

/** @returns undefined if nothing is known about similar trainings on this machine. */
export function findSpeeds(store: Store, search: CostedSearch): KnownSpeeds | undefined {
  const { settings, evaluated } = search;
  const trained = store.trainings
    .paces(settings, cpuName())
    .map((pace) => speedOfTraining(pace, evaluated));
  const measured = store.calibrations.findSpeeds(calibrationKey(settings)) ?? [];
  if (trained.length > 0) return { speeds: joinSpeeds(trained, measured), basis: 'history' };
  return measured.length > 0 ? { speeds: measured, basis: 'calibration' } : undefined;
}

function speedOfTraining(pace: PaceRecord, evaluated: EvaluatedExamples): DensitySpeed {
  const { engine, density, millisecondsPerIteration, evaluations, evaluationMilliseconds } = pace;
  return {
    engine,
    density,
    millisecondsPerIteration,
    millisecondsPerExample: evaluationMilliseconds / countEvaluated(evaluations, evaluated),
  };
}

/**
 * Measures a few densities and saves what comes out.
 *
 * @param workers that measure at the same time, as the trainings of a search run at the same time.
 */
export async function measureSpeeds(
  store: Store,
  search: CostedSearch,
  workers: number,
  measure: (query: SpeedQuery) => Promise<EngineSpeed>,
): Promise<KnownSpeeds> {
  const { layout, targets } = search;
  const densities = densitiesOf(layout, targets);
  const points = pointsToMeasure(search);
  const rounds: EngineSpeed[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const speeds: EngineSpeed[] = [];
    for (const { level, engine } of points) {
      const query = { engine, keptCounts: keptCounts(layout, targets[level - 1]) };
      const all = await Promise.all(Array.from({ length: workers }, () => measure(query)));
      speeds.push(meanOf(all));
    }
    rounds.push(speeds);
  }
  const speeds = points.map(({ level, engine }, index) => ({
    engine,
    density: densities[level] ?? 1,
    ...fastestOf(rounds.map((round) => round[index]!)),
  }));
  await store.inTurn(() => {
    store.calibrations.saveSpeeds(calibrationKey(search.settings), speeds);
  });
  return { speeds, basis: 'calibration' };
}

function meanOf(speeds: readonly EngineSpeed[]): EngineSpeed {
  const mean = (figure: keyof EngineSpeed): number =>
    speeds.reduce((sum, speed) => sum + speed[figure], 0) / speeds.length;
  return {
    millisecondsPerIteration: mean('millisecondsPerIteration'),
    millisecondsPerExample: mean('millisecondsPerExample'),
  };
}

function fastestOf(speeds: readonly EngineSpeed[]): EngineSpeed {
  return {
    millisecondsPerIteration: smallest(speeds.map((each) => each.millisecondsPerIteration)),
    millisecondsPerExample: smallest(speeds.map((each) => each.millisecondsPerExample)),
  };
}

/** Where an engine trains: its first level, its last one, and on sparse engines some between them. */
export function pointsToMeasure(
  search: AnalysisSubject,
): { readonly level: number; readonly engine: EngineId }[] {
  const levels = new Map<EngineId, number[]>();
  for (let level = 0; level <= search.targets.length; level += 1) {
    for (const engine of enginesAt(search, level)) {
      levels.set(engine, [...(levels.get(engine) ?? []), level]);
    }
  }
  return [...levels].flatMap(([engine, all]) =>
    spread(all, engine === 'dense' ? 2 : MEASURED_LEVELS).map((level) => ({ level, engine })),
  );
}

/** The engines that may train a level. */
function enginesAt(search: AnalysisSubject, level: number): readonly EngineId[] {
  const planned = plannedEngine(search, level);
  return planned === undefined ? measuredEngines(search.settings) : [planned];
}

/** Those between which a measurement at the start of a search chooses. */
function measuredEngines(settings: Settings): readonly EngineId[] {
  return enginesFor(settings).filter((engine) => engine !== 'sparse-relaxed');
}

/** At most so many of them: the first, the last, and some evenly between. */
function spread(levels: readonly number[], most: number): number[] {
  const count = Math.min(most, levels.length);
  const chosen = Array.from(
    { length: count },
    (_, index) => levels[Math.round((index * (levels.length - 1)) / Math.max(1, count - 1))]!,
  );
  return [...new Set(chosen)];
}

/** What each training of a search costs, as far as these speeds tell. */
export function costsOf(
  search: CostedSearch,
  speeds: readonly DensitySpeed[],
  chosen?: (level: number) => EngineId,
): TrainingCosts {
  const { settings, layout, targets, evaluated } = search;
  const densities = densitiesOf(layout, targets);
  const model = new SpeedModel(speeds, settings.training.batchSize);
  const engineOf = (level: number): EngineId => {
    const [first, ...others] = enginesAt(search, level);
    if (first !== undefined && others.length === 0) return first;
    const density = densities[level] ?? 1;
    return fastestEngine({
      dense: model.at('dense', density).millisecondsPerIteration,
      sparse: model.at('sparse', density).millisecondsPerIteration,
    });
  };
  return new TrainingCosts({
    settings,
    densities,
    evaluated,
    speeds: model,
    engineOf: chosen ?? engineOf,
  });
}

/** The cost of a step and of an evaluated example depends only on these and the density. */
function calibrationKey({ dataset, architecture, training }: Settings): string {
  const { optimizer, batchSize, engine, engines } = training;
  const facts = {
    measured: 'speeds',
    workbench: WORKBENCH_VERSION,
    cpu: cpuName(),
    isNative: !isNativeOff(),
    dataset,
    architecture,
    optimizer: optimizer.id,
    batchSize,
    engine,
    engines,
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
