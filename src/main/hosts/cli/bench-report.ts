import type { BenchReport, OverheadRow, SearchRow, StepRow } from '../../workbench/bench/report.ts';
import type { Measured } from '../../workbench/bench/statistics.ts';
import { formatDensity } from './format.ts';
import { type Column, table } from './table.ts';

/** The measurements as tables. Ratios have a median and a range. */
export function describeBench(report: BenchReport): string {
  const { machine, versions, rows, overhead, searches, twoWorkers } = report;
  const workloads = [...new Set(rows.map(({ workload }) => workload))];
  const sections = [
    `${machine.cpu}, ${machine.cores} cores. One thread each; median [min, max] of blocks. Ratios compare engines within this run.`,
    Object.entries(versions)
      .map(([engine, version]) => `${engine}: ${version}`)
      .join('; '),
    ...workloads.map((workload) =>
      [
        `${workload}, batch 60, Adam: time per step`,
        table(
          columnsOf(rows),
          rows.filter((row) => row.workload === workload),
        ),
      ].join('\n'),
    ),
    overhead.map(describeOverhead).join('\n'),
  ];
  if (searches.length > 0) {
    const [{ workload, rounds, stepsPerTraining }] = searches as [SearchRow];
    sections.push(
      [
        `${workload}, an iterative search of ${rounds} rounds, ${stepsPerTraining} steps per training`,
        table(searchColumnsOf(searches), searches),
      ].join('\n'),
    );
  }
  if (twoWorkers) {
    sections.push(`Two workers train ${times(twoWorkers)} as much as one in the same time.`);
  }
  if (report.isQuick)
    sections.push('Measured with --quick: too few steps for the figures to mean anything.');
  return sections.filter((section) => section !== '').join('\n\n');
}

function columnsOf(rows: readonly StepRow[]): Column<StepRow>[] {
  const columns: Column<StepRow>[] = [
    { heading: 'engine', text: ({ engine }) => engine },
    { heading: 'density', align: 'right', text: (row) => formatDensity(row.density) },
    { heading: 'ms per step', text: (row) => milliseconds(row.msPerStep) },
  ];
  if (rows.some((row) => row.timesFasterThanDense)) {
    columns.push({ heading: 'vs dense', text: (row) => times(row.timesFasterThanDense) });
  }
  if (rows.some((row) => row.timesFasterThanPytorch)) {
    columns.push({ heading: 'vs pytorch', text: (row) => times(row.timesFasterThanPytorch) });
  }
  return columns;
}

function searchColumnsOf(rows: readonly SearchRow[]): Column<SearchRow>[] {
  const seconds = ({ median }: Measured): string => `${median.toFixed(2)} s`;
  const columns: Column<SearchRow>[] = [
    { heading: 'engine', text: ({ engine }) => engine },
    { heading: 'training', align: 'right', text: (row) => seconds(row.trainingSeconds) },
    { heading: 'evaluation', align: 'right', text: (row) => seconds(row.evaluationSeconds) },
    {
      heading: 'storing',
      align: 'right',
      text: ({ storingSeconds, trainingSeconds }) =>
        storingSeconds
          ? `${seconds(storingSeconds)} (${formatDensity(storingSeconds.median / trainingSeconds.median)} of training)`
          : '',
    },
  ];
  if (rows.some((row) => row.timesFasterThanDense)) {
    columns.push({ heading: 'vs dense', text: (row) => times(row.timesFasterThanDense) });
  }
  if (rows.some((row) => row.timesFasterThanPytorch)) {
    columns.push({ heading: 'vs pytorch', text: (row) => times(row.timesFasterThanPytorch) });
  }
  columns.push({
    heading: 'levels',
    text: ({ levelsByEngine }) =>
      Object.entries(levelsByEngine ?? {})
        .map(([engine, count]) => `${engine} ${count}`)
        .join(', '),
  });
  return columns;
}

function describeOverhead({ workload, msPerStep, share }: OverheadRow): string {
  return `Graph overhead of ${workload} on the dense engine: ${milliseconds(msPerStep)} ms per step, ${formatDensity(share.median)} of the step; the rest is spent in kernels.`;
}

/** `3.12 x [2.89, 3.23]`: above 1 is faster. */
function times(measured: Measured | undefined): string {
  if (!measured) return '';
  const { median, min, max } = measured;
  return `${median.toFixed(2)} x [${min.toFixed(2)}, ${max.toFixed(2)}]`;
}

function milliseconds({ median, min, max }: Measured): string {
  const digits = median < 10 ? 3 : 1;
  return `${median.toFixed(digits)} [${min.toFixed(digits)}, ${max.toFixed(digits)}]`;
}
