/** The overlap of the masks of several searches, as parts of a report. */
import { searchOverlapChart } from '../../../shared/charts/overlap-chart.ts';
import { notCompared } from '../../../shared/domain/not-compared.ts';
import { renamed } from '../../../shared/tables/overlap-rows.ts';
import type { ReportPart } from '../../exporters/report.ts';
import { overlapTextTable } from '../../exporters/tables/overlap-text-table.ts';
import type { Store } from '../../store/store.ts';
import { type OverlapOptions, searchOverlap } from '../analyses/search-overlap.ts';
import { paragraph } from './verdict-parts.ts';

/** @param names by id. */
export function overlapParts(
  store: Store,
  names: Readonly<Record<string, string>>,
  options: OverlapOptions,
): ReportPart[] {
  const overlap = renamed(searchOverlap(store, Object.keys(names), options), names);
  const missing = notCompared(overlap);
  const reasons: ReportPart[] = missing.length === 0 ? [] : [{ kind: 'list', items: missing }];
  if (overlap.pairs.length === 0) {
    return [paragraph('There are no two masks of equal density to compare.'), ...reasons];
  }
  return [
    { kind: 'chart', chart: searchOverlapChart(overlap) },
    ...reasons,
    { kind: 'table', table: overlapTextTable(overlap) },
  ];
}
