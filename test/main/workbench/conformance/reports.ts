/** What holds for the results of any analysis, wherever they are shown. */
import { expect } from 'vitest';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import { exporters } from '../../../../src/main/exporters/index.ts';
import type { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { drawnChart } from '../../../../src/shared/charts/chart-description.ts';
import { LIGHT_THEME } from '../../../../src/shared/charts/palette.ts';
import { chartSchema } from '../../../../src/shared/contract/chart-schema.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../../../../src/shared/contract/wire.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import {
  type AnalysisRow,
  cellText,
  type ReportTable,
} from '../../../../src/shared/domain/analysis-report.ts';

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
  const isWhole = ({ part, quantity, unit, value }: AnalysisRow): boolean =>
    [part, quantity, unit].every((text) => text !== '') && Number.isFinite(value);
  expect(rows.find((row) => !isWhole(row))).toBeUndefined();
}

/** What the analyses of a search have found can be sent, printed, drawn and exported. */
export async function expectReports(workbench: Workbench, searchId: string): Promise<void> {
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
    for (const { chart } of described.charts) {
      const points = drawnChart(chart, LIGHT_THEME).data.datasets.flatMap(({ data }) => data);
      expect(points.length).toBeGreaterThan(0);
      expect(points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
      // The window sends the chart back when the user saves it.
      expect(chartSchema.parse(chart)).toEqual(chart);
    }
    for (const { id: format, write } of exporters.entries) {
      if (!write.analyses) continue;
      const request = { searchId, what: 'analyses', format, analysis: id } as const;
      const bytes = await workbench.exports.bytes(request);
      expect(Buffer.from(bytes).toString()).toContain(choice.id);
    }
  }
}
