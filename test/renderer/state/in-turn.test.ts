import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InTurn } from '../../../src/renderer/state/in-turn.svelte.ts';

const FRAME_MILLISECONDS = 16;
const PARTS = [0, 1, 2, 3];
const shown = (parts: InTurn) => PARTS.filter((place) => parts.has(place));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, FRAME_MILLISECONDS));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('parts come one after another, each after a frame', () => {
  const parts = new InTurn(1);
  parts.begin(PARTS.length);
  expect(shown(parts)).toEqual([0]);
  vi.advanceTimersByTime(FRAME_MILLISECONDS);
  expect(shown(parts)).toEqual([0]);
  vi.advanceTimersByTime(2 * FRAME_MILLISECONDS);
  expect(shown(parts)).toEqual([0, 1]);
  vi.runAllTimers();
  expect(shown(parts)).toEqual(PARTS);
});

it('all parts come at once for who looks for one of them', () => {
  const parts = new InTurn(1);
  parts.begin(PARTS.length);
  parts.all();
  expect(shown(parts)).toEqual(PARTS);
  vi.runAllTimers();
  expect(shown(parts)).toEqual(PARTS);
});

it('no part comes to a page that was left', () => {
  const parts = new InTurn(1);
  const leave = parts.begin(PARTS.length);
  vi.advanceTimersByTime(FRAME_MILLISECONDS);
  leave();
  vi.runAllTimers();
  expect(shown(parts)).toEqual([0]);
});
