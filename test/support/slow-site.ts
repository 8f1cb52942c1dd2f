import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that answers for every site, with content that never comes to its end. */
export interface SlowSite {
  /** For `HTTP_PROXY`. */
  readonly proxy: string;
  /** What was asked for, in order. */
  readonly requests: readonly { readonly path: string; readonly range: string | undefined }[];
  close(): void;
}

const PIECE = Buffer.alloc(50_000);

/** @param bytes how long the content is said to be. */
export async function startSlowSite(bytes: number): Promise<SlowSite> {
  const requests: { path: string; range: string | undefined }[] = [];
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://site');
    const { range } = request.headers;
    requests.push({ path: pathname, range });
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      etag: '"slow"',
      'content-length': bytes - start,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${bytes - 1}/${bytes}` } : {}),
    });
    const timer = setInterval(() => response.write(PIECE), 50);
    response.on('close', () => {
      clearInterval(timer);
    });
  });
  // Through a tunnel, the same.
  server.on('connect', (_request, socket) => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    server.emit('connection', socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    proxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
