import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readWindowState,
  visibleBounds,
  type WindowState,
  writeWindowState,
} from '../../../../src/main/hosts/electron/window-state.ts';

const DEFAULTS: WindowState = { isMaximized: false, isFullScreen: false, theme: 'system' };
const SCREEN = { x: 0, y: 0, width: 1920, height: 1080 };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ticket-state-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the kept state of the window', () => {
  it('comes back as it was written', () => {
    const file = path.join(folder, 'deep', 'window.json');
    const state: WindowState = {
      bounds: { x: 10, y: 20, width: 1000, height: 700 },
      isMaximized: true,
      isFullScreen: false,
      theme: 'dark',
    };
    writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(state);
  });

  it.each(['', '{', '[]', '{"theme":"pink"}', '{"bounds":{"x":0,"y":0,"width":-1,"height":1}}'])(
    'falls back to the defaults where the file is damaged: %s',
    (text) => {
      const file = path.join(folder, 'damaged.json');
      writeFileSync(file, text);
      expect(readWindowState(file)).toEqual(DEFAULTS);
    },
  );

  it('is forgotten where it can’t be written', () => {
    writeFileSync(path.join(folder, 'file'), '');
    expect(() => {
      writeWindowState(path.join(folder, 'file', 'window.json'), DEFAULTS);
    }).not.toThrow();
  });
});

describe('the place of the window', () => {
  const bounds = { x: 100, y: 100, width: 1000, height: 700 };

  it('is where it was, on a screen that is there', () => {
    expect(visibleBounds(bounds, [SCREEN])).toEqual(bounds);
  });

  it.each([
    ['the screen is gone', { ...bounds, x: 2000 }],
    ['the title bar is above it', { ...bounds, y: -50 }],
    ['only an edge would show', { ...bounds, x: 1900 }],
  ])('is the system’s choice where %s', (_why, place) => {
    expect(visibleBounds(place, [SCREEN])).toBeUndefined();
  });
});
