import { amount } from '../../../shared/amount.ts';
import { DENSITY_CHARTS, sweepChart } from '../../../shared/charts/density-chart.ts';
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import type { SweepTable } from '../../../shared/contract/records/sweeps.ts';
import { groupBy } from '../../../shared/group-by.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { describeAxes } from '../../../shared/domain/sweep.ts';
import { describeSweepCorrection } from '../../../shared/domain/verdict-marks.ts';
import {
  type SweepQuestion,
  type SweepResult,
  sweepResults,
} from '../../../shared/sweep/sweep-metrics.ts';
import { markedSearchOf, markersFor } from '../../../shared/published/markers.ts';
import type { Report, ReportPart } from '../../exporters/report.ts';
import { sweepTextTable } from '../../exporters/tables/sweep-text-table.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { type ChartPoints, type ReportChoice, sourcesOf } from '../exports/chart-drawing.ts';
import { exportedTable } from '../exports/exported-sweep-table.ts';
import { type QuestionOptions, questionAbout } from '../exports/sweep-question.ts';
import { type SweptChart, sweptChart } from '../exports/swept-charts.ts';
import { labelsOf, readSweep } from '../history/sweep-reading.ts';
import { sweepSeries, sweepTable } from '../history/sweep-table.ts';
import { dataParts, environmentParts, noteParts, sweptNames } from './data-parts.ts';
import { methodsOf } from './methods.ts';
import { questionOf } from './question.ts';
import { sweepCommandToRepeat } from './repeat.ts';
import { firstReadable, type ReportedSearch } from './reported-search.ts';
import { sectionsOf } from './sections.ts';
import { settingsTable } from './settings-facts.ts';
import { paragraph } from './verdict-parts.ts';

export function sweepReport(
  store: Store,
  sweep: SweepRecord,
  { methods, points, ...asked }: ReportChoice & QuestionOptions = {},
): Report {
  const read = readSweep(store, sweep);
  const table = sweepTable(read);
  const series = sweepSeries(read);
  const results = sweepResults(table, series);
  const question = questionAbout(sweep.id, results, asked);
  const first = firstOf(store, sweep);
  const finished = table.rows.filter(({ state }) => state === 'finished').length;
  return {
    title: sweep.name,
    subtitle: `A sweep over ${sweptNames(sweep.axes)}: ${amount(table.rows.length, 'search', 'searches')}, ${finished} finished`,
    sections: sectionsOf([
      ['Question', questionParts(sweep, first)],
      ['Verdict', verdictParts(table)],
      [
        'Results',
        [
          ...settingChartParts(sweep, results, question),
          ...densityChartParts(sweep, series, points),
          { kind: 'table', table: sweepTextTable(exportedTable(table, results, question)) },
        ],
      ],
      ['Methods', [{ kind: 'note', markdown: methods ?? methodsOfSweep(sweep, first) }]],
      ['Settings', first ? settingParts(sweep, first) : []],
      ['Data', dataOfSweep(store, sweep)],
      ['Environment', first ? [paragraph(OF_FIRST), ...environmentParts(first)] : []],
      ['To repeat it', first ? sweepCommandToRepeat(sweep.name, sweep.axes, first) : []],
      ['Notes', noteParts(notesOf(store, table))],
      ['Failed or damaged searches', failureParts(table)],
    ]),
  };
}

export function sweepMethods(store: Store, sweep: SweepRecord): string {
  return methodsOfSweep(sweep, firstOf(store, sweep));
}

function firstOf(store: Store, { id }: SweepRecord): ReportedSearch | undefined {
  return firstReadable(
    store,
    store.sweeps.members(id).map(({ searchId }) => searchId),
  );
}

const OF_FIRST = 'Of the first search:';

