import { describe, expect, it } from 'vitest';
import { BatchOrder } from '../../../../src/main/engine/training/batches.ts';

const examples = Int32Array.from({ length: 10 }, (_, index) => 100 + index);

function batch(order: BatchOrder, iteration: number, size: number): number[] {
  const values = new Int32Array(size);
  order.fill(iteration, values);
  return [...values];
}

describe('the order of batches', () => {
  it('sees every example once an epoch, in another order each time', () => {
    const order = new BatchOrder(examples, [1]);
    const epoch = (index: number): number[] =>
      [0, 1].flatMap((half) => batch(order, index * 2 + half, 5));
    expect(epoch(0).toSorted()).toEqual([...examples]);
    expect(epoch(1).toSorted()).toEqual([...examples]);
    expect(epoch(0)).not.toEqual(epoch(1));
  });

  it('fills a batch that spans epochs from both', () => {
    const whole = new BatchOrder(examples, [1]);
    const stream = [0, 1, 2].flatMap((epoch) => batch(whole, epoch, 10));
    const order = new BatchOrder(examples, [1]);
    expect([0, 1, 2, 3].flatMap((iteration) => batch(order, iteration, 7))).toEqual(
      stream.slice(0, 28),
    );
  });

  it('gives a batch larger than the data more than one epoch', () => {
    const values = batch(new BatchOrder(examples, [1]), 0, 20);
    expect(values.toSorted()).toEqual([...examples, ...examples].toSorted());
  });

  it('depends on the iteration only, not on what was asked before', () => {
    const order = new BatchOrder(examples, [1]);
    const later = batch(order, 9, 3);
    batch(order, 0, 3);
    expect(batch(order, 9, 3)).toEqual(later);
  });

  it('differs by key', () => {
    expect(batch(new BatchOrder(examples, [1]), 0, 10)).not.toEqual(
      batch(new BatchOrder(examples, [2]), 0, 10),
    );
  });
});
