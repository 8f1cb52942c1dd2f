import { existsSync } from 'node:fs';
import path from 'node:path';
import { benchChart } from '../../../shared/charts/bench-chart.ts';
import { LIGHT_THEME } from '../../../shared/charts/palette.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { type ChartFormat, renderChart } from '../../exporters/chart.ts';
import { writeExport } from '../../exporters/write-file.ts';
import type { BenchReport } from './report.ts';

/**
 * Finds out before minutes of measuring whether the chart could be written.
 *
 * @throws WorkbenchError `invalid-argument` unless the name ends in .svg or .png; `conflict` if the
 *   file exists and may not be overwritten.
 */
export function checkChartFile(file: string, overwrite: boolean): void {
  formatOf(file);
  if (overwrite || !existsSync(file)) return;
  throw new WorkbenchError(
    'conflict',
    `${file} already exists`,
    'Choose another name, or overwrite it with --force.',
  );
}

/** @throws WorkbenchError as `checkChartFile`, or for a file that can't be written. */
export function writeChart(report: BenchReport, file: string, overwrite: boolean): void {
  const chart = benchChart(report.rows, report.machine.cpu);
  const bytes = renderChart(chart, formatOf(file), LIGHT_THEME.background);
  writeExport(file, bytes, { overwrite });
}

function formatOf(file: string): ChartFormat {
  const extension = path.extname(file).toLowerCase();
  if (extension === '.svg') return 'svg';
  if (extension === '.png') return 'png';
  throw new WorkbenchError(
    'invalid-argument',
    `${file} has no chart format; expected a name that ends in .svg or .png`,
  );
}
