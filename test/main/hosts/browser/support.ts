/** A browser host over a made-up window, and requests that say exactly what a test wants them to. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Client, createClient } from '../../../../src/shared/contract/client.ts';
import { createMessageTransport } from '../../../../src/shared/contract/message-transport.ts';
import { ANSWER_LIMITS, decodeFrame, encodeFrame } from '../../../../src/shared/contract/wire.ts';
import WebSocket, { type ClientOptions } from 'ws';
import { KnownWindows } from '../../../../src/main/hosts/browser/known-windows.ts';
import {
  type BrowserHost,
  type BrowserHostOptions,
  startBrowserHost,
} from '../../../../src/main/hosts/browser/server.ts';
import type { Service } from '../../../../src/main/hosts/browser/socket.ts';
import { StaticFiles } from '../../../../src/main/hosts/browser/static-files.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-browser-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A window of two files, beside one that is no part of it. */
function windowFiles(): StaticFiles {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'secret.json'), '"beside the window"');
  mkdirSync(path.join(folder, 'window', 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'window', 'index.html'), '<!doctype html><title>w</title>');
  writeFileSync(path.join(folder, 'window', 'assets', 'main-1a2b.js'), 'void 0;');
  return StaticFiles.read(path.join(folder, 'window'));
}

export interface StartedHost extends BrowserHost {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Every address that it has told, the first included. */
  readonly addresses: readonly string[];
}

/** @param windowsFile of the windows that were let in before; none by default. */
export async function startHost(
  service: Service,
  windowsFile = path.join(temporaryFolder(), 'windows.json'),
  options: Partial<BrowserHostOptions> = {},
): Promise<StartedHost> {
  const addresses: string[] = [];
  const host = await startBrowserHost({
    host: '127.0.0.1',
    port: 0,
    files: windowFiles(),
    windows: new KnownWindows(windowsFile),
    service,
    onAddress: (address) => addresses.push(address),
    ...options,
  });
  onTestFinished(() => host.close());
  return Object.assign(host, {
    origin: `http://127.0.0.1:${host.port}`,
    addresses: [host.address, ...addresses],
  });
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One request with a path that nothing tidies up. */
export function ask(port: number, rawPath: string, asked: Asked = {}): Promise<Answered> {
  const { method = 'GET', headers = {}, body } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: rawPath, method, headers, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString(),
          });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

export function tokenOf(address: string): string {
  return new URL(address).searchParams.get('token') ?? '';
}

/** Exchanges the host's token for a session; the Cookie header of it. */
export async function enter(host: Pick<BrowserHost, 'port' | 'address'>): Promise<string> {
  const { headers } = await ask(host.port, `/?token=${tokenOf(host.address)}`);
  const [cookie] = headers['set-cookie'] ?? [];
  return cookie?.split(';')[0] ?? '';
}

/** The status a WebSocket is refused with, or 101 where it is let in. */
export function tryUpgrade(
  port: number,
  headers: Readonly<Record<string, string>>,
  rawPath = '/contract',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${rawPath}`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

export function connect(
  host: Pick<StartedHost, 'port' | 'origin'>,
  cookie: string,
  options: ClientOptions = {},
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/contract`, {
      ...options,
      headers: { Origin: host.origin, Cookie: cookie },
    });
    socket.on('open', () => {
      resolve(socket);
    });
    socket.on('error', reject);
    onTestFinished(() => {
      socket.terminate();
    });
  });
}

/** A window's client over a connection of its own. */
export async function openClient(
  host: Pick<StartedHost, 'port' | 'origin'>,
  cookie: string,
): Promise<Client> {
  const socket = await connect(host, cookie);
  const transport = createMessageTransport();
  socket.binaryType = 'arraybuffer';
  socket.on('message', (data: ArrayBuffer) => {
    transport.receive(decodeFrame(new Uint8Array(data), ANSWER_LIMITS));
  });
  socket.on('close', () => {
    transport.disconnect('the connection is closed');
  });
  transport.connect((request) => {
    socket.send(encodeFrame(request));
  });
  return createClient(transport);
}

/** The code that a connection is closed with. */
export function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
}
