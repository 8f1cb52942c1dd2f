import { existsSync, readFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  BundleTransfers,
  type TransferOptions,
} from '../../../../src/main/workbench/bundles/bundle-transfers.ts';
import { temporaryFolder } from '../../store/samples.ts';

/** Files and folders that can't be removed, as Windows says of one that another program reads. */
const busy = vi.hoisted(() => new Set<string>());

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>();
  return {
    ...actual,
    rm: async (...[place, options]: Parameters<typeof actual.rm>) => {
      if (busy.has(String(place))) throw new Error(`EBUSY: ${String(place)}`);
      await actual.rm(place, options);
    },
  };
});

const MINUTE = 60_000;
const GIGABYTE = 2 ** 30;

function transfersWith(options: TransferOptions = {}): BundleTransfers {
  const transfers = new BundleTransfers(temporaryFolder(), options);
  onTestFinished(() => transfers.close());
  return transfers;
}

/** Where a bundle that has arrived lies, and what it holds. */
const taken = (transfers: BundleTransfers, id: string) =>
  transfers.take(id, (file) => Promise.resolve({ file, bytes: [...readFileSync(file)] }));

/** Writes a bundle of these bytes. */
const writing = (content: string) => async (file: string) => {
  await writeFile(file, content);
  return { bytes: content.length, file };
};

describe('a bundle that a browser sends', () => {
  it('is whole once all parts have arrived, and gone once it was taken', async () => {
    const transfers = transfersWith();
    const id = await transfers.beginUpload(5);
    await transfers.add(id, 0, Uint8Array.of(1, 2, 3));
    await expect(taken(transfers, id)).rejects.toThrow(
      '3 bytes of the bundle have arrived; expected 5',
    );
    await transfers.add(id, 3, Uint8Array.of(4, 5));
    const { file, bytes } = await taken(transfers, id);
    expect(bytes).toEqual([1, 2, 3, 4, 5]);
    expect(existsSync(file)).toBe(false);
    await expect(taken(transfers, id)).rejects.toThrow('this transfer of a bundle has ended');
  });

  it('takes every part once and in its order, whatever arrives', async () => {
    const transfers = transfersWith();
    const id = await transfers.beginUpload(6);
    await expect(transfers.add(id, 2, Uint8Array.of(3, 4))).rejects.toThrow(
      'has the offset 2; expected 0',
    );
    await transfers.add(id, 0, Uint8Array.of(1, 2));
    await expect(transfers.add(id, 0, Uint8Array.of(1, 2))).rejects.toThrow(
      'has the offset 0; expected 2',
    );
    const both = [3, 4].map((value) => transfers.add(id, 2, Uint8Array.of(value, value)));
    const outcomes = (await Promise.allSettled(both)).map(({ status }) => status);
    expect(outcomes).toEqual(['fulfilled', 'rejected']);
    await transfers.add(id, 4, Uint8Array.of(5, 6));
    expect((await taken(transfers, id)).bytes).toEqual([1, 2, 3, 3, 5, 6]);
  });

  it('takes no more bytes than were announced, and no more than travel', async () => {
    const transfers = transfersWith();
    const id = await transfers.beginUpload(2);
    await expect(transfers.add(id, 0, Uint8Array.of(1, 2, 3))).rejects.toThrow(
      'more bytes arrived than the bundle has: 3; expected 2',
    );
    await expect(transfers.beginUpload(17 * GIGABYTE)).rejects.toThrow(
      'a browser can send at most',
    );
  });

  it('is begun only if the disk has room for it beside everything that was announced', async () => {
    const transfers = transfersWith({ freeBytes: () => Promise.resolve(3 * GIGABYTE) });
    const first = await transfers.beginUpload(2 * GIGABYTE);
    await expect(transfers.beginUpload(GIGABYTE)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('has no room for the bundle'),
      hint: expect.stringContaining('by its path'),
    });
    await transfers.end(first);
    await transfers.beginUpload(2 * GIGABYTE);
  });

  it('can be sent on from where it was when the disk was full', async () => {
    const transfers = transfersWith();
    const id = await transfers.beginUpload(4);
    await transfers.add(id, 0, Uint8Array.of(1));
    const { spy, write } = await spyOnWrite();
    // Half of the part is written, and then no more.
    spy.mockImplementationOnce(function (this: unknown, bytes, _offset, _length, position) {
      return write.call(this, bytes.subarray(0, 1), 0, 1, position);
    });
    spy.mockRejectedValueOnce(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    await expect(transfers.add(id, 1, Uint8Array.of(9, 9))).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('Free some space'),
    });
    await transfers.add(id, 1, Uint8Array.of(2, 3));
    await transfers.add(id, 3, Uint8Array.of(4));
    expect((await taken(transfers, id)).bytes).toEqual([1, 2, 3, 4]);
  });

  it('is taken once: a second call is refused, and takes nothing away from the first', async () => {
    const transfers = transfersWith();
    const id = await transfers.beginUpload(1);
    await transfers.add(id, 0, Uint8Array.of(7));
    const { promise: merged, resolve: end } = Promise.withResolvers<undefined>();
    const first = transfers.take(id, async (file) => {
      await merged;
      return [...readFileSync(file)];
    });
    await expect(taken(transfers, id)).rejects.toMatchObject({ code: 'conflict' });
    await transfers.end(id);
    end(undefined);
    expect(await first).toEqual([7]);
  });
});

