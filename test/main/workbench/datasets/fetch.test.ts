import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Download } from '../../../../src/main/engine/datasets/download.ts';
import { cacheDirectory } from '../../../../provision/project.mjs';
import { datasetsDirectory, fetchedFolder } from '../../../../src/main/engine/datasets/download.ts';
import {
  CIFAR_SHAPE,
  installCifar,
  isCifarFile,
  loadCifarBinary,
} from '../../../../src/main/engine/datasets/readers/cifar.ts';
import { fetchFrom } from '../../../../src/main/workbench/datasets/fetch.ts';
import { installDataset } from '../../../../src/main/workbench/datasets/install.ts';
import type { DatasetProgress } from '../../../../src/shared/contract/records/datasets.ts';
import {
  TINY_CIFAR,
  tinyCifarBinary,
  tinyCifarSheets,
} from '../../engine/datasets/cifar-writer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'ticket-fetch-'));
process.env['TICKET_DATASETS_DIR'] = join(scratch, 'datasets');

/** A tar archive as tar itself writes it: a header block, the content, zeros to a whole block. */
function tarBytes(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0ustar', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const inFolder = (files: Record<string, Buffer>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`cifar/${name}`, bytes]));

const ARCHIVE = gzipSync(
  tarBytes({ 'cifar/readme.html': Buffer.from('not wanted'), ...inFolder(tinyCifarBinary()) }),
  { level: 1 },
);

interface Behaviour {
  /** What is served; its hash is the entity tag. */
  readonly content?: Buffer;
  /** The connection is cut after so many bytes of the body. */
  readonly cutAfter?: number;
  readonly status?: number;
  readonly withoutTag?: boolean;
  readonly withoutRanges?: boolean;
}

let behaviour: Behaviour = {};
let requests: http.IncomingHttpHeaders[] = [];

const server = http.createServer((request, response) => {
  requests.push(request.headers);
  const { content = ARCHIVE, cutAfter, status, withoutTag, withoutRanges } = behaviour;
  if (status !== undefined) {
    response.writeHead(status).end();
    return;
  }
  const tag = `"${createHash('sha256').update(content).digest('hex')}"`;
  const { range, 'if-range': condition } = request.headers;
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const continues =
    start > 0 && withoutRanges !== true && (condition === undefined || condition === tag);
  if (continues && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const body = continues ? content.subarray(start) : content;
  response.writeHead(continues ? 206 : 200, {
    'content-length': body.length,
    ...(withoutTag === true ? {} : { etag: tag }),
    ...(continues
      ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }
      : {}),
  });
  if (cutAfter === undefined) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, cutAfter));
  // Not before the client has written what arrived, however busy the machine is.
  const watch = setInterval(() => {
    const part = join(datasetsDirectory(), '.tiny.fetching', 'web', 'tiny.tar.gz.part');
    const { size = 0 } = statSync(part, { throwIfNoEntry: false }) ?? {};
    if (size < cutAfter && !response.destroyed) return;
    clearInterval(watch);
    response.destroy();
  }, 5);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true });
});

beforeEach(() => {
  behaviour = {};
  requests = [];
  rmSync(datasetsDirectory(), { recursive: true, force: true });
});

const read = (folder: string) => loadCifarBinary('tiny', folder, TINY_CIFAR);
const reference = mkdtempSync(join(scratch, 'reference-'));
for (const [name, bytes] of Object.entries(tinyCifarBinary())) {
  writeFileSync(join(reference, name), bytes);
}
const { fingerprint } = await read(reference);

const download: Download = {
  routes: [
    {
      kind: 'web',
      files: [
        {
          url: `http://127.0.0.1:${port}/tiny.tar.gz`,
          name: 'tiny.tar.gz',
          bytes: ARCHIVE.length,
        },
      ],
    },
  ],
  byHand: 'tiny.tar.gz from its site',
  summary: { shape: CIFAR_SHAPE, classes: 10, trainExamples: 12, testExamples: 6 },
  fingerprint,
  isWanted: isCifarFile,
  install: (source, target) => installCifar(source, target, TINY_CIFAR),
  read,
};
const tiny = { id: 'tiny', download };

