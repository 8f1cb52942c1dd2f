/** Splits searches into shards, which can run on different machines. */
import { largest } from '../../../shared/extremes.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import type { IdentifiedSearch } from '../running/training-identity.ts';
import { trainingIdentities } from '../running/training-identity.ts';
import type { Shard, ShardPart } from './plan.ts';

export interface PlannedSearch extends IdentifiedSearch {
  readonly id: string;
  /** Seconds on one worker; undefined if nothing similar has run here. */
  secondsOf(key: TrainingKey): number | undefined;
}

type Work = Pick<Shard, 'trainings' | 'seconds'>;

/**
 * A shard is one replicate's chain of levels with its branches, of every search that shares its dense
 * network: that is trained once. Small ones are packed until they take as long as is wanted.
 *
 * @param wantedSeconds on one worker. Default: nothing is packed.
 */
export function shardsOf(searches: readonly PlannedSearch[], wantedSeconds?: number): Shard[] {
  const groups = searches.length === 0 ? [] : groupsSharingDense(searches);
  const packed = wantedSeconds === undefined ? groups : pack(groups, wantedSeconds);
  return packed.map((group, index) => ({ number: index + 1, ...group }));
}

type Group = Omit<Shard, 'number'>;

function groupsSharingDense(searches: readonly PlannedSearch[]): Group[] {
  const identified = searches.map((search) => ({
    search,
    identityOf: trainingIdentities(search),
  }));
  const most = largest(searches.map(({ settings }) => settings.replicates.count));
  /** Replicates are alike, so the work of the same searches is counted once. */
  const works = new Map<string, Work>();
  const groups: Group[] = [];
  for (let replicate = 0; replicate < most; replicate += 1) {
    const byDense = new Map<string, typeof identified>();
    for (const each of identified) {
      if (replicate >= each.search.settings.replicates.count) continue;
      const { training } = each.identityOf({ replicate, level: 0, branch: TICKET_BRANCH });
      const alike = byDense.get(training);
      if (alike) alike.push(each);
      else byDense.set(training, [each]);
    }
    for (const alike of byDense.values()) {
      const name = alike.map(({ search }) => search.id).join(' ');
      const work = works.get(name) ?? workOf(alike);
      works.set(name, work);
      const parts = alike.map(({ search }): ShardPart => ({ searchId: search.id, replicate }));
      groups.push({ parts, ...work });
    }
  }
  return groups;
}

/** The trainings of the first replicate. One that several searches share counts once. */
function workOf(
  searches: readonly {
    readonly search: PlannedSearch;
    readonly identityOf: ReturnType<typeof trainingIdentities>;
  }[],
): Work {
  const seconds = new Map<string, number | undefined>();
  for (const { search, identityOf } of searches) {
    const { replicates } = search.settings;
    const ofOne = { ...search.settings, replicates: { ...replicates, count: 1 } };
    for (const key of plannedTrainings(ofOne)) {
      seconds.set(identityOf(key).training, search.secondsOf(key));
    }
  }
  const known = [...seconds.values()].filter((each) => each !== undefined);
  return {
    trainings: seconds.size,
    ...(known.length === seconds.size && {
      seconds: known.reduce((sum, each) => sum + each, 0),
    }),
  };
}

/** In their order, so that a plan is the same every time. */
function pack(groups: readonly Group[], wantedSeconds: number): Group[] {
  const packed: Group[] = [];
  for (const group of groups) {
    const last = packed.at(-1);
    const together = (last?.seconds ?? Number.NaN) + (group.seconds ?? Number.NaN);
    if (last && together <= wantedSeconds) {
      packed[packed.length - 1] = {
        parts: [...last.parts, ...group.parts],
        trainings: last.trainings + group.trainings,
        seconds: together,
      };
    } else packed.push(group);
  }
  return packed;
}
