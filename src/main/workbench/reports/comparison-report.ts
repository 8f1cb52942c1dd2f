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
import { type ChartPoints, type ReportChoice, sourcesOf } from '../exports/chart-drawing.ts';
import {
  comparedSearches,
  comparisonTable,
  isTrained,
  searchesWithBranch,
} from '../exports/comparison.ts';
import { dataParts, environmentParts, noteParts } from './data-parts.ts';
import { methodsOf } from './methods.ts';
import { questionOf } from './question.ts';
import { commandsToRepeat } from './repeat.ts';
import type { ReportedSearch } from './reported-search.ts';
import { sectionsOf } from './sections.ts';
import { differencesTable, settingsTable } from './settings-facts.ts';
import { paragraph, verdictSentence } from './verdict-parts.ts';

export function comparisonReport(
  store: Store,
  ids: readonly string[],
  branch: string,
  { methods, points }: ReportChoice = {},
): Report {
  const searches = searchesWithBranch(store, ids, branch);
  const table = comparisonTable(searches, branch);
  const { names } = table;
  const [first] = searches;
  const ofEach = (partsOf: (search: ReportedSearch) => readonly ReportPart[]): ReportPart[] =>
    searches.flatMap((search, index) => [paragraph(`${names[index]!}:`), ...partsOf(search)]);
  return {
    title: `${searches.length} searches compared`,
    subtitle: names.join(', '),
    sections: sectionsOf([
      ['Question', questionParts(table, first)],
      [
        'Verdict',
        searches.map(({ result }, index) =>
          paragraph(`${names[index]!}: ${verdictSentence(result, branch)}`),
        ),
      ],
      ['Results', isTrained(searches, branch) ? resultParts(searches, table, points) : []],
      ['Methods', [{ kind: 'note', markdown: methods ?? methodsOfAll(searches, names) }]],
      ['Settings', settingParts(searches, names)],
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
  { names, branch }: ComparisonTable,
  first: ReportedSearch | undefined,
): ReportPart[] {
  const compared = branch === TICKET_BRANCH ? 'tickets' : `networks of the branch ${branch}`;
  const own = `How do the ${compared} of ${names.join(', ')} differ, at equal densities?`;
  if (!first) return [paragraph(own)];
  return [paragraph(own), paragraph(`${names[0]!} asks: ${questionOf(first.search.settings)}`)];
}

function resultParts(
  searches: readonly ReportedSearch[],
  table: ComparisonTable,
  points: ChartPoints | undefined,
): ReportPart[] {
  const { branch } = table;
  const series = searches.map((search) => search.series);
  const marked = series.map((each) => markedSearchOf(each, branch));
  const sources = sourcesOf(points);
  const charts = DENSITY_CHARTS.map((chart): ReportPart => {
    const markers = markersFor(chart, marked, sources);
    return { kind: 'chart', chart: comparisonChart(series, branch, chart, markers) };
  });
  return [...charts, { kind: 'table', table: comparisonTextTable(table) }];
}

function methodsOfAll(searches: readonly ReportedSearch[], names: readonly string[]): string {
  return searches.map((search, index) => `${names[index]!}: ${methodsOf(search)}`).join('\n\n');
}

function settingParts(searches: readonly ReportedSearch[], names: readonly string[]): ReportPart[] {
  const named = searches.map(({ search }, index) => ({
    name: names[index]!,
    written: search.written,
  }));
  const differences = differencesTable(named);
  return [
    differences.rows.length === 0
      ? paragraph('All settings are equal.')
      : { kind: 'table', table: differences },
    paragraph(`The settings of ${names[0] ?? 'the first search'}:`),
    ...named.slice(0, 1).map(({ written }) => ({
      kind: 'table' as const,
      table: settingsTable(written),
    })),
  ];
}
