import { describe, expect, it } from 'vitest';
import { rewindIterations, sweepOf } from './samples.ts';
import { shardsOf } from '../../../../src/main/workbench/cluster/shards.ts';

describe('the shards of searches', () => {
  it('are one replicate each, with its levels and branches', () => {
    const [shard, ...others] = shardsOf(sweepOf([{}]));
    expect(shard).toEqual({
      number: 1,
      parts: [{ searchId: 'search 0', replicate: 0 }],
      trainings: 5,
      seconds: 5,
    });
    expect(others.map(({ parts }) => parts)).toEqual([[{ searchId: 'search 0', replicate: 1 }]]);
  });

  it('join grid points that share their dense network, which counts once', () => {
    const shards = shardsOf(sweepOf(rewindIterations(0, 10)));
    expect(shards.map(({ parts }) => parts)).toEqual([
      [
        { searchId: 'search 0', replicate: 0 },
        { searchId: 'search 1', replicate: 0 },
      ],
      [
        { searchId: 'search 0', replicate: 1 },
        { searchId: 'search 1', replicate: 1 },
      ],
    ]);
    expect(shards[0]).toMatchObject({ trainings: 9, seconds: 9 });
  });

  it('keep grid points apart whose dense networks differ', () => {
    const learningRates = [0.01, 0.02].map((learningRate) => ({
      training: { optimizer: { id: 'adam', learningRate }, iterations: 30, evaluateEvery: 10 },
    }));
    expect(shardsOf(sweepOf(learningRates))).toHaveLength(4);
  });

  it('are packed until they take as long as is wanted', () => {
    const searches = sweepOf([{ replicates: { count: 7, seed: 1 } }]);
    const shards = shardsOf(searches, 15);
    expect(shards.map(({ parts }) => parts.length)).toEqual([3, 3, 1]);
    expect(shards.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(shards[0]).toMatchObject({ trainings: 15, seconds: 15 });
  });

  it('are not packed as long as nobody knows how long they take', () => {
    const unknown = sweepOf([{}]).map((search) => ({ ...search, secondsOf: () => undefined }));
    expect(shardsOf(unknown, 1000).map(({ seconds }) => seconds)).toEqual([undefined, undefined]);
  });

  it('have every training of the plan once, among ten thousand', () => {
    const searches = sweepOf(
      Array.from({ length: 100 }, (_, seed) => ({ replicates: { count: 100, seed } })),
    );
    const shards = shardsOf(searches);
    expect(shards).toHaveLength(10_000);
    const parts = shards.flatMap((shard) => shard.parts);
    expect(new Set(parts.map(({ searchId, replicate }) => `${searchId} ${replicate}`)).size).toBe(
      10_000,
    );
  });
});
