import { DENSITY_CHARTS, densityChart } from '../../../shared/charts/density-chart.ts';
import { stepTimeChart } from '../../../shared/charts/step-time-chart.ts';
import { describeExtension } from '../../../shared/domain/extension.ts';
import { markedSearch, markersFor } from '../../../shared/published/markers.ts';
import type { Report, ReportPart } from '../../exporters/report.ts';
import { levelsTable } from '../../exporters/tables/levels-table.ts';
import type { Store } from '../../store/store.ts';
import { type ChartPoints, type ReportChoice, sourcesOf } from '../exports/chart-drawing.ts';
import { dataParts, environmentParts, noteParts } from './data-parts.ts';
import { methodsOf } from './methods.ts';
import { questionOf } from './question.ts';
import { commandsToRepeat } from './repeat.ts';
import { type ReportedSearch, reportedSearch } from './reported-search.ts';
import { sectionsOf } from './sections.ts';
import { settingsTable } from './settings-facts.ts';
import { paragraph, verdictParts } from './verdict-parts.ts';

export function searchReport(
  store: Store,
  id: string,
  { methods, points }: ReportChoice = {},
): Report {
  const reported = reportedSearch(store, id);
  const { search, note } = reported;
  const { settings } = search;
  return {
    title: search.name,
    subtitle: `${settings.architecture.id} on ${settings.dataset.id}: a search for winning tickets, ${search.status}, ${search.trainingsDone} of ${search.trainingsTotal} trainings done`,
    sections: sectionsOf([
      ['Question', [paragraph(questionOf(settings))]],
      ['Verdict', verdictParts(reported.result)],
      ['Results', resultParts(reported, points)],
      ['Methods', [{ kind: 'note', markdown: methods ?? methodsOf(reported) }]],
      ['Settings', settingParts(reported)],
      ['Data', dataParts(reported)],
      ['Environment', environmentParts(reported)],
      ['To repeat it', commandsToRepeat([reported])],
      ['Notes', noteParts([{ name: search.name, note }])],
    ]),
  };
}

export function searchMethods(store: Store, id: string): string {
  return methodsOf(reportedSearch(store, id));
}

function resultParts(
  { search, result, costs }: ReportedSearch,
  points: ChartPoints | undefined,
): ReportPart[] {
  if (!result) return [];
  const charts = DENSITY_CHARTS.map((chart) =>
    densityChart(result, chart, {
      markers: markersFor(chart, [markedSearch(result)], sourcesOf(points)),
    }),
  );
  return [
    ...charts.map((chart) => ({ kind: 'chart', chart }) as const),
    { kind: 'table', table: levelsTable(result) },
    ...(costs.length > 1 ? [{ kind: 'chart', chart: stepTimeChart(search, costs) } as const] : []),
  ];
}

function settingParts({ search }: ReportedSearch): ReportPart[] {
  const extensions = (search.extensions ?? []).map(describeExtension);
  return [
    { kind: 'table', table: settingsTable(search.written) },
    ...(extensions.length === 0
      ? []
      : [paragraph(`Extended after it was planned: ${extensions.join('; ')}.`)]),
  ];
}
