/** The messages between a renderer and its workbench, whatever carries them. */
import { z } from 'zod';
import type { CallResult } from './calls.ts';
import type { WorkbenchEvent } from './events.ts';

/** From the renderer: one call. */
export const requestSchema = z.strictObject({
  type: z.literal('call'),
  /** Chosen by the caller; the answer carries it. */
  id: z.int().min(0),
  name: z.string().max(100),
  input: z.unknown(),
});
export type Request = z.infer<typeof requestSchema>;

/** From the workbench: the answer to one call, or an event. */
export type ToRenderer =
  | { readonly type: 'answer'; readonly id: number; readonly result: CallResult<unknown> }
  | { readonly type: 'event'; readonly event: WorkbenchEvent };
