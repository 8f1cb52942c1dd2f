import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type { Client } from '../../../src/shared/contract/client.ts';
import { Merges } from '../../../src/renderer/views/bundles/merges.svelte.ts';

type Answers = Readonly<Record<string, (input: never) => unknown>>;

/** A workbench that answers these calls, and the names of all that are made. */
function clientOf(answers: Answers) {
  const asked: string[] = [];
  const call = (name: string, input: unknown): Promise<unknown> => {
    asked.push(name);
    return Promise.resolve().then(() => answers[name]?.(input as never));
  };
  const client = { call, on: () => () => undefined } as unknown as Client;
  return { client, asked };
}

const bundle = (name: string, bytes = 9_000_000): File => new File([new Uint8Array(bytes)], name);

const SENT: Answers = {
  'bundle.beginUpload': () => ({ transfer: 'one' }),
  'bundle.mergeUpload': ({ name }: { name: string }) => {
    if (name === 'other.ticket')
      throw new WorkbenchError('conflict', 'other bits', 'Nothing was merged.');
    return { file: name, searches: [] };
  },
};

describe('bundles that are chosen or dropped in a browser', () => {
  beforeEach(() => {
    // Without the bridge of Electron.
    vi.stubGlobal('window', {});
    return () => {
      vi.unstubAllGlobals();
    };
  });

  it('are sent in parts, and go on after one that is refused, whose reason is kept', async () => {
    const { client, asked } = clientOf(SENT);
    let ended = 0;
    const merges = new Merges(client, () => {
      ended += 1;
    });
    const merging = merges.mergeFiles([bundle('other.ticket'), bundle('sound.ticket', 10)]);
    expect(merges.isBusy).toBe(true);
    await merging;
    expect(merges.outcomes).toEqual([
      {
        kind: 'refused',
        name: 'other.ticket',
        error: { code: 'conflict', message: 'other bits', hint: 'Nothing was merged.' },
      },
      { kind: 'merged', bundle: { file: 'sound.ticket', searches: [] } },
    ]);
    const parts = asked.filter((name) => name === 'bundle.addToUpload');
    expect(parts).toHaveLength(3 + 1);
    expect([ended, merges.isBusy]).toEqual([1, false]);
  });

  it('are forgotten when they are stopped, and those after them are left alone', async () => {
    const { client, asked } = clientOf({
      ...SENT,
      'bundle.addToUpload': () => {
        merges.stop();
      },
    });
    const merges = new Merges(client, () => undefined);
    await merges.mergeFiles([bundle('one.ticket'), bundle('two.ticket')]);
    expect(merges.outcomes).toMatchObject([
      { kind: 'refused', name: 'one.ticket', error: { code: 'interrupted' } },
    ]);
    expect(asked).toContain('bundle.stop');
    expect(asked.at(-1)).toBe('bundle.endTransfer');
    expect(asked).not.toContain('bundle.mergeUpload');
  });
});
