import { describe, expect, it } from 'vitest';
import type { AnalysisResult } from '../../../src/shared/domain/analysis.ts';
import { analyses } from '../../../src/main/engine/analyses/index.ts';
import type { InstabilityResult } from '../../../src/main/engine/analyses/instability-results.ts';
import type { MaskOverlapResult } from '../../../src/main/engine/analyses/mask-overlap.ts';
import { csv } from '../../../src/main/exporters/csv.ts';
import type { ExportData } from '../../../src/main/exporters/exporter.ts';
import { json } from '../../../src/main/exporters/json.ts';
import { SEARCH } from './samples.ts';

const BARRIER: AnalysisResult & InstabilityResult = {
  kind: 'instability',
  replicate: 1,
  level: 3,
  density: 0.512,
  rewind: 40,
  alphas: Float64Array.of(0, 1),
  train: { error: Float64Array.of(0, 0.25), loss: Float64Array.of(0.5, 1), barrier: 0.125 },
  test: { error: Float64Array.of(0.1, 1 / 3), loss: Float64Array.of(1, 2), barrier: 0.1 },
  trainExamples: 10,
  distance: 2.5,
};

const OVERLAP: AnalysisResult & MaskOverlapResult = {
  kind: 'mask-overlap',
  between: 'levels',
  tensors: ['a "quoted", name', 'b'],
  scope: 'layer',
  pairs: [
    {
      one: { replicate: 0, level: 1 },
      other: { replicate: 0, level: 2 },
      overlap: 0.8,
      expected: 0.6,
      expectedGlobally: 0.5,
      tensorOverlaps: Float64Array.of(0.7, 0.9),
      tensorExpected: Float64Array.of(0.4, 0.3),
    },
  ],
};

const DATA: ExportData['analyses'] = {
  search: SEARCH,
  analyses: [BARRIER, OVERLAP].map((result, index) => ({
    id: index + 1,
    choice: { id: result.kind, points: 2 },
    unitsDone: 1,
    unitsTotal: 2,
    isWanted: false,
    requestedAt: 1,
    finishedAt: undefined,
    milliseconds: 1,
    results: [result],
    rows: () => analyses.get(result.kind).rows(result),
  })),
};

describe('analyses as files', () => {
  it('are a table with a row for every number', () => {
    const text = new TextDecoder().decode(csv.write.analyses!(DATA));
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(
      'number,analysis,replicate,level,branch,other_replicate,other_level,rewind_iteration,part,quantity,unit,at,value',
    );
    // Replicates are counted from 1.
    expect(lines).toContain(
      '1,instability,2,3,ticket,,,40,all,test barrier,fraction of examples,,0.1',
    );
    expect(lines).toContain(
      `1,instability,2,3,ticket,,,40,all,test error,fraction of examples,1,${1 / 3}`,
    );
    expect(lines).toContain('2,mask-overlap,1,1,,1,2,,all,overlap,Jaccard,,0.8');
    expect(lines).toContain(
      '2,mask-overlap,1,1,,1,2,,"a ""quoted"", name",expected overlap,Jaccard,,0.4',
    );
    const numbers = DATA.analyses.flatMap(({ rows }) => rows());
    expect(lines).toHaveLength(1 + numbers.length + 1);
    expect(numbers.every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  it('are a document with arrays as lists and replicates counted from 1', () => {
    const text = new TextDecoder().decode(json.write.analyses!(DATA));
    const document = JSON.parse(text) as { analyses: unknown[] };
    expect(document).toMatchObject({
      format: 'ticket-workbench/analyses',
      version: 2,
      units: { replicate: 'counted from 1' },
    });
    expect(document.analyses[0]).toMatchObject({
      number: 1,
      analysis: { id: 'instability', points: 2 },
      unitsDone: 1,
      unitsTotal: 2,
      results: [{ replicate: 2, alphas: [0, 1], test: { error: [0.1, 1 / 3] } }],
    });
    expect(document.analyses[1]).toMatchObject({
      results: [
        { pairs: [{ one: { replicate: 1, level: 1 }, other: { replicate: 1, level: 2 } }] },
      ],
    });
  });
});
