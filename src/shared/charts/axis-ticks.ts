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
