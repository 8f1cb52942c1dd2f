/** What holds for the results of any analysis, wherever they are shown. */
import { expect } from 'vitest';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import { exporters } from '../../../../src/main/exporters/index.ts';
import type { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../../../../src/shared/contract/wire.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import { cellText, type ReportTable } from '../../../../src/shared/domain/analysis-report.ts';

function expectTable({ columns, rows }: ReportTable): void {
  expect(rows.length).toBeGreaterThan(0);
  for (const { heading } of columns) expect(heading).not.toBe('');
  for (const row of rows) {
    expect(row).toHaveLength(columns.length);
    for (const [index, { format }] of columns.entries()) {
      expect(cellText(row[index]!, format)).not.toMatch(/^$|NaN|undefined|object/);
    }
  }
}

function expectRows(analysisId: string, results: readonly AnalysisResult[]): void {
  const rows = results.flatMap(analyses.get(analysisId).rows);
  expect(rows.length).toBeGreaterThan(0);
  for (const { part, quantity, unit, value } of rows) {
    expect([part, quantity, unit]).not.toContain('');
    expect(Number.isFinite(value), `${quantity} of ${part}`).toBe(true);
  }
}

/** What the analyses of a search have found can be sent, printed, exported and drawn. */
export function expectReports(workbench: Workbench, searchId: string): void {
  for (const { id, choice } of workbench.analyses.list(searchId)) {
    const { charts, report } = analyses.get(choice.id);
    const results = workbench.analyses.results(searchId, id).map(({ result }) => result);
    const described = report(results, { name: 'a search' });
    expect(decodeFrame(encodeFrame(described), ANSWER_LIMITS)).toEqual(described);
    expect(described.tables.length).toBeGreaterThan(0);
    described.tables.forEach(expectTable);
    for (const note of described.notes) expect(note).toMatch(/[.]$/);
    for (const { values, chosen } of described.choices) {
      expect(values.map(({ value }) => value)).toContain(chosen);
    }
    expectRows(choice.id, results);

    const drawn = described.charts.map((chart) => chart.id);
    expect(charts.map((chart) => chart.id)).toEqual(expect.arrayContaining(drawn));
    for (const chart of drawn) {
      const bytes = workbench.exports.bytes({ searchId, what: 'chart', format: 'svg', chart });
      expect(Buffer.from(bytes).toString()).toContain('<svg');
    }
    for (const { id: format, write } of exporters.entries) {
      if (!write.analyses) continue;
      const request = { searchId, what: 'analyses', format, analysis: id } as const;
      expect(Buffer.from(workbench.exports.bytes(request)).toString()).toContain(choice.id);
    }
  }
}
