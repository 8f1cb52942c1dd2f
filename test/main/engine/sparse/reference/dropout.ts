import type { DropoutLayer } from '../../../../../src/main/engine/layers/kinds/dropout.ts';
import { rng } from '../../../../../src/shared/rng.ts';

/**
 * Which values are kept: TensorFlow's StatelessRandomUniform is at least the rate. That is Philox
 * 4x32-10 (Salmon et al. 2011), with a key and a counter that Philox itself makes from the seed.
 */
export function keptBits(
  seed: number,
  layer: DropoutLayer,
  step: number,
  count: number,
): boolean[] {
  const random = rng(seed, 'dropout', layer.name, step);
  const [low, high] = [random.uint32() | 0, random.uint32() | 0];
  const words = [low, low >> 31, high, high >> 31];
  const [key0, key1, upper0, upper1] = philox(words, [0x3ec8f720, 0x02461e29]) as [
    number,
    number,
    number,
    number,
  ];
  const rate = Math.fround(layer.rate);
  return Array.from({ length: Math.ceil(count / 4) }, (_, block) =>
    philox([block, 0, upper0, upper1], [key0, key1]),
  )
    .flat()
    .slice(0, count)
    .map((bits) => (bits & 0x7fffff) / 2 ** 23 >= rate);
}

function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [a, b, c, d] = counter.map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint, bigint];
  let [k, l] = key.map((word) => BigInt(word >>> 0)) as [bigint, bigint];
  const low = (value: bigint): bigint => value & 0xffffffffn;
  for (let round = 0; round < 10; round += 1) {
    const first = a * 0xd2511f53n;
    const second = c * 0xcd9e8d57n;
    [a, b, c, d] = [(second >> 32n) ^ b ^ k, low(second), (first >> 32n) ^ d ^ l, low(first)];
    [k, l] = [low(k + 0x9e3779b9n), low(l + 0xbb67ae85n)];
  }
  return [a, b, c, d].map(Number);
}
