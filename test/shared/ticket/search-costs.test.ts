import { describe, expect, it } from 'vitest';
import {
  type CostedTraining,
  costPoints,
  type TrainingOrigins,
} from '../../../src/shared/ticket/search-costs.ts';

const EARLIER_LEVELS: TrainingOrigins = { ticket: { kind: 'level-before' } };
const scored = (denseShare: number): TrainingOrigins => {
  const origin = { kind: 'rewind-point', denseShare } as const;
  return { ticket: origin, 'random-reinit': origin };
};

function training(
  level: number,
  seconds: number,
  { replicate = 0, branch = 'ticket', multiplyAdds = 10 * seconds } = {},
): CostedTraining {
  return {
    key: { replicate, level, branch },
    density: 0.8 ** level,
    testAccuracyAtEarlyStop: 0.9 + 0.01 * replicate,
    seconds,
    multiplyAdds,
  };
}

describe('the cost of a ticket', () => {
  const search = [
    training(0, 8),
    training(1, 4),
    training(1, 5, { branch: 'random-reinit' }),
    training(2, 2),
    training(2, 3, { branch: 'random-reinit' }),
  ];

  it('includes the trainings that its mask comes from', () => {
    const points = costPoints(search, EARLIER_LEVELS);
    expect(points.map(({ branch, level }) => `${branch} ${level}`)).toEqual([
      'ticket 0',
      'ticket 1',
      'ticket 2',
      'random-reinit 1',
      'random-reinit 2',
    ]);
    expect(points.map(({ own }) => own.seconds)).toEqual([8, 4, 2, 5, 3]);
    // A control costs its own training and the tickets of the levels before.
    expect(points.map(({ total }) => total.seconds)).toEqual([8, 12, 14, 13, 15]);
    expect(points.map(({ total }) => total.multiplyAdds)).toEqual([80, 120, 140, 130, 150]);
  });

  it('is its training alone where weights are scored before training', () => {
    const points = costPoints(search, scored(0));
    expect(points.map(({ total }) => total.seconds)).toEqual([8, 4, 2, 5, 3]);
  });

  it('includes the part of the dense training that leads to a late rewind point', () => {
    const points = costPoints(search, scored(0.25));
    expect(points.map(({ total }) => total.seconds)).toEqual([8, 6, 4, 7, 5]);
    expect(points.map(({ total }) => total.multiplyAdds)).toEqual([80, 60, 40, 70, 50]);
  });

  it('differs between branches: what is drawn anew needs no ticket, trained weights need the one before', () => {
    const branches = [
      training(2, 3, { branch: 'small-dense' }),
      training(2, 1, { branch: 'fine-tune' }),
    ];
    const drawn = { 'small-dense': { kind: 'rewind-point', denseShare: 0 } } as const;
    const totalOf = (origins: TrainingOrigins) =>
      costPoints([...search, ...branches], origins)
        .filter(({ branch }) => branch === 'small-dense' || branch === 'fine-tune')
        .map(({ branch, total }) => [branch, total.seconds]);
    expect(totalOf({ ...EARLIER_LEVELS, ...drawn })).toEqual([
      ['fine-tune', 13],
      ['small-dense', 3],
    ]);
    // The ticket of level 1 needed no training itself.
    expect(totalOf({ ...scored(0), ...drawn, 'fine-tune': { kind: 'level-before' } })).toEqual([
      ['fine-tune', 5],
      ['small-dense', 3],
    ]);
  });

  it('is a mean over replicates that have all earlier levels', () => {
    const points = costPoints(
      [training(0, 8), training(0, 10, { replicate: 1 }), training(1, 4, { replicate: 1 })].concat(
        // Its dense network is missing.
        training(1, 100, { replicate: 2 }),
      ),
      EARLIER_LEVELS,
    );
    expect(points).toHaveLength(2);
    expect(points[0]).toMatchObject({ replicates: 2, total: { seconds: 9 } });
    expect(points[0]!.accuracy).toMatchObject({ min: 0.9, max: 0.91 });
    expect(points[1]).toMatchObject({ replicates: 1, total: { seconds: 14 } });
  });

  it('has no multiply-adds where one training has none', () => {
    const unknown: CostedTraining = { ...training(1, 4), multiplyAdds: undefined };
    const [dense, ticket] = costPoints([training(0, 8), unknown], EARLIER_LEVELS);
    expect(dense!.total.multiplyAdds).toBe(80);
    expect(ticket!.total).toEqual({ seconds: 12, multiplyAdds: undefined });
  });
});
