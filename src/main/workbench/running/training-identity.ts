/** The facts that determine the bits of a training: trainings with equal facts are equal. */
import { createHash } from 'node:crypto';
import { branchNamed, idOfBranch } from '../../../shared/domain/branch.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { EngineId, EngineSetting } from '../../../shared/domain/engine.ts';
import type { Environment } from '../../../shared/domain/search.ts';
import type { PlugInKind, UsedPlugIn } from '../../../shared/domain/plug-in.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { trainedWith, transferNamed } from '../../../shared/domain/transfer.ts';
import type { TrainingIdentity } from '../../../shared/domain/training-record.ts';
import { rewindOf } from '../../engine/lottery/rewinds/index.ts';
import { strategies } from '../../engine/pruning/index.ts';
import { usedPlugIns } from '../plug-ins/used.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';
import { canonicalJson } from '../../store/settings-hash.ts';

/** The part of a search that determines its trainings' bits. */
export interface IdentifiedSearch {
  readonly settings: Settings;
  /** The sparsity targets of levels 1, 2, … */
  readonly targets: readonly SparsityTarget[];
}

/** The environment in which a search runs. */
export interface RunEnvironment {
  readonly datasetFingerprint: string;
  /** The fingerprints of transfers' datasets, by branch. */
  readonly targetFingerprints: ReadonlyMap<string, string>;
  readonly environment: Environment;
  engineOf(level: number): EngineId;
}

/** Identities of the trainings of one search. */
export type IdentityOf = (key: TrainingKey) => TrainingIdentity;

/** The JSON of a training's facts, to be completed with its replicate. */
interface IdentityTemplate {
  readonly training: FactsOfReplicate;
  readonly pruning: FactsOfReplicate | undefined;
}
type FactsOfReplicate = (replicate: number) => string;

/**
 * An identity omits what changes no bit of the training: other branches, later levels, the number
 * of replicates, verdict and analyses. Pruning and rewinding come after the dense training, so its
 * identity omits them too, unless the strategy observes the training. The dense network on a
 * transfer's target is that of a search on that target.
 *
 * The facts of replicates differ only in a number, so their JSON is built once for all of them.
 *
 * @param runEnvironment omitted to compare trainings that are only planned.
 */
export function trainingIdentities(
  search: IdentifiedSearch,
  runEnvironment?: RunEnvironment,
): IdentityOf {
  const templates = new Map<string, IdentityTemplate>();
  return ({ replicate, level, branch }) => {
    const name = `${level}/${branch}`;
    const template = templates.get(name) ?? templateOf(search, { level, branch }, runEnvironment);
    templates.set(name, template);
    const { training, pruning } = template;
    return {
      training: sha256(training(replicate)),
      pruning: pruning && sha256(pruning(replicate)),
    };
  };
}

/** The iteration whose weights the dense network must save for later levels, if any. */
export function capturedIteration(settings: Settings): number | undefined {
  const { iteration } = settings.rewind;
  return rewindOf(settings).keepsTrainedWeights || iteration === 0 ? undefined : iteration;
}

