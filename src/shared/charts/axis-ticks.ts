/** A logarithmic axis has room for about this many labels. */
const TICKS = 12;

/** Those of the values, falling, that are far enough apart on a logarithmic axis to be readable. */
export function apart(values: Iterable<number>): number[] {
  const falling = [...new Set(values)]
    .filter((value) => value > 0)
    .sort((one, other) => other - one);
  const [most] = falling;
  const least = falling.at(-1);
  if (most === undefined || least === undefined) return [];
  const gap = Math.log(most / least) / TICKS;
  return falling.reduce<number[]>((taken, value) => {
    const previous = taken.at(-1);
    const isApart = previous === undefined || Math.log(previous / value) >= gap;
    return isApart ? [...taken, value] : taken;
  }, []);
}

/** How wide a letter is, in heights of the font, and the gap that tells two labels apart. */
const LETTER = 0.6;
const GAP = 0.8;

/** A logarithmic axis along x, in pixels. */
interface DrawnAxis {
  readonly min: number;
  readonly max: number;
  readonly length: number;
  readonly fontSize: number;
}

/** Those of the ticks whose labels don't run into each other, from the first one on. */
export function withRoom(
  ticks: readonly number[],
  labelOf: (tick: number) => string,
  { min, max, length, fontSize }: DrawnAxis,
): number[] {
  if (!(max > min)) return [...ticks];
  const middleOf = (tick: number) => (Math.log(tick / min) / Math.log(max / min)) * length;
  const halfOf = (tick: number) => (labelOf(tick).length * LETTER * fontSize) / 2;
  return ticks.reduce<number[]>((taken, tick) => {
    const previous = taken.at(-1);
    if (previous === undefined) return [tick];
    const needed = halfOf(previous) + halfOf(tick) + GAP * fontSize;
    return Math.abs(middleOf(tick) - middleOf(previous)) >= needed ? [...taken, tick] : taken;
  }, []);
}
