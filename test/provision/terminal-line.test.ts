import { afterEach, describe, expect, it, vi } from 'vitest';
import { bar, duration, shortDuration, terminalLine } from '../../provision/terminal-line.mjs';

afterEach(() => {
  vi.unstubAllEnvs();
});

function lineOn(screen: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { written, line: terminalLine({ ...screen, write: (text) => written.push(text) }) };
}

describe('the line at the bottom of a terminal', () => {
  it('is drawn over, cut off at the edge, and removed once', () => {
    vi.stubEnv('TERM', 'xterm');
    const { written, line } = lineOn({ isTTY: true, columns: 6 });
    line.draw('one');
    line.draw('longer than that');
    line.clear();
    line.clear();
    expect(written).toEqual(['\r\u001b[2Kone', '\r\u001b[2Klonge', '\r\u001b[2K']);
  });

  it('is not drawn in a file or an editor', () => {
    vi.stubEnv('TERM', 'dumb');
    for (const screen of [{ isTTY: true }, { isTTY: false }, {}]) {
      const { written, line } = lineOn(screen);
      line.draw('one');
      line.clear();
      expect([line.isMoving, written]).toEqual([false, []]);
    }
  });

  it('has 80 columns where the terminal says none', () => {
    expect(lineOn({ isTTY: true, columns: 0 }).line.columns()).toBe(80);
  });
});

describe('amounts', () => {
  it('are bars and times', () => {
    expect([bar(0.25, 8), bar(-1, 2), bar(2, 2)]).toEqual(['[██······]', '[··]', '[██]']);
    expect([12, 60, 200, 3900].map(duration)).toEqual(['12 s', '1 min', '3 min 20 s', '1 h 5 min']);
    expect([0, 0.01, 0.42, 12].map(shortDuration)).toEqual([
      '0.0 s',
      'under 0.1 s',
      '0.4 s',
      '12 s',
    ]);
  });
});
