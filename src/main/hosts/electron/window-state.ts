/** Saves the window's place, size and theme in a small file of the user. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';

const rectangleSchema = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
});
export type Rectangle = z.infer<typeof rectangleSchema>;

export const THEMES = ['system', 'light', 'dark'] as const;
export const themeSchema = z.enum(THEMES);
export type ThemeChoice = z.infer<typeof themeSchema>;

const windowStateSchema = z.strictObject({
  bounds: rectangleSchema.optional(),
  isMaximized: z.boolean().default(false),
  isFullScreen: z.boolean().default(false),
  /** Saved here too because it is needed before the workbench is up: a dark window must not flash white. */
  theme: themeSchema.default('system'),
});
export type WindowState = z.infer<typeof windowStateSchema>;

/** Gives the defaults if the file is missing or damaged. */
export function readWindowState(file: string): WindowState {
  try {
    return windowStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return windowStateSchema.parse({});
  }
}

/** Ignores a file that can't be written; the user does not need to know. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileAtomically(file, `${JSON.stringify(state)}\n`);
  } catch {
    // Saved at the next change.
  }
}

/** How much of the title bar must be on a screen for the window to be reachable. */
const VISIBLE_PIXELS = 64;

/** The saved bounds; undefined if the screen they were on is gone. */
export function visibleBounds(
  bounds: Rectangle | undefined,
  screens: readonly Rectangle[],
): Rectangle | undefined {
  if (!bounds) return undefined;
  const isReachable = screens.some((screen) => {
    const width =
      Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
    const isTopInside = bounds.y >= screen.y && bounds.y < screen.y + screen.height;
    return width >= VISIBLE_PIXELS && isTopInside;
  });
  return isReachable ? bounds : undefined;
}
