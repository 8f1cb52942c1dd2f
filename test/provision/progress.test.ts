import { describe, expect, it, vi } from 'vitest';
import { terminalProgress } from '../../provision/progress.mjs';
import { textLike } from './support.ts';

function screen(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { written, progress: terminalProgress({ isTTY, columns: 120, write }) };
}

const DOWNLOAD = { type: 'step', label: 'Download', total: 274e6 } as const;

describe('terminalProgress', () => {
  it('writes one plain line for each step where there is no terminal', () => {
    const { written, progress } = screen(false);
    progress.show({ ...DOWNLOAD, state: 'running', done: 1 });
    progress.show({ ...DOWNLOAD, state: 'running', done: 137e6 });
    progress.show({ ...DOWNLOAD, state: 'done', done: 274e6 });
    progress.show({ type: 'note', text: 'Good to know.' });
    expect(written).toEqual([textLike(/^Download: 274 MB, \d/), 'Good to know.\n']);
  });

  it('shows share, amount and what is left on a terminal', () => {
    vi.useFakeTimers();
    try {
      const { written, progress } = screen(true);
      progress.show({ ...DOWNLOAD, state: 'running', done: 0 });
      vi.advanceTimersByTime(10_000);
      progress.show({ ...DOWNLOAD, state: 'running', done: 68.5e6 });
      vi.advanceTimersByTime(100);
      expect(written.at(-1)).toContain(
        'Download  [██████··················]  25 %  69 MB of 274 MB, 30 s left',
      );
      progress.end();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says that a step failed', () => {
    const { written, progress } = screen(false);
    progress.show({ ...DOWNLOAD, state: 'failed' });
    expect(written).toEqual(['Download: failed\n']);
  });
});