function templateOf(
  { settings, targets }: IdentifiedSearch,
  { level, branch }: Omit<TrainingKey, 'replicate'>,
  runEnvironment: RunEnvironment | undefined,
): IdentityTemplate {
  const transfer = transferNamed(settings, branch);
  const targetFingerprint = runEnvironment?.targetFingerprints.get(branch);
  if (transfer && level === 0) {
    return templateOf(
      { settings: trainedWith(settings, branch), targets: [] },
      { level, branch: TICKET_BRANCH },
      runEnvironment && {
        ...runEnvironment,
        datasetFingerprint: targetFingerprint ?? runEnvironment.datasetFingerprint,
      },
    );
  }
  // Omitted settings are listed, so a new setting is part of the identity unless it is listed here.
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
  const { engine, engines, ...trained } = training;
  const { id } = rewindOf(settings);
  const { iteration } = rewind;
  const followsMovement =
    strategies.get(pruning.strategy.id).create(pruning.strategy).followsMovement === true;
  const own = usedPlugIns(settings);
  const isTicket = branch === TICKET_BRANCH;
  const branchId = idOfBranch(branchNamed(settings, branch) ?? branch);
  const isOfStrategy = ({ kind }: UsedPlugIn): boolean => kind === 'strategies';
  const isOfPath = (plugIn: UsedPlugIn): boolean =>
    isOfStrategy(plugIn) || (plugIn.kind === 'branches' && plugIn.id === branchId);
  const nextTarget = isTicket ? targets[level] : undefined;
  const next = nextTarget && {
    strategy: pruning.strategy,
    ...plugInFacts('plugIns', own.filter(isOfStrategy)),
    target: nextTarget,
  };
  const enginesUpTo = Array.from({ length: level + 1 }, (_, each) =>
    runEnvironment ? runEnvironment.engineOf(each) : (engines?.[each] ?? engine),
  );
  const common = {
    ...others,
    training: trained,
    ...plugInFacts(
      'plugIns',
      own.filter(({ kind }) => OF_EVERY_TRAINING.includes(kind)),
    ),
    seed: replicates.seed,
    engines: enginesUpTo,
    ...sparseFacts(enginesUpTo),
    ...(runEnvironment && environmentFacts(runEnvironment)),
  };
  const path =
    level === 0
      ? {}
      : {
          level,
          branch: branchNamed(settings, branch) ?? branch,
          ...(targetFingerprint === undefined ? {} : { targetFingerprint }),
          strategy: pruning.strategy,
          ...plugInFacts('pathPlugIns', own.filter(isOfPath)),
          targets: targets.slice(0, level),
          rewind: { id, iteration },
        };
  const facts = { ...common, ...path, ...(followsMovement && next ? { next } : {}) };
  // Movement scores do not depend on what survivors are reset to.
  const pruningFacts = followsMovement ? facts : { ...facts, next, rewind: { id, iteration } };
  return { training: factsOf(facts), pruning: next && factsOf(pruningFacts) };
}

/** The kinds of entry that affect every training. Schedules affect only the targets. */
const OF_EVERY_TRAINING: readonly PlugInKind[] = [
  'datasets',
  'architectures',
  'initializers',
  'optimizers',
];

/**
 * The order in which the sparse engine adds. Increase it when a change of its kernels changes bits: then
 * no search takes over a training with other bits.
 */
const SPARSE_SUMS = 2;

/** Trainings without the sparse engine keep their identities. */
function sparseFacts(engines: readonly EngineSetting[]): object {
  const isSparse = engines.some((engine) => engine === 'sparse' || engine === 'sparse-relaxed');
  return isSparse ? { sparseSums: SPARSE_SUMS } : {};
}

/** Without plug-ins there is no such fact, so identities from before plug-ins stay valid. */
function plugInFacts(name: string, plugIns: readonly UsedPlugIn[]): object {
  if (plugIns.length === 0) return {};
  return { [name]: plugIns.map(({ kind, id, sha256 }) => ({ kind, id, sha256 })) };
}

/** The numbers of workers and cores are omitted, because each training runs on one thread. */
function environmentFacts({ datasetFingerprint, environment }: RunEnvironment): object {
  const { workbench, tensorflow, platform, cpu, threadsPerWorker } = environment;
  return { datasetFingerprint, workbench, tensorflow, platform, cpu, threadsPerWorker };
}

/** No search has this many replicates. */
const PLACEHOLDER = Number.MAX_SAFE_INTEGER;

/** @throws Error if the settings also contain the placeholder. */
function factsOf(facts: object): FactsOfReplicate {
  const json = canonicalJson({ ...facts, replicate: PLACEHOLDER });
  const [before, after, ...others] = json.split(`"replicate":${PLACEHOLDER}`);
  if (before === undefined || after === undefined || others.length > 0) {
    throw new Error('the facts of a training have no single place for its replicate');
  }
  return (replicate) => `${before}"replicate":${replicate}${after}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
