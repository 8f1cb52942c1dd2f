import {
  comparisonChart,
  DENSITY_CHARTS,
  distinctNames,
} from '../../../shared/charts/density-chart.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { markedSearchOf, markersFor } from '../../../shared/published/markers.ts';
import type { ComparisonTable } from '../../exporters/exporter.ts';
import type { Report, ReportPart } from '../../exporters/report.ts';
import { comparisonTextTable } from '../../exporters/tables/comparison-text-table.ts';
import type { Store } from '../../store/store.ts';
import { type ReportChoice, sourcesOf } from '../exports/chart-drawing.ts';
import {
  comparedSearches,
  comparisonTable,
  isTrained,
  referenceAmong,
  searchesWithBranch,
} from '../exports/comparison.ts';
import { dataParts, environmentParts, noteParts } from './data-parts.ts';
import { methodsOf } from './methods.ts';
import { overlapParts } from './overlap-parts.ts';
import { questionOf } from './question.ts';
import { commandsToRepeat } from './repeat.ts';
import type { ReportedSearch } from './reported-search.ts';
import { sectionsOf } from './sections.ts';
import { differencesTable, settingsTable } from './settings-facts.ts';
import { paragraph, verdictSentence } from './verdict-parts.ts';

interface ComparisonReportOptions extends ReportChoice {
  readonly branch: string;
  /** The search that differences are from. Default: the first. */
  readonly reference?: string | undefined;
  /** By search: its place among the colours of lines. Default: in order. */
  readonly colours?: readonly number[] | undefined;
  /** The masks that are compared. Default: those of the reference with those of the others. */
  readonly pairs?: 'all' | 'reference' | undefined;
}

export function comparisonReport(
  store: Store,
  ids: readonly string[],
  { branch, colours, methods, pairs, points, reference: referenceId }: ComparisonReportOptions,
): Report {
  const searches = searchesWithBranch(store, ids, branch);
  const hasResults = isTrained(searches, branch);
  const reference = referenceAmong(store, searches, referenceId);
  const table = comparisonTable(searches, branch, reference);
  const { names } = table;
  const ofEach = (partsOf: (search: ReportedSearch) => readonly ReportPart[]): ReportPart[] =>
    searches.flatMap((search, index) => [paragraph(`${names[index]!}:`), ...partsOf(search)]);
  return {
    title: `${searches.length} searches compared`,
    subtitle: names.join(', '),
    sections: sectionsOf([
      ['Question', questionParts(table, searches[reference])],
      [
        'Verdict',
        searches.map(({ result }, index) =>
          paragraph(`${names[index]!}: ${verdictSentence(result, branch)}`),
        ),
      ],
      ['Results', hasResults ? resultParts(searches, table, { colours, points }) : []],
      ['Mask overlap', hasResults ? overlapOf(store, table, pairs) : []],
      ['Methods', [{ kind: 'note', markdown: methods ?? methodsOfAll(searches, names) }]],
      ['Settings', settingParts(searches, names, reference)],
      ['Data', ofEach(dataParts)],
      ['Environment', ofEach(environmentParts)],
      ['To repeat it', commandsToRepeat(searches)],
      ['Notes', noteParts(searches.map(({ note }, index) => ({ name: names[index]!, note })))],
    ]),
  };
}

export function comparisonMethods(store: Store, ids: readonly string[]): string {
  const searches = comparedSearches(store, ids);
  return methodsOfAll(searches, distinctNames(searches.map(({ search }) => search.name)));
}

function questionParts(
  { names, branch, reference }: ComparisonTable,
  search: ReportedSearch | undefined,
): ReportPart[] {
  const compared = branch === TICKET_BRANCH ? 'tickets' : `networks of the branch ${branch}`;
  const own = `How do the ${compared} of ${names.join(', ')} differ, at equal densities?`;
  if (!search) return [paragraph(own)];
  const question = questionOf(search.search.settings);
  return [paragraph(own), paragraph(`The reference, ${names[reference]!}, asks: ${question}`)];
}

function overlapOf(
  store: Store,
  { ids, names, reference }: ComparisonTable,
  pairs: ComparisonReportOptions['pairs'] = 'reference',
): ReportPart[] {
  return overlapParts(store, Object.fromEntries(ids.map((id, index) => [id, names[index]!])), {
    reference: ids[reference],
    isOnlyWithReference: pairs === 'reference',
  });
}

function resultParts(
  searches: readonly ReportedSearch[],
  table: ComparisonTable,
  { colours, points }: Pick<ComparisonReportOptions, 'colours' | 'points'>,
): ReportPart[] {
  const { branch, reference } = table;
  const series = searches.map((search) => search.series);
  const marked = series.map((each) => markedSearchOf(each, branch));
  const sources = sourcesOf(points);
  const charts = DENSITY_CHARTS.map((chart): ReportPart => {
    const markers = markersFor(chart, marked, sources);
    const options = { markers, reference, ...(colours && { colours }) };
    return { kind: 'chart', chart: comparisonChart(series, branch, chart, options) };
  });
  return [...charts, { kind: 'table', table: comparisonTextTable(table) }];
}

function methodsOfAll(searches: readonly ReportedSearch[], names: readonly string[]): string {
  return searches.map((search, index) => `${names[index]!}: ${methodsOf(search)}`).join('\n\n');
}

function settingParts(
  searches: readonly ReportedSearch[],
  names: readonly string[],
  reference: number,
): ReportPart[] {
  const named = searches.map(({ search }, index) => ({
    name: names[index]!,
    written: search.written,
  }));
  const differences = differencesTable(named);
  return [
    differences.rows.length === 0
      ? paragraph('All settings are equal.')
      : { kind: 'table', table: differences },
    paragraph(`The settings of ${names[reference] ?? 'the first search'}:`),
    ...named.slice(reference, reference + 1).map(({ written }) => ({
      kind: 'table' as const,
      table: settingsTable(written),
    })),
  ];
}
