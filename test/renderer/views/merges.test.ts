import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type { Client } from '../../../src/shared/contract/client.ts';
import type { WorkbenchEvent } from '../../../src/shared/contract/events.ts';
import { TRANSFER_PART_BYTES } from '../../../src/shared/contract/records/bundles.ts';
import { fetchBundle } from '../../../src/renderer/views/bundles/bundle-files.ts';
import { BundleTask } from '../../../src/renderer/views/bundles/bundle-task.svelte.ts';
import { beginTask } from '../../../src/renderer/views/bundles/bundle-window.ts';
import { Merges } from '../../../src/renderer/views/bundles/merges.svelte.ts';

type Answers = Readonly<Record<string, (input: never) => unknown>>;

const IDLE: Answers = { 'bundle.running': () => [] };

interface Asked {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A workbench that answers these calls, all calls that are made, and a way to tell the window of events. */
function clientOf(answers: Answers) {
  const asked: Asked[] = [];
  const listeners = new Set<(event: WorkbenchEvent) => void>();
  const call = (name: string, input: Asked['input']): Promise<unknown> => {
    asked.push({ name, input });
    return Promise.resolve().then(() => ({ ...IDLE, ...answers })[name]?.(input as never));
  };
  const onEvent = (listener: (event: WorkbenchEvent) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const tell = (event: WorkbenchEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const inputsOf = (wanted: string) =>
    asked.filter(({ name }) => name === wanted).map(({ input }) => input);
  return { client: { call, onEvent } as unknown as Client, asked, inputsOf, tell };
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

beforeEach(() => {
  // Without the bridge of Electron.
  vi.stubGlobal('window', {});
  return () => {
    vi.unstubAllGlobals();
  };
});

describe('bundles that are chosen or dropped in a browser', () => {
  it('are sent in parts, and go on after one that is refused, whose reason is kept', async () => {
    const { client, inputsOf } = clientOf(SENT);
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
    const offsets = inputsOf('bundle.addToUpload').map(({ offset }) => offset);
    expect(offsets).toEqual([0, TRANSFER_PART_BYTES, 2 * TRANSFER_PART_BYTES, 0]);
    expect([ended, merges.isBusy]).toEqual([1, false]);
  });

  it('are forgotten when they are stopped, and those after them are left alone', async () => {
    const { client, asked, inputsOf } = clientOf({
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
    expect(asked.at(-1)!.name).toBe('bundle.endTransfer');
    expect(inputsOf('bundle.mergeUpload')).toEqual([]);
  });
});

describe('Stop', () => {
  it('names what this window has asked for, each time another id', async () => {
    const { client, inputsOf } = clientOf({
      'bundle.merge': () => {
        merges.stop();
        throw new WorkbenchError('interrupted', 'it was stopped');
      },
    });
    const merges = new Merges(client, () => undefined);
    await merges.mergePath('/one.ticket');
    await merges.mergePath('/two.ticket');
    const merged = inputsOf('bundle.merge').map(({ task }) => task);
    expect(inputsOf('bundle.stop')).toEqual(merged.map((task) => ({ task })));
    expect(new Set(merged).size).toBe(2);
    merges.stop();
    expect(inputsOf('bundle.stop')).toHaveLength(2);
  });
});

describe('Stop of another form of the same window', () => {
  const progress = { what: 'checking', fraction: 0.5 } as const;

  it('ends all bundles that were chosen together', async () => {
    const { client, tell, inputsOf } = clientOf({
      ...SENT,
      'bundle.mergeUpload': ({ task }: { task: string }) => {
        tell({ type: 'bundle-progress', task, progress });
        form.stop();
        throw new WorkbenchError('interrupted', 'it was stopped');
      },
    });
    const form = new BundleTask(client);
    form.follow();
    const merges = new Merges(client, () => undefined);
    await merges.mergeFiles([bundle('one.ticket', 10), bundle('two.ticket', 10)]);
    expect(inputsOf('bundle.mergeUpload')).toHaveLength(1);
    expect(merges.outcomes).toMatchObject([{ name: 'one.ticket', error: { code: 'interrupted' } }]);
  });

  it('is about the one that is shown, which another one does not replace', () => {
    const { client, tell, inputsOf } = clientOf({});
    const [first, second] = [beginTask().task, beginTask().task];
    const form = new BundleTask(client);
    form.follow();
    tell({ type: 'bundle-progress', task: first, progress: { what: 'waiting', fraction: 0 } });
    tell({ type: 'bundle-progress', task: second, progress });
    expect(form.progress?.what).toBe('waiting');
    form.stop();
    expect(inputsOf('bundle.stop')).toEqual([{ task: first }]);
    tell({ type: 'bundle-progress', task: first, progress: undefined });
    tell({ type: 'bundle-progress', task: second, progress });
    expect(form.progress?.what).toBe('checking');
  });
});

describe('the progress of bundles', () => {
  const checking = { what: 'checking', fraction: 0.5 } as const;

  it('is that of its own merge, whatever other windows wait for or end', async () => {
    const { client, tell } = clientOf({
      'bundle.merge': ({ task }: { task: string }) => {
        const seen: (string | undefined)[] = [];
        const take = (whose: string, progress: typeof checking | undefined) => {
          tell({ type: 'bundle-progress', task: whose, progress });
          seen.push(merges.progress?.what);
        };
        take('of another window', checking);
        take(task, checking);
        take('of another window', undefined);
        take(task, undefined);
        expect(seen).toEqual([undefined, 'checking', 'checking', undefined]);
        return { file: '/one.ticket', searches: [] };
      },
    });
    const merges = new Merges(client, () => undefined);
    merges.open();
    await merges.mergePath('/one.ticket');
    expect(merges.outcomes).toMatchObject([{ kind: 'merged' }]);
  });

  it('of other windows is shown, keeps nobody from merging, and is forgotten with the connection', () => {
    const { client, tell } = clientOf({});
    const merges = new Merges(client, () => undefined);
    const close = merges.open();
    tell({ type: 'bundle-progress', task: 'other', progress: checking });
    tell({ type: 'bundle-progress', task: 'third', progress: { what: 'waiting', fraction: 0 } });
    tell({ type: 'bundle-progress', task: 'third', progress: undefined });
    expect([merges.progress, merges.isBusy]).toEqual([checking, false]);
    tell({ type: 'workbench-lost', reason: 'it has ended' });
    expect(merges.progress).toBeUndefined();
    tell({ type: 'bundle-progress', task: 'other', progress: checking });
    tell({ type: 'bundle-progress', task: 'other', progress: undefined });
    expect(merges.progress).toBeUndefined();
    close();
  });

  it('ends with the connection, and so does the merge', async () => {
    const { client, tell } = clientOf({
      'bundle.merge': ({ task }: { task: string }) => {
        tell({ type: 'bundle-progress', task, progress: checking });
        tell({ type: 'workbench-lost', reason: 'it has ended' });
        throw new WorkbenchError('unavailable', 'it has ended');
      },
    });
    const merges = new Merges(client, () => undefined);
    merges.open();
    await merges.mergePath('/one.ticket');
    expect([merges.progress, merges.isBusy]).toEqual([undefined, false]);
    expect(merges.outcomes).toMatchObject([{ kind: 'refused', error: { code: 'unavailable' } }]);
  });
});

describe('a window that is opened while bundles are merged', () => {
  const running = (...tasks: readonly string[]): Answers => ({
    'bundle.running': () => [
      { task: 'other', progress: { what: 'checking', fraction: 0.5 } },
      ...tasks.map((task) => ({ task, progress: { what: 'waiting', fraction: 0 } })),
    ],
  });

  it('shows what others have begun, without Stop', async () => {
    const { client, inputsOf } = clientOf(running());
    const merges = new Merges(client, () => undefined);
    merges.open();
    await vi.waitFor(() => {
      expect(merges.progress?.what).toBe('checking');
    });
    expect([merges.canStop, merges.isBusy]).toEqual([false, false]);
    merges.stop();
    expect(inputsOf('bundle.stop')).toEqual([]);
  });

  it('shows what it had begun before it was reloaded, and stops it', async () => {
    const before = clientOf({ 'bundle.merge': () => ({ file: '/one.ticket', searches: [] }) });
    await new Merges(before.client, () => undefined).mergePath('/one.ticket');
    const task = String(before.inputsOf('bundle.merge')[0]!['task']);

    const { client, inputsOf, tell } = clientOf(running(task));
    const merges = new Merges(client, () => undefined);
    merges.open();
    await vi.waitFor(() => {
      expect(merges.progress?.what).toBe('waiting');
    });
    tell({ type: 'bundle-progress', task: 'other', progress: { what: 'merging', fraction: 1 } });
    expect(merges.progress?.what).toBe('waiting');
    tell({ type: 'bundle-progress', task: 'other', progress: undefined });
    tell({ type: 'bundle-progress', task, progress: { what: 'merging', fraction: 0.5 } });
    expect(merges.progress?.what).toBe('merging');
    expect([merges.canStop, merges.isBusy]).toEqual([true, false]);
    merges.stop();
    expect(inputsOf('bundle.stop')).toEqual([{ task }]);
    tell({ type: 'bundle-progress', task, progress: undefined });
    expect([merges.progress, merges.canStop]).toEqual([undefined, false]);
  });

  it('asks again when the connection is back', async () => {
    const { client, tell } = clientOf(running());
    const merges = new Merges(client, () => undefined);
    merges.open();
    tell({ type: 'workbench-lost', reason: 'it has ended' });
    tell({ type: 'workbench-restarted' });
    await vi.waitFor(() => {
      expect(merges.progress?.what).toBe('checking');
    });
  });
});

describe('a bundle that a browser fetches', () => {
  /** @param whole as the workbench has it, which gives five bytes at a time. */
  const fetched = (whole: Uint8Array, bytes = whole.length) => {
    const { client, inputsOf } = clientOf({
      'bundle.beginDownload': () => ({
        transfer: 'one',
        name: 'one.ticket',
        bytes,
        trainings: 1,
      }),
      'bundle.readDownload': ({ offset }: { offset: number }) => whole.slice(offset, offset + 5),
    });
    const work = {
      task: 'download',
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
    return { fetching: fetchBundle(client, { ids: ['a'] }, work), inputsOf };
  };

  it('is whole, however many parts it has', async () => {
    const whole = Uint8Array.from({ length: 163 }, (_, index) => index);
    const { fetching, inputsOf } = fetched(whole);
    const { content, name } = await fetching;
    expect([name, content.type]).toEqual(['one.ticket', 'application/zip']);
    expect(new Uint8Array(await content.arrayBuffer())).toEqual(whole);
    expect(inputsOf('bundle.beginDownload')).toEqual([{ ids: ['a'], task: 'download' }]);
    expect(inputsOf('bundle.endTransfer')).toEqual([{ transfer: 'one' }]);
  });

  it('is refused if it ends too early', async () => {
    const { fetching, inputsOf } = fetched(new Uint8Array(7), 9);
    await expect(fetching).rejects.toThrow('7 bytes of the bundle have arrived; expected 9');
    expect(inputsOf('bundle.endTransfer')).toHaveLength(1);
  });
});
