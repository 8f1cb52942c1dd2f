import { describe, expect, it } from 'vitest';
import { type BenchProgress, runBench } from '../../../../src/main/workbench/bench/bench.ts';

const spread = {
  median: expect.any(Number) as unknown,
  min: expect.any(Number) as unknown,
  max: expect.any(Number) as unknown,
};

describe('a quick measurement', () => {
  it('has a row for every engine and density, a search for every choice, and all of its work', async () => {
    const seen: BenchProgress[] = [];
    const report = await runBench(
      {
        workloads: ['lenet-300-100', 'conv-2'],
        densities: [1, 0.0358],
        engines: ['dense', 'sparse', 'sparse-relaxed', 'sparse-wasm', 'tfjs-fit'],
        isQuick: true,
        warmUpSteps: 1,
      },
      { onProgress: (progress) => seen.push(progress) },
    );

    const rows = report.rows.map(({ workload, engine, density }) => [workload, engine, density]);
    expect(rows).toEqual(
      ['lenet-300-100', 'conv-2'].flatMap((workload) => [
        [workload, 'dense', 1],
        [workload, 'sparse', 1],
        [workload, 'sparse-relaxed', 1],
        [workload, 'sparse-wasm', 1],
        [workload, 'tfjs-fit', 1],
        [workload, 'dense', 0.0358],
        [workload, 'sparse', 0.0358],
        [workload, 'sparse-relaxed', 0.0358],
        [workload, 'sparse-wasm', 0.0358],
      ]),
    );
    for (const row of report.rows) {
      expect(row).toMatchObject({ msPerStep: spread, timesFasterThanDense: spread });
      expect(row.msPerStep.min).toBeGreaterThan(0);
      expect(row.timesFasterThanPytorch).toBeUndefined();
    }
    expect(report.searches.map(({ engine }) => engine)).toEqual(['dense', 'auto']);
    for (const search of report.searches) {
      expect(search).toMatchObject({
        workload: 'lenet-300-100',
        trainingSeconds: spread,
        evaluationSeconds: spread,
        storingSeconds: spread,
      });
    }
    expect(report.overhead.map(({ workload }) => workload)).toEqual(['lenet-300-100', 'conv-2']);
    expect(seen.at(-1)?.fraction).toBeCloseTo(1);
  });

  it('ends when it is stopped', async () => {
    const stop = new AbortController();
    const running = runBench(
      { workloads: ['lenet-300-100'], densities: [1], engines: ['sparse'], isQuick: true },
      { onProgress: () => stop.abort() },
      stop.signal,
    );
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
  });
});
