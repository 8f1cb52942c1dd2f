import { z } from 'zod';

/**
 * Multiplies the units and channels of every hidden layer. Raising it tests the conjecture that a
 * bigger network, with more candidate subnetworks, holds better tickets.
 */
export const width = z.number().gt(0).max(64).default(1).meta({
  title: 'Width',
  description: 'Multiplies the units and channels of every hidden layer.',
});

/** Rounds to whole units, at least one. */
export function scaled(units: number, factor: number): number {
  return Math.max(1, Math.round(units * factor));
}
