import { expect, it, onTestFinished, vi } from 'vitest';
import { SpeedModel } from '../../../../src/main/workbench/planning/speed-model.ts';
import { TrainingCosts } from '../../../../src/main/workbench/planning/training-costs.ts';
import { SearchProgress } from '../../../../src/main/workbench/running/search-progress.ts';
import { TimeLeft } from '../../../../src/main/workbench/running/time-left.ts';
import { key, sampleSettings } from '../../store/samples.ts';

const NOT_SHARED = { advance: () => undefined, skip: () => undefined, finish: () => undefined };

it('goes on from a checkpoint, which says nothing about the pace', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const settings = sampleSettings();
  const progress = new SearchProgress({
    settings,
    finished: [],
    timeLeft: undefined,
    shared: NOT_SHARED,
  });
  progress.start(key());
  progress.advance(key(), 1);
  const total = 1 / progress.now().fraction;
  progress.start(key());
  progress.now();

  progress.resume(key(), 4);
  expect(progress.now()).toMatchObject({
    fraction: 4 / total,
    running: [{ iteration: 4, firstIteration: 0 }],
  });
  now = 10_000;
  progress.advance(key(), 5);
  expect(progress.now()).toMatchObject({
    fraction: 5 / total,
    etaSeconds: expect.closeTo((total - 5) * 10, 6),
    running: [
      { iteration: 5, etaSeconds: expect.closeTo(10 * (settings.training.iterations - 5), 6) },
    ],
  });
});

it('tells the time left by the costs of trainings, on a clock that stands still in pauses', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const settings = sampleSettings({ branches: [], replicates: { count: 1, seed: 7 } });
  const timeLeft = new TimeLeft({
    settings,
    costs: new TrainingCosts({
      settings,
      densities: Float64Array.of(1, 0.8, 0.64),
      evaluated: { validation: 0, test: 0 },
      speeds: new SpeedModel(
        [{ engine: 'dense', density: 1, millisecondsPerIteration: 100, millisecondsPerExample: 0 }],
        60,
      ),
      engineOf: () => 'dense',
    }),
    finished: [],
    workers: 1,
    analysisSteps: 0,
  });
  const progress = new SearchProgress({ settings, finished: [], timeLeft, shared: NOT_SHARED });
  // 3 levels of 200 iterations of 0.1 s.
  expect(progress.now().etaSeconds).toBeCloseTo(60, 6);
  progress.start(key());
  now = 5000;
  progress.setPaused(true);
  now = 500_000;
  progress.setPaused(false);
  now = 505_000;
  progress.advance(key(), 100);
  expect(progress.now().etaSeconds).toBeCloseTo(50, 6);
  now = 515_000;
  progress.finish(key(), false);
  expect(progress.now().etaSeconds).toBeCloseTo(40, 6);
});
