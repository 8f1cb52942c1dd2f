/** Answers of the server, all with the security headers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { securityHeaders } from './security-headers.ts';
import type { StaticFile } from './static-files.ts';

export type Headers = Readonly<Record<string, string>>;

export interface Responder {
  text(status: number, text: string, headers?: Headers): void;
  page(status: number, html: string, headers?: Headers): void;
  file(file: StaticFile): void;
  redirect(path: string): void;
  nothing(headers?: Headers): void;
}

/** @param host The server's name in the request. */
export function responder(
  request: IncomingMessage,
  response: ServerResponse,
  host: string,
): Responder {
  const send = (status: number, body: string | Buffer, headers: Headers): void => {
    response.writeHead(status, {
      ...securityHeaders(host),
      'Cache-Control': 'no-store',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  return {
    text: (status, text, headers) => {
      send(status, `${text}\n`, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
    },
    page: (status, html, headers) => {
      send(status, html, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
    },
    file: ({ mediaType, bytes, isImmutable }) => {
      send(200, bytes, {
        'Content-Type': mediaType,
        ...(isImmutable ? { 'Cache-Control': 'private, max-age=31536000, immutable' } : {}),
      });
    },
    redirect: (path) => {
      send(303, '', { Location: path });
    },
    nothing: (headers = {}) => {
      response.writeHead(204, {
        ...securityHeaders(host),
        'Cache-Control': 'no-store',
        ...headers,
      });
      response.end();
    },
  };
}
