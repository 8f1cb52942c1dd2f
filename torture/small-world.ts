/** A system on which TensorFlow can be set up in a second: a tiny wheel, a local index, fake programs. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { zipSync } from 'fflate';
import type { EnsureOptions } from '../provision/tensorflow.mjs';
import type { SiteOptions } from '../provision/installation.mjs';
import { childScript, type Running, startNode } from './program.ts';

const LIBRARY = 'library '.repeat(20_000);
const FRAMEWORK = 'framework '.repeat(20_000);
const WHEEL = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

export interface SmallWorld {
  readonly cache: string;
  /** Sets TensorFlow up, in a process of its own. */
  provision(): Running;
  close(): void;
}

/** @param folder receives the files of the world; its index is served until `close`. */
export async function openWorld(folder: string): Promise<SmallWorld> {
  const server = await serveSlowly((name) => {
    const file = path.join(folder, 'index', name.endsWith('/') ? `${name}index.html` : name);
    return existsSync(file) ? readFileSync(file) : undefined;
  });
  const options = makeWorld(folder, server.address);
  const file = path.join(folder, 'options.json');
  writeFileSync(file, JSON.stringify(options));
  return {
    cache: options.cacheDir,
    provision: () => startNode([childScript('provision.ts'), file]),
    close: () => {
      server.close();
    },
  };
}

/** @returns the options of `ensureTensorFlow` there. */
function makeWorld(
  folder: string,
  index: string,
): EnsureOptions & SiteOptions & { readonly cacheDir: string } {
  const programs = path.join(folder, 'programs');
  const wheel = zipSync({
    'tensorflow/libtensorflow_cc.so.2': [Buffer.from(LIBRARY), { level: 0 }],
    'tensorflow/libtensorflow_framework.so.2': [Buffer.from(FRAMEWORK), { level: 0 }],
    'tensorflow/include/tensorflow/c/c_api.h': Buffer.from('// header'),
  });
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const wheelFile = path.join(folder, 'index', WHEEL);
  mkdirSync(path.dirname(wheelFile), { recursive: true });
  writeFileSync(wheelFile, wheel);
  // A page of the Simple Repository API (PEP 503).
  mkdirSync(path.join(folder, 'index', 'tensorflow-cpu'));
  writeFileSync(
    path.join(folder, 'index', 'tensorflow-cpu', 'index.html'),
    `<!DOCTYPE html><a href="../${WHEEL}#sha256=${sha256}">${WHEEL}</a>`,
  );
  const binding = path.join(folder, 'tfjs-node', 'binding');
  mkdirSync(binding, { recursive: true });
  writeFileSync(path.join(binding, 'tfjs_backend.cc'), '');
  writeFileSync(path.join(binding, 'tfjs_binding.cc'), '');
  writeFileSync(
    path.join(folder, 'tfjs-node', 'package.json'),
    JSON.stringify({
      name: '@tensorflow/tfjs-node',
      version: '4.22.0',
      binary: {
        module_name: 'tfjs_binding',
        module_path: './lib/napi-v{napi_build_version}',
        // Nobody listens there.
        host: 'http://127.0.0.1:9/',
        napi_versions: [7, 8],
      },
    }),
  );
  writeProgram(
    path.join(programs, 'g++'),
    `if (args[0] === '--version') console.log('g++ 12');
     else setTimeout(() =>
       require('node:fs').writeFileSync(args[args.indexOf('-o') + 1], 'addon'), 200);`,
  );
  const node = path.join(folder, 'node');
  writeProgram(node, `console.log(JSON.stringify({ tensorflow: '2.21.0' }));`);
  return {
    cacheDir: path.join(folder, 'cache'),
    tfjsNode: path.join(folder, 'tfjs-node'),
    system: 'linux-x64',
    environment: { PATH: programs, PIP_INDEX_URL: index },
    node: { path: node, version: '24.0.0', source: 'project', flags: [] },
    wheel: {
      package: 'tensorflow-cpu',
      platform: 'manylinux_2_27_x86_64',
      bytes: wheel.length,
      sha256,
      libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
      libraryBytes: LIBRARY.length + FRAMEWORK.length,
    },
  };
}

function writeProgram(file: string, body: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!${process.execPath}\nconst args = process.argv.slice(2);\n${body}\n`);
  chmodSync(file, 0o755);
}

const PIECE_BYTES = 16_384;

/**
 * Serves the content on loopback, a piece every few milliseconds, so that a kill comes in between. A
 * download can go on from any byte (RFC 9110, 14.2).
 */
export async function serveSlowly(
  contentOf: (name: string) => Uint8Array | undefined,
): Promise<{ readonly address: string; close(): void }> {
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname.slice(1));
    const content = contentOf(name);
    if (!content) {
      response.writeHead(404).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0 && from >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const tag = `"${createHash('sha256').update(content).digest('hex')}"`;
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': content.length - from,
      'content-type': name.endsWith('.html') ? 'text/html' : 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: tag,
      ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    void send();

    async function send(): Promise<void> {
      for (let at = from; at < (content?.length ?? 0); at += PIECE_BYTES) {
        if (response.destroyed) return;
        response.write(content?.subarray(at, at + PIECE_BYTES));
        await sleep(15);
      }
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
