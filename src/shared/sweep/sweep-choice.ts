/** How the swept settings are laid out in the charts of a sweep. */
import type { SweepResult } from './sweep-metrics.ts';
import { indexOfValue, type SweptAxis } from './swept-axes.ts';

export interface SweepChoice {
  /** The index of the axis along x. */
  readonly x: number;
  /** The index of the axis with a line for each value; undefined: a line for each branch. */
  readonly by: number | undefined;
  /** The index of the value at which an axis is held, by axis. Default: the first. */
  readonly held: Readonly<Record<number, number>>;
}

/** Along x is the first axis of numbers; with two settings or more the next one has the lines. */
export function defaultChoice(axes: readonly SweptAxis[]): SweepChoice {
  const ofNumbers = axes.findIndex(({ scale }) => scale !== 'category');
  const x = Math.max(0, ofNumbers);
  return { x, by: otherAxis(axes, x), held: {} };
}

/** The choice as far as it fits the axes. */
export function fittingChoice(axes: readonly SweptAxis[], choice: SweepChoice): SweepChoice {
  const x = axes[choice.x] ? choice.x : 0;
  const isFitting = choice.by === undefined || (axes[choice.by] !== undefined && choice.by !== x);
  return { ...choice, x, by: isFitting ? choice.by : otherAxis(axes, x) };
}

/** The rows of a heat map: the axis with the lines, or else the first that is not along x. */
export function rowAxis(axes: readonly SweptAxis[], { x, by }: SweepChoice): number | undefined {
  return by ?? otherAxis(axes, x);
}

function otherAxis(axes: readonly SweptAxis[], x: number): number | undefined {
  const other = axes.findIndex((_, index) => index !== x);
  return other === -1 ? undefined : other;
}

/** The indices of axes that are held while these are shown. */
export function heldAxes(
  axes: readonly SweptAxis[],
  shown: readonly (number | undefined)[],
): number[] {
  return [...axes.keys()].filter((index) => !shown.includes(index));
}

/** The searches with the chosen value of every axis that is held. */
export function heldResults(
  axes: readonly SweptAxis[],
  results: readonly SweepResult[],
  { held }: SweepChoice,
  shown: readonly (number | undefined)[],
): SweepResult[] {
  const fixed = heldAxes(axes, shown);
  return results.filter(({ values }) =>
    fixed.every((index) => indexOfValue(axes[index]!, values[index]) === (held[index] ?? 0)),
  );
}

/** `; optimizer = sgd, batchSize = 60`; empty if nothing is held. */
export function describeHeld(
  axes: readonly SweptAxis[],
  { held }: SweepChoice,
  shown: readonly (number | undefined)[],
): string {
  const texts = heldAxes(axes, shown).map((index) => {
    const { name, texts: values } = axes[index]!;
    return `${name} = ${values[held[index] ?? 0] ?? ''}`;
  });
  return texts.length === 0 ? '' : `; ${texts.join(', ')}`;
}
