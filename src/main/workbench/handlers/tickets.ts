import type { TrainingKey } from '../../../shared/domain/training.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `ticket.${'overview' | 'mask' | 'inputs' | 'units' | 'fate' | 'paths' | 'compare'}`;

/** What survived: stored masks and weights. */
export function ticketHandlers({ workbench }: HandlerContext): HandlersOf<Names> {
  const { tickets } = workbench;
  const keyOf = ({ replicate, level, branch }: TrainingKey): TrainingKey => ({
    replicate,
    level,
    branch,
  });
  return {
    'ticket.overview': ({ id }) => tickets.overview(id),
    'ticket.mask': ({ id, tensor, ...key }) => tickets.mask(id, key, tensor),
    'ticket.inputs': ({ id, ...key }) => tickets.inputs(id, key),
    'ticket.units': ({ id, tensor, first, count, ...key }) =>
      tickets.units(id, key, { tensor, first, count }),
    'ticket.fate': ({ id, tensor, ...key }) => tickets.fate(id, key, tensor),
    'ticket.paths': ({ id, ...key }) => tickets.paths(id, key),
    'ticket.compare': ({ id, other, ...key }) =>
      tickets.compare({ searchId: id, key }, { searchId: other.id, key: keyOf(other) }),
  };
}
