import { expect, it, onTestFinished, vi } from 'vitest';
import { SearchProgress } from '../../../../src/main/workbench/running/search-progress.ts';
import { key, sampleSettings } from '../../store/samples.ts';

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
    analysisSteps: 0,
    shared: { advance: () => undefined, skip: () => undefined, finish: () => undefined },
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