describe('a file that can’t be removed', () => {
  it('changes nothing of what came of its bundle, is reported once, and goes when it can', async () => {
    const errors: unknown[] = [];
    const transfers = transfersWith({ onError: (error) => errors.push(error) });
    const id = await transfers.beginUpload(1);
    await transfers.add(id, 0, Uint8Array.of(7));
    const { file, bytes } = await transfers.take(id, (sent) => {
      busy.add(sent);
      return Promise.resolve({ file: sent, bytes: [...readFileSync(sent)] });
    });
    expect(bytes).toEqual([7]);
    await transfers.sweep();
    expect(errors).toMatchObject([{ message: expect.stringContaining('EBUSY') }]);
    expect(existsSync(file)).toBe(true);
    busy.clear();
    await transfers.sweep();
    expect(existsSync(file)).toBe(false);
  });

  it('does not keep a workbench from closing', async () => {
    const errors: unknown[] = [];
    const transfers = transfersWith({ onError: (error) => errors.push(error) });
    const { written } = await transfers.beginDownload(writing('bundle'));
    busy.add(path.dirname(written.file));
    await transfers.close();
    expect(errors).toHaveLength(1);
    busy.clear();
  });
});

describe('a bundle whose window was closed', () => {
  it('makes room for others after ten minutes', async () => {
    let now = 0;
    const transfers = transfersWith({ now: () => now });
    const ids: string[] = [];
    for (let count = 0; count < 8; count += 1) ids.push(await transfers.beginUpload(1));
    await expect(transfers.beginUpload(1)).rejects.toThrow('8 bundles are on their way already');
    now = 6 * MINUTE;
    await transfers.add(ids[0]!, 0, Uint8Array.of(1));
    await transfers.sweep();
    await expect(transfers.beginUpload(1)).rejects.toThrow('8 bundles are on their way already');
    now = 12 * MINUTE;
    await transfers.sweep();
    await transfers.beginUpload(1);
    expect((await taken(transfers, ids[0]!)).bytes).toEqual([1]);
    await expect(taken(transfers, ids[1]!)).rejects.toThrow('has ended');
  });

  it('stays as long as it is merged or written, and ten minutes from then on', async () => {
    let now = 0;
    const transfers = transfersWith({ now: () => now });
    const sent = await transfers.beginUpload(1);
    await transfers.add(sent, 0, Uint8Array.of(1));
    const anHourLater = async (file: string) => {
      now += 60 * MINUTE;
      await transfers.sweep();
      return file;
    };
    const merged = await transfers.take(sent, async (file) => existsSync(await anHourLater(file)));
    expect(merged).toBe(true);
    const { transfer } = await transfers.beginDownload(async (file) =>
      writing('bundle')(await anHourLater(file)),
    );
    await transfers.sweep();
    expect(await transfers.read(transfer, 0)).toHaveLength(6);
    now += 11 * MINUTE;
    await transfers.sweep();
    await expect(transfers.read(transfer, 0)).rejects.toThrow('has ended');
  });
});

describe('a bundle that a browser fetches', () => {
  it('is read part by part, to an empty one at its end, and is no upload', async () => {
    const transfers = transfersWith();
    const { transfer, written } = await transfers.beginDownload(writing('bundle'));
    expect(Buffer.from(await transfers.read(transfer, 2)).toString()).toBe('ndle');
    expect(await transfers.read(transfer, 6)).toHaveLength(0);
    await expect(transfers.add(transfer, 6, Uint8Array.of(1))).rejects.toThrow('has ended');
    await transfers.end(transfer);
    await transfers.end(transfer);
    expect(existsSync(written.file)).toBe(false);
  });

  it('leaves nothing if it could not be written', async () => {
    const transfers = transfersWith();
    let file = '';
    const failed = transfers.beginDownload(async (target) => {
      file = target;
      await writeFile(target, 'half of a bundle');
      throw new Error('damaged');
    });
    await expect(failed).rejects.toThrow('damaged');
    expect(existsSync(file)).toBe(false);
    await expect(transfers.beginDownload(writing('bundle'))).resolves.toBeDefined();
  });
});

type Write = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ readonly bytesWritten: number }>;

/** Every write to an open file, and what writes without the spy. */
async function spyOnWrite() {
  const handle = await open(path.join(temporaryFolder(), 'any'), 'w');
  const prototype = Object.getPrototypeOf(handle) as { write: Write };
  await handle.close();
  const { write } = prototype;
  const spy = vi.spyOn(prototype, 'write');
  onTestFinished(() => {
    spy.mockRestore();
  });
  return { spy, write };
}
