/**
 * A seeded random number generator, always passed in and never global.
 *
 * `sfc32` (Doty-Humphrey, PractRand) over a state hashed from a key, so every use has its own
 * stream. `rng(1, 'replicate', 0, 'batch-order', 3)` never depends on how many numbers another
 * stream has drawn, in which order, or on which worker.
 */
export interface Rng {
  /** A uniform integer in [0, 2^32). */
  uint32(): number;
  /** A uniform number in [0, 1) with 53 random bits. */
  uniform(): number;
  /**
   * A uniform integer in [0, bound), without modulo bias.
   *
   * @throws RangeError unless `bound` is a whole number from 1 to 2^32.
   */
  below(bound: number): number;
  /** A standard normal draw (Marsaglia's polar method). */
  normal(): number;
}

/** Keys are equal only if they agree part by part; `1` and `'1'` are different parts. */
export type RngKey = readonly (string | number)[];

export function rng(...key: RngKey): Rng {
  let [a, b, c, counter] = hashKey(JSON.stringify(key));
  let spareNormal: number | undefined;

  const uint32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  const uniform = (): number => ((uint32() >>> 5) * 0x4000000 + (uint32() >>> 6)) / 2 ** 53;
  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`the bound is ${bound}; expected a whole number from 1 to 2^32`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const draw = uint32();
      if (draw < limit) return draw % bound;
    }
  };
  const normal = (): number => {
    if (spareNormal !== undefined) {
      const spare = spareNormal;
      spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const radiusSquared = x * x + y * y;
      if (radiusSquared >= 1 || radiusSquared === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(radiusSquared)) / radiusSquared);
      spareNormal = y * scale;
      return x * scale;
    }
  };

  // The first outputs of sfc32 still show the seed's structure.
  for (let warmUp = 0; warmUp < 16; warmUp += 1) uint32();
  return { uint32, uniform, below, normal };
}

/** Fisher–Yates, in place: every order of `values` is equally likely. */
export function shuffleInPlace<T extends { [index: number]: number; readonly length: number }>(
  values: T,
  random: Rng,
): T {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const kept = values[last]!;
    values[last] = values[other]!;
    values[other] = kept;
  }
  return values;
}

/** cyrb128: 128 well-mixed bits of a string. */
function hashKey(text: string): [number, number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    h1 = h2 ^ Math.imul(h1 ^ code, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ code, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ code, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ code, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  const all = h1 ^ h2 ^ h3 ^ h4;
  return [all | 0, (h2 ^ all) | 0, (h3 ^ all) | 0, (h4 ^ all) | 0];
}
