/** How much a search computes, from its settings and its network alone. */
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { expectedEvaluations } from '../../../shared/domain/settings.ts';
import { spanOf } from '../../engine/lottery/span.ts';
import { productOf, type NetworkSpec } from '../../engine/layers/spec.ts';
import { plannedLayers } from './planned-layers.ts';
import type { CostedSearch } from './speeds.ts';
import { countEvaluated } from './training-costs.ts';

/** Products of a search of some ten seconds on two cores. */
const WORTH_MEASURING = 3e11;

/** Whether a search takes so long that its time left should be measured before it starts. */
export function isWorthMeasuring(search: CostedSearch, network: NetworkSpec): boolean {
  return productsOf(search, network) >= WORTH_MEASURING;
}

/** The products in all trainings and evaluations of a search, if no weight were pruned. */
export function productsOf(
  { settings, layout, evaluated }: CostedSearch,
  network: NetworkSpec,
): number {
  // A kernel is used once for every place of its output.
  const forward = plannedLayers(network, layout).reduce(
    (sum, { parameters, shape }) => sum + parameters * productOf(shape.slice(0, -1)),
    0,
  );
  const { training } = settings;
  let examples = 0;
  for (const key of plannedTrainings(settings)) {
    const { from, to } = spanOf(settings, key);
    const evaluations = expectedEvaluations(training, from, to);
    // A backward pass costs about two forward passes.
    examples += 3 * (to - from) * training.batchSize;
    examples += countEvaluated(evaluations, evaluated);
  }
  return forward * examples;
}
