import { comparisonChart, DENSITY_CHARTS } from '../../../shared/charts/density-chart.ts';
import { markedSearchOf, markersFor } from '../../../shared/published/markers.ts';
import type { ComparisonTable } from '../../exporters/exporter.ts';
import type { Report, ReportPart } from '../../exporters/report.ts';
import { comparisonTextTable } from '../../exporters/tables/comparison-text-table.ts';
import type { Store } from '../../store/store.ts';
import { comparedSearches, comparisonTable, referenceAmong } from '../exports/comparison.ts';
import { publishedFiles } from '../published/files.ts';
import { dataParts, environmentParts, noteParts } from './data-parts.ts';
import { methodsOf } from './methods.ts';
import { questionOf } from './question.ts';
import { commandsToRepeat } from './repeat.ts';
import type { ReportedSearch } from './reported-search.ts';
import { sectionsOf } from './sections.ts';
import { differencesTable, settingsTable } from './settings-facts.ts';
import { paragraph, verdictSentence } from './verdict-parts.ts';

interface ComparisonReportOptions {
  readonly branch: string;
  /** The search that differences are from. Default: the first. */
  readonly reference?: string | undefined;
  /** In Markdown. Default: written from the settings. Empty: no such section. */
  readonly methods?: string | undefined;
}

export function comparisonReport(
  store: Store,
  ids: readonly string[],
  { branch, methods, reference: referenceId }: ComparisonReportOptions,
): Report {
  const searches = comparedSearches(store, ids);
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
          paragraph(`${names[index]!}: ${verdictSentence(result)}`),
        ),
      ],
      [
        'Results',
        [
          ...chartParts(searches, branch, reference),
          { kind: 'table', table: comparisonTextTable(table) },
        ],
      ],
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
  return methodsOfAll(
    searches,
    searches.map(({ search }) => search.name),
  );
}

function questionParts(
  { names }: ComparisonTable,
  reference: ReportedSearch | undefined,
): ReportPart[] {
  const own = `How do the winning tickets of ${names.join(', ')} differ, at equal densities?`;
  if (!reference) return [paragraph(own)];
  const { name, settings } = reference.search;
  return [paragraph(`${own} Of the reference, ${name}: ${questionOf(settings)}`)];
}

function chartParts(
  searches: readonly ReportedSearch[],
  branch: string,
  reference: number,
): ReportPart[] {
  const series = searches.map((search) => search.series);
  const marked = series.map((each) => markedSearchOf(each, branch));
  const sources = { published: publishedFiles(), own: [] };
  return DENSITY_CHARTS.map((chart) => {
    const markers = markersFor(chart, marked, sources);
    return { kind: 'chart', chart: comparisonChart(series, branch, chart, { markers, reference }) };
  });
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
