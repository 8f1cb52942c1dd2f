/** What the bits of a training follow from: two trainings with equal facts are the same one. */
import { createHash } from 'node:crypto';
import { branchNamed } from '../../../shared/domain/branch.ts';
import { DEFAULT_REWIND, type Settings } from '../../../shared/domain/settings.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Environment } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { trainedWith, transferNamed } from '../../../shared/domain/transfer.ts';
import type { TrainingIdentity } from '../../../shared/domain/training-record.ts';
import { rewinds } from '../../engine/lottery/rewinds/index.ts';
import { strategies } from '../../engine/pruning/index.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';
import { canonicalJson } from '../../store/settings-hash.ts';

/** A search, as far as its trainings' bits follow from it. */
export interface IdentifiedSearch {
  readonly settings: Settings;
  /** What levels 1, 2, … keep. */
  readonly targets: readonly SparsityTarget[];
}

/** Where it runs; without it, what is planned is compared. */
export interface RunEnvironment {
  readonly datasetFingerprint: string;
  /** Of transfers to other data, by branch. */
  readonly targetFingerprints: ReadonlyMap<string, string>;
  readonly environment: Environment;
  engineOf(level: number): EngineId;
}

/**
 * Left out is what changes no bit of the training: branches beside it, later levels, the number of
 * replicates, verdict, analyses. Dense networks share what follows after them, so neither pruning
 * nor rewinding is part of their identity, unless the strategy watches them train. The dense network
 * on a transfer's target is that of a search there.
 */
export function identityOf(
  { settings, targets }: IdentifiedSearch,
  key: TrainingKey,
  runEnvironment?: RunEnvironment,
): TrainingIdentity {
  const transfer = transferNamed(settings, key.branch);
  const targetFingerprint = runEnvironment?.targetFingerprints.get(key.branch);
  if (transfer && key.level === 0) {
    return identityOf(
      { settings: trainedWith(settings, key.branch), targets: [] },
      { ...key, branch: TICKET_BRANCH },
      runEnvironment && {
        ...runEnvironment,
        datasetFingerprint: targetFingerprint ?? runEnvironment.datasetFingerprint,
      },
    );
  }
  // By what is left out, so that a setting that is new some day is part of it.
  const {
    verdict: _verdict,
    analyses: _analyses,
    branches: _branches,
    branchLevels: _branchLevels,
    pruning,
    rewind,
    replicates,
    training,
    ...others
  } = settings;
  const { engine, ...trained } = training;
  const { id = DEFAULT_REWIND, iteration } = rewind;
  const followsMovement =
    strategies.get(pruning.strategy.id).create(pruning.strategy).followsMovement === true;
  const isTicket = key.branch === TICKET_BRANCH;
  const nextTarget = isTicket ? targets[key.level] : undefined;
  const next = nextTarget && { strategy: pruning.strategy, target: nextTarget };
  const common = {
    ...others,
    training: trained,
    seed: replicates.seed,
    replicate: key.replicate,
    engines: Array.from({ length: key.level + 1 }, (_, level) =>
      runEnvironment ? runEnvironment.engineOf(level) : engine,
    ),
    ...(runEnvironment && whereOf(runEnvironment)),
  };
  const way =
    key.level === 0
      ? {}
      : {
          level: key.level,
          branch: branchNamed(settings, key.branch) ?? key.branch,
          ...(targetFingerprint === undefined ? {} : { targetFingerprint }),
          strategy: pruning.strategy,
          targets: targets.slice(0, key.level),
          rewind: { id, iteration },
        };
  const facts = { ...common, ...way, ...(followsMovement && next ? { next } : {}) };
  return {
    training: hashOf(facts),
    // What is kept by how weights have moved does not depend on where survivors return to.
    pruning:
      next && hashOf(followsMovement ? facts : { ...facts, next, rewind: { id, iteration } }),
  };
}

/** The iteration whose weights the dense network has to leave for the levels after it, if any. */
export function capturedIteration({ rewind }: Settings): number | undefined {
  const { keepsTrainedWeights } = rewinds.get(rewind.id ?? DEFAULT_REWIND);
  return keepsTrainedWeights || rewind.iteration === 0 ? undefined : rewind.iteration;
}

/** The number of workers and of cores changes nothing: each training has one thread. */
function whereOf({ datasetFingerprint, environment }: RunEnvironment): object {
  const { workbench, tensorflow, platform, cpu, threadsPerWorker } = environment;
  return { datasetFingerprint, workbench, tensorflow, platform, cpu, threadsPerWorker };
}

function hashOf(facts: object): string {
  return createHash('sha256').update(canonicalJson(facts)).digest('hex');
}
