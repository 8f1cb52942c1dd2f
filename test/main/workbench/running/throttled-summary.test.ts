import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ThrottledSummary } from '../../../../src/main/workbench/running/throttled-summary.ts';

describe('the summary of a running search', () => {
  const summarize = vi.fn(() => Promise.resolve());
  beforeEach(() => {
    vi.useFakeTimers();
    summarize.mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('follows every long training', () => {
    const summary = new ThrottledSummary(summarize);
    for (let training = 1; training <= 3; training += 1) {
      summary.request();
      expect(summarize).toHaveBeenCalledTimes(training);
      vi.advanceTimersByTime(1500);
    }
  });

  it('comes once a second after short ones, and covers the last of them', async () => {
    const summary = new ThrottledSummary(summarize);
    for (let training = 0; training < 20; training += 1) {
      summary.request();
      vi.advanceTimersByTime(125);
    }
    expect(summarize).toHaveBeenCalledTimes(3);
    await summary.finish();
    expect(summarize).toHaveBeenCalledTimes(4);
  });

  it('is not made again where nothing has come since', async () => {
    const summary = new ThrottledSummary(summarize);
    await summary.finish();
    summary.request();
    await summary.finish();
    expect(summarize).toHaveBeenCalledTimes(1);
  });
});
