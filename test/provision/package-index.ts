/** A package index on loopback, with one file, that behaves as well or as badly as a test wants. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Behaviour {
  /** The page of the package: JSON of PEP 691, or HTML of PEP 503. */
  page: 'json' | 'html' | 'html without checksums';
  /** Whether it sends a part where a part is asked for. */
  hasRanges: boolean;
  /** After how many bytes each connection breaks, one by one; those after the last are whole. */
  breaksAfter: number[];
  /** How many bytes have been saved: a connection breaks only when its bytes are. */
  savedBytes: () => number;
  /** After how many bytes a connection falls silent until the test goes on. */
  stopsAfter: number | undefined;
  /** Answers with this status instead of the file, one by one. */
  statuses: number[];
  /** The login that it asks for: `name:password`. */
  login: string | undefined;
  /** Another content than the page promises. */
  content: Uint8Array | undefined;
}

export interface PackageIndex {
  /** For `PIP_INDEX_URL`. */
  readonly address: string;
  readonly behaviour: Behaviour;
  /** The `Range` of each request for the file; undefined for all of it. */
  readonly requests: (string | undefined)[];
  /** Lets connections that have fallen silent go on. */
  goOn(): void;
}

export async function startPackageIndex(name: string, bytes: Uint8Array): Promise<PackageIndex> {
  const behaviour: Behaviour = {
    page: 'json',
    hasRanges: true,
    breaksAfter: [],
    savedBytes: () => Infinity,
    stopsAfter: undefined,
    statuses: [],
    login: undefined,
    content: undefined,
  };
  const requests: (string | undefined)[] = [];
  const silent: (() => void)[] = [];
  const sha256 = createHash('sha256').update(bytes).digest('hex');

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { login } = behaviour;
    const sent = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64');
    if (login !== undefined && sent.toString() !== login) response.writeHead(401).end();
    else if (request.url === '/simple/tensorflow-cpu/') sendPage(response);
    else if (request.url?.startsWith('/files/')) sendFile(request, response);
    else response.writeHead(404).end();
  };
  const sendPage = (response: ServerResponse): void => {
    if (behaviour.page === 'json') {
      const files = [
        { filename: 'tensorflow_cpu-2.21.0-other.whl', url: '../../files/other', hashes: {} },
        { filename: name, url: `../../files/${name}`, hashes: { sha256 } },
      ];
      response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
      response.end(JSON.stringify({ files }));
      return;
    }
    const fragment = behaviour.page === 'html' ? `#sha256=${sha256}` : '';
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(
      `<!DOCTYPE html><body><a href="../../files/other?a=1&amp;b=2">other.whl</a>\n` +
        `<a data-requires-python="&gt;=3.9" href="/files/${name}${fragment}">${name}</a></body>`,
    );
  };
  const sendFile = (request: IncomingMessage, response: ServerResponse): void => {
    const { range } = request.headers;
    requests.push(range);
    const status = behaviour.statuses.shift();
    if (status !== undefined) {
      response.writeHead(status).end();
      return;
    }
    const all = behaviour.content ?? bytes;
    const from = behaviour.hasRanges ? Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0) : 0;
    const rest = all.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"one"',
      'content-length': rest.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${all.length - 1}/${all.length}` } : {}),
    });
    const end = behaviour.breaksAfter.shift();
    if (end !== undefined) {
      response.write(rest.subarray(0, end));
      const timer = setInterval(() => {
        if (behaviour.savedBytes() < from + end) return;
        clearInterval(timer);
        response.destroy();
      }, 5);
    } else if (behaviour.stopsAfter !== undefined && behaviour.stopsAfter < rest.length) {
      const at = behaviour.stopsAfter;
      response.write(rest.subarray(0, at));
      silent.push(() => response.end(rest.subarray(at)));
    } else {
      response.end(rest);
    }
  };

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/simple`,
    behaviour,
    requests,
    goOn: () => {
      behaviour.stopsAfter = undefined;
      for (const send of silent.splice(0)) send();
    },
  };
}
