/** Whether a saved search is a run of a reproduction, also after it was extended. */
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import { canonicalJson } from '../../store/settings-hash.ts';

/**
 * Whether a search with the settings `saved` has trained, or will train, all that `wanted` asks for. It may have
 * more replicates, branches or levels: an extension adds them at the end, and changes nothing else.
 */
export function covers(saved: WrittenSettings, wanted: WrittenSettings): boolean {
  const isCandidate =
    saved.architecture.id === wanted.architecture.id &&
    saved.dataset.id === wanted.dataset.id &&
    saved.replicates.count >= wanted.replicates.count;
  return isCandidate && canonicalJson(withoutMore(saved, wanted)) === canonicalJson(wanted);
}

/** The settings without what comes after the last replicate, branch and level of `wanted`. */
function withoutMore(saved: WrittenSettings, wanted: WrittenSettings): object {
  const { replicates, branches, pruning } = saved;
  return {
    ...saved,
    replicates: { ...replicates, count: wanted.replicates.count },
    branches: branches.slice(0, wanted.branches.length),
    pruning: withoutMoreLevels(pruning, wanted.pruning.levels),
  };
}

/** Only these schedules keep their first levels as they are if there are more. */
function withoutMoreLevels(pruning: WrittenSettings['pruning'], levels: number): object {
  if (pruning.levels <= levels) return pruning;
  if (pruning.schedule === 'iterative') return { ...pruning, levels };
  if (!('densities' in pruning) || !Array.isArray(pruning.densities)) return pruning;
  return { ...pruning, levels, densities: pruning.densities.slice(0, levels) as unknown[] };
}
