import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/main/workbench/running/pace.ts';

describe('the pace', () => {
  it('says nothing before there is something to judge by', () => {
    const pace = new Pace();
    expect(pace.secondsLeft(100)).toBeUndefined();
    pace.record(0, 0);
    pace.record(500, 10);
    expect(pace.secondsLeft(100)).toBeUndefined();
  });

  it('extrapolates what was done', () => {
    const pace = new Pace();
    pace.record(0, 0);
    pace.record(2000, 20);
    expect(pace.secondsLeft(100)).toBeCloseTo(8);
  });

  it('follows a change of speed and forgets what is long past', () => {
    const pace = new Pace(10_000);
    for (let second = 0; second <= 100; second += 1) pace.record(second * 1000, second);
    for (let second = 101; second <= 115; second += 1) {
      pace.record(second * 1000, 100 + (second - 100) * 10);
    }
    expect(pace.secondsLeft(350)).toBeCloseTo(10);
  });

  it('counts from where a resumed search begins', () => {
    const pace = new Pace();
    pace.record(0, 90);
    pace.record(5000, 95);
    expect(pace.secondsLeft(100)).toBeCloseTo(5);
  });
});
