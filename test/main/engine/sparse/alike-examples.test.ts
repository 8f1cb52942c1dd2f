import { describe, expect, it } from 'vitest';
import { orderByZeros } from '../../../../src/main/engine/sparse/alike-examples.ts';
import { TILE } from '../../../../src/main/engine/sparse/layout.ts';
import { everyIndex } from '../../../../src/shared/indices.ts';
import { rng } from '../../../../src/shared/rng.ts';

const SIZE = 60;
/** Examples of three kinds in turn; each kind has a third of the features, some of them in each example. */
const COUNT = 40 * TILE + 5;
const random = rng('alike-examples');
const features = Uint8Array.from({ length: COUNT * SIZE }, (_, at) => {
  const kind = Math.floor(at / SIZE) % 3;
  const isOfKind = Math.floor((at % SIZE) / (SIZE / 3)) === kind;
  return isOfKind && random.uniform() < 0.5 ? 1 + random.below(255) : 0;
});
const oneLabel = new Int32Array(COUNT);
/** Not their order in the data, and not all of them. */
const indices = everyIndex(COUNT)
  .reverse()
  .filter((index) => index % 11 !== 0);

/** How many features of the tiles are not zero in some example. */
function liveFeatures(order: Int32Array): number {
  let live = 0;
  for (let first = 0; first < order.length; first += TILE) {
    const tile = order.subarray(first, first + TILE);
    for (let feature = 0; feature < SIZE; feature += 1) {
      if (tile.some((place) => features[indices[place]! * SIZE + feature] !== 0)) live += 1;
    }
  }
  return live;
}

describe('orderByZeros', () => {
  it('has every place once', () => {
    const order = orderByZeros(features, SIZE, oneLabel, indices);
    expect(order.toSorted()).toEqual(everyIndex(indices.length));
  });

  it('puts examples whose zeros are at the same features into the same tile', () => {
    const order = orderByZeros(features, SIZE, oneLabel, indices);
    const before = liveFeatures(everyIndex(indices.length));
    // A tile of one kind has a third of the features; few tiles have two kinds.
    expect(liveFeatures(order)).toBeLessThan(0.5 * before);
  });

  it('puts examples of a label next to each other', () => {
    const labels = Int32Array.from({ length: COUNT }, (_, index) => index % 3);
    const order = orderByZeros(features, SIZE, labels, indices);
    const ofOrder = Array.from(order, (place) => labels[indices[place]!]!);
    expect(new Set(ofOrder.slice(0, TILE))).toEqual(new Set([0]));
    expect(new Set(ofOrder.slice(-TILE))).toEqual(new Set([2]));
  });

  it('keeps the order of data with few zeros', () => {
    const full = features.map((value) => value | 1);
    expect(orderByZeros(full, SIZE, oneLabel, indices)).toEqual(everyIndex(indices.length));
  });

  it('takes no examples at all', () => {
    expect(orderByZeros(features, SIZE, oneLabel, new Int32Array(0))).toEqual(new Int32Array(0));
  });
});
