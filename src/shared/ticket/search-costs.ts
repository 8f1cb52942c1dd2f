/** What a ticket really costs: its own training and all trainings that its mask comes from. */
import { groupBy } from '../group-by.ts';
import { type Spread, spreadOf } from '../domain/statistics.ts';
import { TICKET_BRANCH, type TrainingKey } from '../domain/training.ts';

/** A finished training, and what it took. */
export interface CostedTraining {
  readonly key: TrainingKey;
  readonly density: number;
  /** 0..1, at the early stop. */
  readonly testAccuracyAtEarlyStop: number;
  /** Training and evaluation. */
  readonly seconds: number;
  /** Multiply-adds of kept weights in training; undefined if the network is not known. */
  readonly multiplyAdds: number | undefined;
}

/** What the trainings of a branch come from, beyond level 0. */
export type TrainingOrigin =
  /** The trained weights of the level before: that level's ticket, and what it comes from. */
  | { readonly kind: 'level-before' }
  /**
   * Weights at the rewind point, which a share of the dense training leads to: 0 for initial weights and
   * for what is drawn anew, 1 for a rewind to the end.
   */
  | { readonly kind: 'rewind-point'; readonly denseShare: number };

/** By branch. */
export type TrainingOrigins = Readonly<Record<string, TrainingOrigin>>;

export interface Cost {
  readonly seconds: number;
  readonly multiplyAdds: number | undefined;
}

/** One branch at one level: means over replicates. */
export interface CostPoint {
  readonly branch: string;
  readonly level: number;
  readonly density: number;
  readonly replicates: number;
  readonly accuracy: Spread;
  /** The training alone. */
  readonly own: Cost;
  /** With the trainings that its mask comes from. */
  readonly total: Cost;
}

/**
 * @returns by branch, the ticket first, and by level. Replicates that lack an earlier level are left
 *   out.
 */
export function costPoints(
  trainings: readonly CostedTraining[],
  origins: TrainingOrigins,
): CostPoint[] {
  const ticketOf = (replicate: number, level: number): CostedTraining | undefined =>
    trainings.find(
      ({ key }) =>
        key.branch === TICKET_BRANCH && key.replicate === replicate && key.level === level,
    );
  /** Undefined for a training that is missing. */
  const earlier = ({ replicate, level, branch }: TrainingKey): (CostedTraining | undefined)[] => {
    if (level === 0) return [];
    const origin = origins[branch];
    if (origin?.kind === 'rewind-point') {
      if (origin.denseShare === 0) return [];
      const dense = ticketOf(replicate, 0);
      return [dense && partOf(dense, origin.denseShare)];
    }
    const before = ticketOf(replicate, level - 1);
    return [...earlier({ replicate, level: level - 1, branch: TICKET_BRANCH }), before];
  };
  const complete = trainings.flatMap((training) => {
    const before = earlier(training.key);
    const known = before.filter((each) => each !== undefined);
    return known.length === before.length ? [{ training, all: [...known, training] }] : [];
  });
  const groups = groupBy(complete, ({ training: { key } }) => `${key.branch}/${key.level}`);
  return [...groups.values()]
    .map((group): CostPoint => {
      const own = group.map(({ training }) => training);
      const [{ training: first }] = group;
      return {
        branch: first.key.branch,
        level: first.key.level,
        density: spreadOf(own.map(({ density }) => density)).mean,
        replicates: group.length,
        accuracy: spreadOf(own.map(({ testAccuracyAtEarlyStop }) => testAccuracyAtEarlyStop)),
        own: meanCost(own.map((each) => [each])),
        total: meanCost(group.map(({ all }) => all)),
      };
    })
    .sort(byBranchAndLevel);
}

function partOf(training: CostedTraining, share: number): CostedTraining {
  const { seconds, multiplyAdds } = training;
  return {
    ...training,
    seconds: seconds * share,
    multiplyAdds: multiplyAdds === undefined ? undefined : multiplyAdds * share,
  };
}

function byBranchAndLevel(one: CostPoint, other: CostPoint): number {
  if (one.branch === other.branch) return one.level - other.level;
  const rank = ({ branch }: CostPoint): number => (branch === TICKET_BRANCH ? 0 : 1);
  return rank(one) - rank(other) || (one.branch < other.branch ? -1 : 1);
}

/** The mean over replicates of the sums over each replicate's trainings. */
function meanCost(replicates: readonly (readonly CostedTraining[])[]): Cost {
  const mean = (pick: (training: CostedTraining) => number): number =>
    replicates.flat().reduce((sum, training) => sum + pick(training), 0) / replicates.length;
  const isKnown = replicates.flat().every(({ multiplyAdds }) => multiplyAdds !== undefined);
  return {
    seconds: mean(({ seconds }) => seconds),
    multiplyAdds: isKnown ? mean(({ multiplyAdds }) => multiplyAdds ?? 0) : undefined,
  };
}
