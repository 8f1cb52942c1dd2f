import { expect, it } from 'vitest';
import type { WorkbenchEvent } from '../../../../src/shared/contract/events.ts';
import type { Evaluation } from '../../../../src/shared/domain/training.ts';
import { LiveSearches } from '../../../../src/main/workbench/running/live-searches.ts';
import { RunControl } from '../../../../src/main/workbench/running/run-control.ts';
import { key } from '../../store/samples.ts';

function open() {
  const events: WorkbenchEvent[] = [];
  const live = new LiveSearches((event) => events.push(event));
  return { live, events };
}

const evaluation = (iteration: number): Evaluation => ({
  iteration,
  validationLoss: 1,
  validationAccuracy: 0.5,
  testLoss: 1,
  testAccuracy: 0.5,
});

it('a curve grows with its training and goes with it', () => {
  const { live } = open();
  live.begin('a', new RunControl(), undefined);
  for (const training of [key(0, 0), key(1, 0)]) {
    live.follow('a', { type: 'training-started', key: training });
    live.follow('a', { type: 'evaluation', key: training, evaluation: evaluation(0) });
  }
  live.follow('a', { type: 'evaluation', key: key(1, 0), evaluation: evaluation(10) });
  const lengths = () => live.curves('a').map(({ evaluations }) => evaluations.length);
  expect(lengths()).toEqual([1, 2]);
  live.follow('a', {
    type: 'training-finished',
    key: key(0, 0),
    density: 1,
    earlyStopIteration: 0,
    testAccuracy: 0.5,
    trainingMilliseconds: 1,
    evaluationMilliseconds: 1,
  });
  expect(lengths()).toEqual([2]);
});

it('a training that begins again has a new curve', () => {
  const { live } = open();
  live.begin('a', new RunControl(), undefined);
  live.follow('a', { type: 'training-started', key: key(0, 0) });
  live.follow('a', { type: 'evaluation', key: key(0, 0), evaluation: evaluation(0) });
  live.follow('a', { type: 'training-started', key: key(0, 0) });
  expect(live.curves('a')).toEqual([{ key: key(0, 0), evaluations: [] }]);
});

it('no time is left while a search is paused', () => {
  const { live, events } = open();
  const control = new RunControl();
  live.begin('a', control, undefined);
  live.follow('a', { type: 'progress', fraction: 0.5, etaSeconds: 60, running: [] });
  expect(live.live('a')).toMatchObject({ fraction: 0.5, etaSeconds: 60, isPaused: false });
  control.setPaused(true);
  live.tell('a');
  expect(live.live('a')).toMatchObject({ etaSeconds: undefined, isPaused: true });
  live.end('a');
  expect(live.live('a')).toBeUndefined();
  expect(events.at(-1)).toEqual({ type: 'search-live', id: 'a', live: undefined });
});

it('a sweep is live as long as one of its searches, and paused when all of them are', () => {
  const { live, events } = open();
  const sweep = { id: 'sweep', progress: () => ({ fraction: 0.25, etaSeconds: 40 }) };
  const controls = [new RunControl(), new RunControl()];
  live.begin('a', controls[0]!, sweep);
  live.begin('b', controls[1]!, sweep);
  const running = { key: key(0, 0), worker: 0, iteration: 1, firstIteration: 0, lastIteration: 9 };
  for (const id of ['a', 'b']) {
    live.follow(id, {
      type: 'progress',
      fraction: 0.1,
      etaSeconds: 10,
      running: [{ ...running, etaSeconds: undefined }],
    });
  }
  expect(live.liveSweep('sweep')).toEqual({ fraction: 0.25, etaSeconds: 40, running: 2 });
  controls[0]!.setPaused(true);
  expect(live.liveSweep('sweep')?.etaSeconds).toBe(40);
  controls[1]!.setPaused(true);
  expect(live.liveSweep('sweep')?.etaSeconds).toBeUndefined();

  live.end('a');
  expect(live.liveSweep('sweep')?.running).toBe(1);
  live.end('b');
  expect(live.liveSweep('sweep')).toBeUndefined();
  expect(events.at(-1)).toEqual({ type: 'sweep-live', id: 'sweep', live: undefined });
});