async function fetchTiny(signal?: AbortSignal): Promise<DatasetProgress[]> {
  const told: DatasetProgress[] = [];
  await fetchFrom(tiny, { signal, onProgress: (progress) => told.push(progress) });
  return told;
}

const isComplete = async (): Promise<boolean> =>
  existsSync(fetchedFolder('tiny')) &&
  (await read(fetchedFolder('tiny'))).fingerprint === fingerprint;

/** What lies beside the datasets once nothing is under way. */
const leftovers = (): string[] =>
  readdirSync(datasetsDirectory()).filter((name) => name !== 'tiny');

describe('fetching a dataset', () => {
  it('lies where provisioned files lie, unless said otherwise', () => {
    const { TICKET_DATASETS_DIR: chosen } = process.env;
    delete process.env['TICKET_DATASETS_DIR'];
    expect(datasetsDirectory()).toBe(join(cacheDirectory(), 'datasets'));
    process.env['TICKET_DATASETS_DIR'] = chosen;
  });

  it('downloads, unpacks, checks, and leaves the dataset alone in its folder', async () => {
    const told = await fetchTiny();
    expect(await isComplete()).toBe(true);
    expect(leftovers()).toEqual([]);
    expect(told.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['downloading tiny.tar.gz', 'unpacking', 'checking']),
    );
    expect(told.findLast(({ bytes }) => bytes !== undefined)).toMatchObject({
      bytes: ARCHIVE.length,
      totalBytes: ARCHIVE.length,
      etaSeconds: 0,
    });
  });

  it('does not download what is here and sound, and replaces what is damaged', async () => {
    await fetchTiny();
    await fetchTiny();
    expect(requests).toHaveLength(1);
    const file = join(fetchedFolder('tiny'), 'test_batch.bin');
    rmSync(file);
    await fetchTiny();
    expect(requests).toHaveLength(2);
    expect(await isComplete()).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it.each([
    ['with a tag', {}],
    ['without a tag', { withoutTag: true }],
  ])('goes on where the connection broke, %s', async (_what, options) => {
    behaviour = { ...options, cutAfter: 20_000 };
    await expect(fetchTiny()).rejects.toMatchObject({ code: 'unavailable' });
    expect(existsSync(fetchedFolder('tiny'))).toBe(false);
    behaviour = options;
    const told = await fetchTiny();
    expect(requests[1]).toMatchObject({ range: 'bytes=20000-' });
    expect(told.find(({ bytes }) => bytes !== undefined)?.bytes).toBe(20_000);
    expect(await isComplete()).toBe(true);
  });

  it.each([
    ['the content has changed since', { content: gzipSync(tarBytes(tinyCifarBinary())) }],
    ['the server knows no ranges', { withoutRanges: true }],
  ])('begins anew where %s', async (_what, options) => {
    behaviour = { cutAfter: 20_000 };
    await expect(fetchTiny()).rejects.toThrow(/could not be fetched/);
    behaviour = options;
    await fetchTiny();
    expect(await isComplete()).toBe(true);
  });

  it('goes on after it was stopped', async () => {
    behaviour = { cutAfter: 20_000 };
    const stop = new AbortController();
    const stopped = fetchFrom(tiny, {
      signal: stop.signal,
      onProgress: ({ bytes }) => {
        if (bytes !== undefined) stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({
      code: 'interrupted',
      hint: 'Continue with: ticket datasets fetch tiny',
    });
    expect(existsSync(fetchedFolder('tiny'))).toBe(false);
    behaviour = {};
    await fetchTiny();
    expect(await isComplete()).toBe(true);
  });

  it('refuses an archive that is something else, and forgets it', async () => {
    const other = tinyCifarBinary();
    other['test_batch.bin']!.fill(7, 1, 2);
    behaviour = { content: gzipSync(tarBytes(other)) };
    await expect(fetchTiny()).rejects.toThrow(
      /its own site: The examples in .* are not those of tiny: their fingerprint is [0-9a-f]{64}; expected/,
    );
    expect(existsSync(fetchedFolder('tiny'))).toBe(false);
    behaviour = {};
    await fetchTiny();
    expect(requests.at(-1)).not.toHaveProperty('range');
    expect(await isComplete()).toBe(true);
  });

  it.each([
    [
      'is cut off but says it is whole',
      ARCHIVE.subarray(0, 30_000),
      /tiny\.tar\.gz, byte 30000: the gzip data ends here/,
    ],
    [
      'has a damaged header',
      gzipSync(tarBytes({ 'data_batch_1.bin': Buffer.alloc(9) }).fill(1, 30, 31)),
      /tiny\.tar\.gz \(unpacked\), in the entry at byte 0: Invalid tar header/,
    ],
    [
      'lacks a file',
      gzipSync(tarBytes({ 'data_batch_1.bin': Buffer.alloc(9) })),
      /holds data_batch_1\.bin; expected data_batch_1\.bin to test_batch\.bin/,
    ],
  ])('refuses an archive that %s', async (_what, content, message) => {
    behaviour = { content };
    await expect(fetchTiny()).rejects.toThrow(message);
    expect(existsSync(fetchedFolder('tiny'))).toBe(false);
  });

  it('says without a network what to download and how to take it in', async () => {
    const routes = [
      { kind: 'web', files: [{ url: 'http://127.0.0.1:9/tiny', name: 'tiny', bytes: 1 }] },
    ] as const;
    const unreachable = { id: 'tiny', download: { ...download, routes } };
    await expect(fetchFrom(unreachable, { onProgress: () => undefined })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('http://127.0.0.1:9/tiny: ') as string,
      hint: expect.stringContaining(
        'Get it another way: tiny.tar.gz from its site. Then: ticket datasets add tiny FILE…',
      ) as string,
    });
    behaviour = { status: 503 };
    await expect(fetchTiny()).rejects.toThrow('the server answered 503 Service Unavailable');
  });

  it('writes nothing outside its folder, whatever an archive names', async () => {
    behaviour = {
      content: gzipSync(
        tarBytes({ '../../../data_batch_1.bin': Buffer.alloc(9), ...inFolder(tinyCifarBinary()) }),
      ),
    };
    await fetchTiny();
    expect(await isComplete()).toBe(true);
    expect(readdirSync(scratch).filter((name) => name.endsWith('.bin'))).toEqual([]);
  });

  it('leaves a dataset that another process fetches to it, unless that has died', async () => {
    mkdirSync(datasetsDirectory(), { recursive: true });
    const lock = join(datasetsDirectory(), '.tiny.lock');
    writeFileSync(lock, JSON.stringify({ host: hostname(), process: process.pid }));
    await expect(fetchTiny()).rejects.toMatchObject({ code: 'conflict' });
    expect(existsSync(lock)).toBe(true);
    writeFileSync(lock, JSON.stringify({ host: hostname(), process: 2 ** 30 }));
    await fetchTiny();
    expect(leftovers()).toEqual([]);
  });

  it('removes what a killed process left', async () => {
    mkdirSync(join(datasetsDirectory(), '.tiny.installing-1', 'target'), { recursive: true });
    await fetchTiny();
    expect(leftovers()).toEqual([]);
    // Killed when the dataset was in its place, but its archive not yet gone.
    mkdirSync(join(datasetsDirectory(), '.tiny.fetching', 'web'), { recursive: true });
    await fetchTiny();
    expect(leftovers()).toEqual([]);
  });
});

describe('taking in files that were fetched by other means', () => {
  const take = (paths: string[]) =>
    installDataset(tiny, paths, { onProgress: () => undefined }).finally(() => undefined);

  beforeEach(() => {
    mkdirSync(datasetsDirectory(), { recursive: true });
  });

  it.each([
    ['a folder', () => [reference]],
    ['single files', () => readdirSync(reference).map((name) => join(reference, name))],
    [
      'an archive',
      () => {
        const path = join(scratch, 'by-hand.tgz');
        writeFileSync(path, gzipSync(tarBytes(inFolder(tinyCifarSheets()))));
        return [path];
      },
    ],
  ])('takes %s', async (_what, paths) => {
    await take(paths());
    expect(await isComplete()).toBe(true);
  });

  it('says what is not there', async () => {
    await expect(take([join(scratch, 'nothing')])).rejects.toThrow(/nothing can't be read/);
    await expect(take([scratch])).resolves.toBe(fetchedFolder('tiny'));
  });
});
