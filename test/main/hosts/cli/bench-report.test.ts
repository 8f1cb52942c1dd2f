import { describe, expect, it } from 'vitest';
import { main } from '../../../../src/main/hosts/cli/main.ts';
import { describeBench } from '../../../../src/main/hosts/cli/bench-report.ts';
import type { BenchReport } from '../../../../src/main/workbench/bench/report.ts';

const spread = (median: number) => ({ median, min: median / 2, max: median * 2 });

const REPORT: BenchReport = {
  machine: { cpu: 'A Processor', cores: 2 },
  versions: { dense: 'TensorFlow 2.21.0' },
  isQuick: false,
  rows: [
    { workload: 'lenet-300-100', engine: 'dense', density: 1, msPerStep: spread(1.2) },
    {
      workload: 'lenet-300-100',
      engine: 'sparse',
      density: 0.0358,
      msPerStep: spread(0.13),
      timesFasterThanDense: spread(10),
    },
  ],
  overhead: [{ workload: 'lenet-300-100', msPerStep: spread(0.3), share: spread(0.25) }],
  searches: [
    {
      workload: 'lenet-300-100',
      engine: 'auto',
      rounds: 20,
      stepsPerTraining: 1000,
      trainingSeconds: spread(10),
      evaluationSeconds: spread(3),
      storingSeconds: spread(0.05),
      timesFasterThanDense: spread(3),
      levelsByEngine: { dense: 3, sparse: 18 },
    },
  ],
  twoWorkers: spread(1.8),
};

describe('what bench prints', () => {
  const text = describeBench(REPORT);

  it('has steps with ratios, medians and ranges', () => {
    expect(text).toMatch(/sparse +3\.58 % +0\.130 \[0\.065, 0\.260\] +10\.00 x \[5\.00, 20\.00\]/);
    expect(text).not.toContain('vs pytorch');
  });

  it('has searches, with evaluating and storing apart from training', () => {
    expect(text).toMatch(/auto +10\.00 s +3\.00 s +0\.05 s \(0\.5 % of training\) +3\.00 x/);
    expect(text).toContain('dense 3, sparse 18');
  });

  it('tells graph overhead and what a second worker is worth', () => {
    expect(text).toContain('0.300 [0.150, 0.600] ms per step, 25 % of the step');
    expect(text).toContain('Two workers train 1.80 x');
  });

  it('warns of figures measured with --quick only', () => {
    expect(text).not.toContain('--quick');
    expect(describeBench({ ...REPORT, isQuick: true })).toContain('--quick');
  });
});

describe('bench', () => {
  it.each([
    [['--densities', '2'], '"2" is not a density'],
    [['--densities', '0'], '"0" is not a density'],
    [['--densities', ''], '"" is not a density'],
    [['--densities', '0.5,abc'], '"abc" is not a density'],
    [['--engines', 'dense,spars'], '"spars" is not one of dense, sparse'],
    [['--workloads', 'vgg'], '"vgg" is not one of lenet-300-100'],
    [['--out', 'chart.pdf'], 'expected a name that ends in .svg or .png'],
  ])('refuses %j before it measures anything', async (args, message) => {
    const notes: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array) => notes.push(String(text)) > 0;
    try {
      const code = await main(['bench', '--quick', ...args], {
        isTerminal: false,
        columns: 80,
        result: () => undefined,
        event: () => undefined,
        note: (text) => notes.push(text),
        status: () => undefined,
      });
      expect(code).toBe(2);
    } finally {
      process.stderr.write = write;
    }
    expect(notes.join('\n')).toContain(message);
  });
});
