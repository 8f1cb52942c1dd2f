import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import {
  AUTOMATIC_ENGINE,
  type EngineId,
  fastestEngine,
  type StepTimes,
} from '../../shared/domain/engine.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { KeepTarget } from '../engine/pruning/strategy.ts';
import { WORKBENCH_VERSION } from './environment.ts';

export interface EngineChoice {
  readonly settings: Settings;
  readonly layout: ParameterLayout;
  /** What levels 1, 2, … keep. */
  readonly targets: readonly KeepTarget[];
  /** What was chosen when the search was first started. */
  readonly chosen: ReadonlyMap<number, EngineId>;
  /** What was measured on this machine before. */
  recall(key: string): StepTimes | undefined;
  remember(key: string, times: StepTimes): void;
  measure(keptCounts: readonly number[]): Promise<StepTimes>;
}

/**
 * The engine of every level: as the settings say, as it was chosen before, or the faster one by a
 * short measurement at the level's density. Engines differ in rounding, so the choice belongs to the
 * search: a resumed one goes on with it, on any machine.
 */
export async function chooseEngines(choice: EngineChoice): Promise<Map<number, EngineId>> {
  const { settings, layout, targets, chosen } = choice;
  const { engine } = settings.training;
  const engines = new Map<number, EngineId>();
  for (let level = 0; level <= targets.length; level += 1) {
    const fixed = chosen.get(level) ?? (engine === AUTOMATIC_ENGINE ? undefined : engine);
    if (fixed !== undefined) {
      engines.set(level, fixed);
      continue;
    }
    const kept = keptCounts(layout, targets[level - 1]);
    const key = calibrationKey(settings, layout, kept);
    const known = choice.recall(key);
    const times = known ?? (await choice.measure(kept));
    if (!known) choice.remember(key, times);
    engines.set(level, fastestEngine(times));
  }
  return engines;
}

/** A global target's weights are taken to lie evenly over the tensors. */
function keptCounts(layout: ParameterLayout, target: KeepTarget | undefined): number[] {
  if (target === undefined) return layout.prunable.map(({ size }) => size);
  if (target.scope === 'layer') return [...target.counts];
  const density = target.count / layout.prunableCount;
  return layout.prunable.map(({ size }) => Math.max(1, Math.round(size * density)));
}

function calibrationKey(
  { architecture, training }: Settings,
  layout: ParameterLayout,
  kept: readonly number[],
): string {
  const facts = {
    workbench: WORKBENCH_VERSION,
    cpu: cpus()[0]?.model ?? 'unknown',
    architecture,
    shapes: layout.parameters.map(({ shape }) => shape),
    optimizer: training.optimizer.id,
    batchSize: training.batchSize,
    kept,
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
