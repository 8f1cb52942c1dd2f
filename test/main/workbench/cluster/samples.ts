/** Planned searches of a sweep. */
import type { PlannedSearch } from '../../../../src/main/workbench/cluster/shards.ts';
import { subjectOf } from '../../../../src/main/workbench/analyses/analysis-plan.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { denseLayout } from '../../store/samples.ts';

const LAYOUT = denseLayout(12, 8, 6, 10);

/** Each training takes a second. */
export function sweepOf(changes: readonly Record<string, unknown>[]): PlannedSearch[] {
  return changes.map((change, index) => ({
    ...subjectOf(tinySettings(change), LAYOUT),
    id: `search ${index}`,
    secondsOf: () => 1,
  }));
}

export const rewindIterations = (...iterations: readonly number[]) =>
  iterations.map((iteration) => ({ rewind: { iteration } }));
