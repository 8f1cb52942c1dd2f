import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import type { Json } from '../../../src/shared/contract/json.ts';
import type { TicketOverview } from '../../../src/shared/contract/records/tickets.ts';
import { PreferenceStore } from '../../../src/renderer/state/preferences.svelte.ts';
import { TicketView } from '../../../src/renderer/views/ticket/ticket-view.svelte.ts';

const layer = (tensor: string) => ({
  tensor,
  kind: 'dense',
  shape: [2, 2],
  weights: 4,
  uses: 1,
  readsExamples: false,
});
const training = (replicate: number, level: number, branch = 'ticket') => ({
  key: { replicate, level, branch },
  density: 0.8 ** level,
  keptCounts: Uint32Array.of(4, 4),
  hasWeights: true,
  isTrained: true,
  testAccuracyAtEarlyStop: 0.9,
  seconds: 1,
  multiplyAdds: 1,
});
const OVERVIEW: TicketOverview = {
  layers: { ticket: [layer('fc1.kernel'), layer('output.kernel')] },
  isNetworkKnown: true,
  picture: undefined,
  otherParameters: 0,
  trainings: [
    training(0, 0),
    training(0, 1),
    training(0, 1, 'random-reinit'),
    training(0, 2),
    training(1, 0),
  ],
  origins: {},
  weightsDroppedAt: undefined,
};

function open(id = 'one', preferences?: PreferenceStore) {
  const client = createClient({
    invoke: (name) =>
      Promise.resolve({ ok: true, value: name === 'ticket.overview' ? OVERVIEW : undefined }),
    subscribe: () => () => undefined,
  });
  const own = preferences ?? new PreferenceStore(client);
  return { view: new TicketView(client, own, id), preferences: own };
}

describe('the choices of the Ticket tab', () => {
  it('begin with the last ticket and the first layer', async () => {
    const { view } = open();
    expect(view.training).toBeUndefined();
    await view.overview.reload();
    expect(view.training?.key).toEqual({ replicate: 0, level: 2, branch: 'ticket' });
    expect(view.layer?.tensor).toBe('fc1.kernel');
    expect(view.levels.map(({ key }) => key.level)).toEqual([0, 1, 2]);
  });

  it('stay within what has been trained', async () => {
    const { view } = open();
    await view.overview.reload();
    view.choose({ branch: 'random-reinit' });
    expect(view.training?.key).toEqual({ replicate: 0, level: 1, branch: 'random-reinit' });
    view.choose({ replicate: 1 });
    expect(view.training?.key).toEqual({ replicate: 1, level: 0, branch: 'ticket' });
  });

  it('are followed beside the mask: another level when it is told, all else at once', async () => {
    const { view } = open();
    await view.overview.reload();
    expect(view.followedKey).toEqual(view.key);
    view.choose({ level: 1 });
    expect(view.key.level).toBe(1);
    expect(view.followedKey.level).toBe(2);
    expect(view.followed?.key.level).toBe(2);
    view.follow();
    expect(view.followedKey).toEqual({ replicate: 0, level: 1, branch: 'ticket' });
    view.choose({ branch: 'random-reinit' });
    expect(view.followedKey).toEqual({ replicate: 0, level: 1, branch: 'random-reinit' });
    // The other replicate has no such level.
    view.choose({ replicate: 1 });
    expect(view.followedKey).toEqual({ replicate: 1, level: 0, branch: 'ticket' });
  });

  it('are not followed before it is known which trainings there are', async () => {
    const { view } = open();
    view.follow();
    await view.overview.reload();
    expect(view.followedKey).toEqual(view.key);
    expect(view.followedKey.level).toBe(2);
  });

  it('stay what is shown beside the mask while another level is only chosen', async () => {
    const { view } = open();
    await view.overview.reload();
    const { followedKey } = view;
    view.choose({ level: 0 });
    // The same object: cards load anew for another one.
    expect(view.followedKey).toBe(followedKey);
  });

  it('survive a reload, and belong to one search', async () => {
    const { view, preferences } = open();
    await view.overview.reload();
    view.choose({ level: 1 });
    view.choose({ tensor: 'output.kernel' });
    const stored: Json = preferences.get('ticketPlace');
    expect(stored).toMatchObject({ search: 'one', level: 1, tensor: 'output.kernel' });

    const again = open('one', preferences).view;
    await again.overview.reload();
    expect(again.training?.key.level).toBe(1);
    expect(again.layer?.tensor).toBe('output.kernel');
    const other = open('two', preferences).view;
    await other.overview.reload();
    expect(other.training?.key.level).toBe(2);
  });
});
