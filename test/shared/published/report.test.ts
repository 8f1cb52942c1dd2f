import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reproductionReport } from '../../../src/shared/published/report.ts';
import { reproductionSummarySchema } from '../../../src/shared/published/summary.ts';

const FIXTURE = new URL('../../fixtures/reproduction/summary.json', import.meta.url);
const { scale: _, ...scaled } = reproductionSummarySchema.parse(
  JSON.parse(readFileSync(FIXTURE, 'utf8')),
);

function written(
  size: { scale: number; replicates?: number },
  scaledTo: string | undefined,
  isScaledByDesign = false,
) {
  const summary = { ...scaled, ...size };
  return reproductionReport({
    title: 'A network',
    papers: [],
    scaledTo,
    isScaledByDesign,
    claims: [],
    summary,
    runs: [],
  });
}

describe('the report of a reproduction', () => {
  it('names every processor and version that trained a run', () => {
    const [run] = scaled.runs;
    const at = (cpu: string) => ({ workbench: '0.1.0', cpu, cores: 2 });
    const summary = {
      ...scaled,
      scale: 1,
      runs: [
        { ...run!, label: 'on two', environments: [at('A Xeon'), at('An EPYC')] },
        { ...run!, label: 'not yet', environments: [] },
      ],
    };
    const report = reproductionReport({
      title: 'A network',
      papers: [],
      scaledTo: undefined,
      isScaledByDesign: false,
      claims: [],
      summary,
      runs: [],
    });
    expect(report).toContain(
      'over all workers. Ticket Workbench 0.1.0, A Xeon, 2 cores; Ticket Workbench 0.1.0, An EPYC, 2 cores.\n',
    );
    expect(report).toContain('over all workers.\n');
  });
});

describe('the report of a reproduction that is scaled down', () => {
  it('says that there are fewer replicates than the preset has', () => {
    const report = written({ scale: 1, replicates: 1 }, '1 of 5 replicates');
    expect(report).toContain('# A network: reproduction, scaled down');
    expect(report).toContain(
      '**Scaled down: 1 of 5 replicates.** Data, networks, levels and the length of trainings are in full. There are fewer replicates than in the preset: intervals are wider, and claims are open where fewer than three replicates have trained.',
    );
    expect(report).not.toContain('decide nothing');
  });

  it('says that trainings are short', () => {
    const report = written({ scale: 0.1 }, '5,000 of 50,000 iterations per training');
    expect(report).toContain('Data, networks, levels and replicates are in full. So the outcomes');
    expect(report).not.toContain('fewer replicates');
  });

  it('says both', () => {
    const report = written({ scale: 0.1, replicates: 2 }, 'so many');
    expect(report).toContain('Data, networks and levels are in full. So the outcomes');
    expect(report).toContain('There are fewer replicates');
  });

  it('does not call in full what the experiment itself makes smaller', () => {
    const report = written({ scale: 1 }, '1,000 of 20,000 iterations', true);
    expect(report).toContain('**Scaled down: 1,000 of 20,000 iterations.** So the outcomes');
    expect(report).not.toContain('in full');
  });

  it('says nothing in full', () => {
    expect(written({ scale: 1 }, undefined)).not.toContain('caled down');
  });
});
