/** The speed of an engine at any density, from a few densities at which it is known. */
import type { DensitySpeed, EngineId, EngineSpeed } from '../../../shared/domain/engine.ts';

/** Densities that differ by less count as one. */
const SAME_DENSITY = 1e-3;

/** However steeply the time falls with the density, a constant part of it stays. */
const LEAST_OF_KNOWN = 0.4;

/**
 * The time of a step relative to the dense engine's, where nothing is known about an engine: about the
 * figures of LeNet-300-100 and of convolutions in docs/performance.md.
 */
function assumedTime(engine: EngineId, density: number): number {
  return engine === 'dense' ? 1 : 0.1 + 1.35 * density;
}

export class SpeedModel {
  /** By engine; each list by density, ascending. */
  readonly #known = new Map<EngineId, readonly DensitySpeed[]>();
  readonly #batchSize: number;

  /**
   * @param speeds of one density count as their median.
   * @param batchSize tells how long an evaluation takes if nothing at all is known.
   */
  constructor(speeds: readonly DensitySpeed[], batchSize: number) {
    this.#batchSize = batchSize;
    for (const engine of new Set(speeds.map((speed) => speed.engine))) {
      this.#known.set(engine, medians(speeds.filter((speed) => speed.engine === engine)));
    }
  }

  /** Whether times are in milliseconds. Otherwise only their ratios mean something. */
  get isMeasured(): boolean {
    return this.#known.size > 0;
  }

  at(engine: EngineId, density: number): EngineSpeed {
    const own = this.#known.get(engine);
    if (own) return interpolated(own, engine, density);
    const other = [...this.#known.keys()][0];
    const factor = assumedTime(engine, density);
    if (other === undefined) {
      // The forward pass is about a third of a step.
      return scaled(
        { millisecondsPerIteration: 1, millisecondsPerExample: 1 / this.#batchSize / 3 },
        factor,
      );
    }
    return scaled(this.at(other, density), factor / assumedTime(other, density));
  }
}

/**
 * Speeds of finished trainings, and measured ones at densities where there are none of these: they come
 * from shorter runs.
 */
export function joinSpeeds(
  trained: readonly DensitySpeed[],
  measured: readonly DensitySpeed[],
): DensitySpeed[] {
  const isTrained = ({ engine, density }: DensitySpeed): boolean =>
    trained.some((each) => each.engine === engine && isSame(each.density, density));
  return [...trained, ...measured.filter((speed) => !isTrained(speed))];
}

function isSame(one: number, other: number): boolean {
  return Math.abs(one - other) < SAME_DENSITY;
}

/** One speed for each density, ascending. */
function medians(speeds: readonly DensitySpeed[]): DensitySpeed[] {
  const groups: DensitySpeed[][] = [];
  for (const speed of speeds.toSorted((one, other) => one.density - other.density)) {
    const group = groups.at(-1);
    if (group?.[0] && isSame(group[0].density, speed.density)) group.push(speed);
    else groups.push([speed]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    return {
      ...first,
      millisecondsPerIteration: median(group.map((each) => each.millisecondsPerIteration)),
      millisecondsPerExample: median(group.map((each) => each.millisecondsPerExample)),
    };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/**
 * On the line through the two nearest known densities: a step on the sparse engine costs a constant and
 * what the survivors cost. The dense engine's cost does not depend on the density, so beyond its known
 * densities it stays as at the last one.
 */
function interpolated(
  known: readonly DensitySpeed[],
  engine: EngineId,
  density: number,
): EngineSpeed {
  const above = known.findIndex((each) => each.density >= density);
  const upper = above < 0 ? known.length - 1 : Math.max(above, 1);
  const [low, high] = [known[upper - 1], known[upper]];
  if (!low || !high) {
    const [only] = known;
    if (!only) throw new Error('there is no speed to estimate from');
    if (engine === 'dense') return scaled(only, 1);
    return scaled(only, assumedTime(engine, density) / assumedTime(engine, only.density));
  }
  const place = (density - low.density) / (high.density - low.density);
  const weight = engine === 'dense' ? Math.min(1, Math.max(0, place)) : place;
  const between = (one: number, other: number): number =>
    Math.max(one + weight * (other - one), LEAST_OF_KNOWN * Math.min(one, other));
  return {
    millisecondsPerIteration: between(low.millisecondsPerIteration, high.millisecondsPerIteration),
    millisecondsPerExample: between(low.millisecondsPerExample, high.millisecondsPerExample),
  };
}

function scaled(
  { millisecondsPerIteration, millisecondsPerExample }: EngineSpeed,
  factor: number,
): EngineSpeed {
  return {
    millisecondsPerIteration: millisecondsPerIteration * factor,
    millisecondsPerExample: millisecondsPerExample * factor,
  };
}