/** The data of the first search that has read them, and again where others have read other data. */
function dataOfSweep(store: Store, sweep: SweepRecord): ReportPart[] {
  const labels = labelsOf(store, sweep);
  const read = store.sweeps
    .members(sweep.id)
    .map(({ searchId }) => ({
      label: labels.get(searchId) ?? '',
      data: store.dataReadings.summaries(searchId),
    }))
    .filter(({ data }) => data.size > 0);
  if (read.length === 0) return [paragraph('The searches have not read their data yet.')];
  const distinct = [...groupBy(read, ({ data }) => JSON.stringify([...data])).values()];
  if (distinct.length === 1) {
    return [paragraph('Of all searches:'), ...dataParts(read[0]!)];
  }
  return distinct.flatMap((same) => [
    paragraph(`${same[0].label}${same.length === 1 ? '' : ` and ${same.length - 1} more`}:`),
    ...dataParts(same[0]),
  ]);
}

function notesOf(store: Store, { rows }: SweepTable) {
  return rows.map(({ searchId, label }) => ({
    name: label,
    note: store.history.get(searchId).note,
  }));
}

function failureParts({ rows }: SweepTable): ReportPart[] {
  const failures = rows.flatMap(({ label, error }) =>
    error ? [`${label}: ${error.message}`] : [],
  );
  return failures.length === 0 ? [] : [{ kind: 'list', items: failures }];
}

function questionParts({ axes }: SweepRecord, first: ReportedSearch | undefined): ReportPart[] {
  const own = `How do the winning tickets depend on ${sweptNames(axes)}?`;
  if (!first) return [paragraph(own)];
  return [paragraph(`${own} For every search: ${questionOf(first.search.settings)}`)];
}

function verdictParts({ rows, correction }: SweepTable): ReportPart[] {
  const winning = rows.flatMap(({ label, smallestWinning }) =>
    smallestWinning
      ? [`${label}: level ${smallestWinning.level} wins; ${smallestWinning.reason}`]
      : [],
  );
  const judged = rows.filter(({ last }) => last).length;
  return [
    paragraph(
      judged === 0
        ? 'No ticket has been trained yet.'
        : `${winning.length} of ${amount(judged, 'search has', 'searches have')} a winning ticket.`,
    ),
    ...(winning.length === 0 ? [] : [{ kind: 'list', items: winning } as const]),
    ...(correction.verdicts === 0 ? [] : [paragraph(describeSweepCorrection(correction))]),
  ];
}

function densityChartParts(
  sweep: SweepRecord,
  series: readonly SearchSeries[],
  points: ChartPoints | undefined,
): ReportPart[] {
  if (series.length === 0) return [];
  const marked = series.map((each) => markedSearchOf(each, TICKET_BRANCH));
  const sources = sourcesOf(points);
  return DENSITY_CHARTS.map((chart): ReportPart => {
    const markers = markersFor(chart, marked, sources);
    return { kind: 'chart', chart: sweepChart(sweep.name, series, chart, markers) };
  });
}

/** Lines and a heat map would show only a part of more than two settings. */
function settingChartParts(
  sweep: SweepRecord,
  results: readonly SweepResult[],
  question: SweepQuestion,
): ReportPart[] {
  if (results.every((result) => !result.series)) return [];
  return settingCharts(sweep.axes.length).map((chart) => ({
    kind: 'chart',
    chart: sweptChart(sweep, results, chart, question),
  }));
}

function settingCharts(settings: number): readonly SweptChart[] {
  if (settings === 0) return [];
  if (settings === 1) return ['swept-value'];
  return settings === 2 ? ['swept-value', 'heat-map'] : ['parallel-coordinates'];
}

function methodsOfSweep({ axes }: SweepRecord, first: ReportedSearch | undefined): string {
  if (!first) return '';
  return (
    `${methodsOf(first)} The search was run for every combination of ${describeAxes(axes)}; the ` +
    'values above are those of the first.'
  );
}

function settingParts({ axes }: SweepRecord, { search }: ReportedSearch): ReportPart[] {
  return [
    paragraph(`Swept: ${describeAxes(axes)}. The other settings are those of the first search:`),
    { kind: 'table', table: settingsTable(search.written) },
  ];
}
