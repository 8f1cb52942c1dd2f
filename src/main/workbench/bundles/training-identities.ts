/** Which trainings of a bundle other searches may take over. */
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import { ENGINE_IDS, type EngineId } from '../../../shared/domain/engine.ts';
import { layoutFrom } from '../../../shared/domain/layout.ts';
import type { TrainingIdentity } from '../../../shared/domain/training-record.ts';
import { subjectOf } from '../analyses/analysis-plan.ts';
import { type IdentityOf, trainingIdentities } from '../running/training-identity.ts';

/**
 * Identities are computed here again, from settings, fingerprints, engines and the environment of the
 * session. A training whose identity is another one comes without: no search takes it over.
 */
export function identified(search: BundledSearch): (training: BundledTraining) => BundledTraining {
  const bySession = new Map<number, IdentityOf | undefined>();
  return (training) => {
    const { session } = training;
    if (!bySession.has(session)) bySession.set(session, identitiesIn(search, session));
    const { identity, pruningIdentity, ...others } = training;
    const computed = identityOf(bySession.get(session), training);
    if (identity === undefined || computed?.training !== identity) return others;
    const isSamePruning = pruningIdentity !== undefined && pruningIdentity === computed.pruning;
    return { ...others, identity, ...(isSamePruning && { pruningIdentity }) };
  };
}

/** Undefined where a level's engine is unknown. */
function identityOf(
  identities: IdentityOf | undefined,
  { key }: BundledTraining,
): TrainingIdentity | undefined {
  try {
    return identities?.(key);
  } catch {
    return undefined;
  }
}

/** Undefined for a search with entries that are not here. */
function identitiesIn(search: BundledSearch, session: number): IdentityOf | undefined {
  const { settings, parameters, datasetFingerprint, targets, sessions } = search;
  const environment = sessions[session]?.environment;
  if (!environment || datasetFingerprint === '') return undefined;
  const engines = new Map(search.engines.map(({ level, engine }) => [level, engine]));
  try {
    return trainingIdentities(subjectOf(settings, layoutFrom(parameters)), {
      datasetFingerprint,
      targetFingerprints: new Map(
        targets.flatMap(({ branch, datasetFingerprint: fingerprint }) =>
          fingerprint === undefined ? [] : [[branch, fingerprint] as const],
        ),
      ),
      environment,
      engineOf: (level) => engineAt(engines, level),
    });
  } catch {
    return undefined;
  }
}

function engineAt(engines: ReadonlyMap<number, string>, level: number): EngineId {
  const engine = ENGINE_IDS.find((id) => id === engines.get(level));
  if (engine === undefined) throw new Error(`no engine of level ${level} is known`);
  return engine;
}
