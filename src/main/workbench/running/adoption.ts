/** Taking finished trainings over from other searches. */
import { packMask, unpackMask } from '../../../shared/domain/mask.ts';
import { sameTraining, TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import type { TrainingIdentity } from '../../../shared/domain/training-record.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import { rewindOf } from '../../engine/lottery/rewinds/index.ts';
import { collapseWarnings } from '../../engine/pruning/collapse.ts';
import { strategies } from '../../engine/pruning/index.ts';
import type { Mask } from '../../engine/pruning/strategy.ts';
import type { Store, WantedTraining } from '../../store/store.ts';
import type { Donor, FinishedTraining } from './search-runner.ts';
import { capturedIteration } from './training-identity.ts';

interface AdoptingSearch {
  readonly id: string;
  readonly subject: AnalysisSubject;
}

/**
 * A finished training that is the same as one of this search. Where the next level's mask is another
 * one, everything is there to prune anew.
 *
 * @returns undefined if there is none, or if its mask can't be had without training.
 */
export function findDonor(
  store: Store,
  search: AdoptingSearch,
  key: TrainingKey,
  identity: TrainingIdentity,
): Donor | undefined {
  const { settings, layout, targets } = search.subject;
  const wanted = wantedOf(search, key, identity);
  const found = store.findDonor(wanted);
  if (!found) return undefined;
  const donor = { searchId: found.searchId, key: found.key };
  const nextTarget = key.branch === TICKET_BRANCH ? targets[key.level] : undefined;
  if (nextTarget === undefined || found.hasSamePruning) return { ...donor, pruning: undefined };

  const strategy = strategies.get(settings.pruning.strategy.id).create(settings.pruning.strategy);
  if (strategy.followsMovement === true) return undefined;
  const { mask, finalWeights } = store.loadWeights(found.searchId, found.key);
  const rewindPoint = (): Float32Array | undefined => {
    if (rewindOf(settings).keepsTrainedWeights) return undefined;
    if (key.level > 0) return store.loadHandover(search.id, { ...key, level: 0 }).rewindPoint;
    return wanted.capturedIteration === undefined
      ? undefined
      : store.loadCaptured(found.searchId, found.key, wanted.capturedIteration);
  };
  return {
    ...donor,
    pruning: {
      mask: unpackMask(mask, layout.prunableCount),
      trained: finalWeights,
      rewindPoint: rewindPoint(),
    },
  };
}

/** @param nextMask where it was pruned anew. */
export function adoptTraining(
  store: Store,
  search: AdoptingSearch,
  key: TrainingKey,
  identity: TrainingIdentity,
  donor: Donor,
  nextMask: Mask | undefined,
): FinishedTraining {
  const { layout, targets } = search.subject;
  const hasNextLevel = key.branch === TICKET_BRANCH && targets[key.level] !== undefined;
  store.adoptTraining(
    search.id,
    wantedOf(search, key, identity),
    {
      searchId: donor.searchId,
      key: donor.key,
      hasSamePruning: hasNextLevel && donor.pruning === undefined,
    },
    nextMask && packMask(nextMask),
  );
  const training = store.trainings(search.id).find((each) => sameTraining(each.key, key));
  if (!training) throw new Error('a training that was taken over is not there');
  const left = hasNextLevel ? store.loadHandover(search.id, key).nextMask : undefined;
  if (!left) return { ...training, warnings: [] };
  const unpack = (packed: Uint8Array): Mask => unpackMask(packed, layout.prunableCount);
  const mask = unpack(store.loadMask(search.id, key));
  return { ...training, warnings: collapseWarnings(layout, mask, unpack(left)) };
}

function wantedOf(
  { subject }: AdoptingSearch,
  key: TrainingKey,
  identity: TrainingIdentity,
): WantedTraining {
  const isDense = key.level === 0 && key.branch === TICKET_BRANCH;
  const iteration = isDense ? capturedIteration(subject.settings) : undefined;
  return { key, identity, capturedIteration: iteration };
}
