/** The analyses of searches in bundles. */
import { layoutFrom } from '../../../shared/domain/layout.ts';
import type { BundledSearch } from '../../../shared/domain/bundle.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import type { ReplanUnits } from '../../store/bundle-analyses.ts';
import { replannedUnits, subjectOf } from '../analyses/analysis-plan.ts';
import { canPlanAnalysis } from '../plug-ins/used.ts';

/** As `ticket extend` plans them. */
export const replanUnits: ReplanUnits = (choice, before, after) => {
  const isPlannable = [before, after].every((search) => canPlanAnalysis(search, choice.id));
  return isPlannable
    ? replannedUnits(choice, subjectOfBundled(before), subjectOfBundled(after))
    : undefined;
};

function subjectOfBundled({ settings, parameters }: BundledSearch): AnalysisSubject {
  return subjectOf(settings, layoutFrom(parameters));
}
