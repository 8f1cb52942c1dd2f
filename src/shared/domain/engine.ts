/**
 * The engines that can train a network. They share the mathematics but differ in speed and
 * rounding.
 */
export const ENGINE_IDS = ['dense', 'sparse', 'sparse-relaxed'] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

/** Runs each level on the engine that a rule names. It is the same on every machine. */
export const AUTOMATIC_ENGINE = 'auto';
/** Runs each level on the engine that is faster in a measurement at the start of the search. */
export const MEASURED_ENGINE = 'measured';
export type EngineSetting = EngineId | typeof AUTOMATIC_ENGINE | typeof MEASURED_ENGINE;

/** Milliseconds of a training step, by engine. */
export type StepTimes = Readonly<Partial<Record<EngineId, number>>>;

/** How fast an engine trains and evaluates. */
export interface EngineSpeed {
  /** The time of a training step, without evaluation. */
  readonly millisecondsPerIteration: number;
  /** The time that one evaluated example takes. */
  readonly millisecondsPerExample: number;
}

/** The speed on a network of this density (fraction of prunable weights kept). */
export interface DensitySpeed extends EngineSpeed {
  readonly engine: EngineId;
  readonly density: number;
}

/**
 * The fastest of the engines that give the same bits on every machine.
 *
 * @throws Error if none of them was measured.
 */
export function fastestEngine(times: StepTimes): EngineId {
  let best: { readonly engine: EngineId; readonly time: number } | undefined;
  for (const engine of ['dense', 'sparse'] as const) {
    const time = times[engine];
    if (time === undefined) continue;
    if (best === undefined || time < best.time) best = { engine, time };
  }
  if (best === undefined) throw new Error('no engine was measured');
  return best.engine;
}
