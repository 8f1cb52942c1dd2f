/** What survived: the Ticket tab. */
import { z } from 'zod';
import type { InputMap } from '../../ticket/input-map.ts';
import type { UnitWeights } from '../../ticket/unit-weights.ts';
import type {
  TicketComparison,
  TicketFate,
  TicketMask,
  TicketOverview,
  TicketPaths,
} from '../records/tickets.ts';
import { call, returns } from './call.ts';
import { id, tensorName } from './inputs.ts';

/** A finished training of a search. */
const trainingPlace = {
  /** Counted from 0. */
  replicate: z.int().min(0).max(100_000),
  level: z.int().min(0).max(100_000),
  branch: z.string().min(1).max(200),
};

export const TICKET_CALLS = {
  /** What the Ticket tab can show of a search: layers, trainings, and what they took. */
  'ticket.overview': call(z.strictObject({ id }), returns<TicketOverview>()),
  'ticket.mask': call(
    z.strictObject({ id, ...trainingPlace, tensor: tensorName }),
    returns<TicketMask>(),
  ),
  /** What the first layer keeps of each input. */
  'ticket.inputs': call(z.strictObject({ id, ...trainingPlace }), returns<InputMap>()),
  /** The weights of some units of a kernel. `first` is counted from 0. */
  'ticket.units': call(
    z.strictObject({
      id,
      ...trainingPlace,
      tensor: tensorName,
      first: z.int().min(0),
      count: z.int().min(1).max(64),
    }),
    returns<UnitWeights>(),
  ),
  /** Initial against final weights of a tensor, or of all prunable ones. */
  'ticket.fate': call(
    z.strictObject({ id, ...trainingPlace, tensor: tensorName.optional() }),
    returns<TicketFate>(),
  ),
  /** How many weights of each layer lie on a path of kept weights from input to output. */
  'ticket.paths': call(z.strictObject({ id, ...trainingPlace }), returns<TicketPaths>()),
  /** Two masks against each other, also those of two searches with the same network. */
  'ticket.compare': call(
    z.strictObject({
      id,
      ...trainingPlace,
      other: z.strictObject({ id, ...trainingPlace }),
    }),
    returns<TicketComparison>(),
  ),
} as const;
