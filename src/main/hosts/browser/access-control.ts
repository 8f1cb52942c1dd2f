/**
 * The checks that every request and every WebSocket must pass before anything is read or written.
 *
 * The server listens on loopback, but browsers also let foreign pages send requests there. A page
 * whose name resolves to 127.0.0.1 (DNS rebinding) is recognised by its Host, a cross-site request by
 * its Origin or Sec-Fetch-Site. Neither has the session cookie, which is SameSite=Strict and hidden
 * from scripts.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Sessions } from './sessions.ts';

/** The name contains the port, because all ports of a host share their cookies. */
export const cookieName = (port: number): string => `ticket-workbench-${port}`;

export interface Refusal {
  readonly status: 401 | 403 | 404;
  readonly reason: string;
}

export interface AccessSettings {
  readonly port: number;
  /** Names that the server is known by, in addition to addresses and `localhost`. */
  readonly names: readonly string[];
  readonly sessions: Sessions;
}

export class AccessControl {
  readonly #settings: AccessSettings;

  constructor(settings: AccessSettings) {
    this.#settings = settings;
  }

  /** Why a request must not be answered at all. Does not check the session. */
  refuseRequest({ headers }: IncomingMessage): Refusal | undefined {
    const { host, origin } = headers;
    if (host === undefined || !this.#isOurs(host)) {
      return { status: 403, reason: 'This server is not known by that host name.' };
    }
    if (origin !== undefined && origin !== `http://${host}`) {
      return { status: 403, reason: 'Requests from other origins are refused.' };
    }
    if (isCrossSite(headers)) {
      return { status: 403, reason: 'Requests from other sites are refused.' };
    }
    return undefined;
  }

  /** Why a WebSocket is refused. Browsers always state its origin, and it needs a session. */
  refuseSocket(request: IncomingMessage): Refusal | undefined {
    const refusal = this.refuseRequest(request);
    if (refusal) return refusal;
    if (request.headers.origin === undefined) {
      return { status: 403, reason: 'A WebSocket without an origin is refused.' };
    }
    return this.hasSession(request) ? undefined : { status: 401, reason: 'There is no session.' };
  }

  hasSession(request: IncomingMessage): boolean {
    return this.#settings.sessions.isValid(this.sessionOf(request));
  }

  sessionOf({ headers }: IncomingMessage): string | undefined {
    const name = cookieName(this.#settings.port);
    for (const part of (headers.cookie ?? '').split(';')) {
      const [key, value] = part.trim().split('=', 2);
      if (key === name) return value;
    }
    return undefined;
  }

  /**
   * Whether a Host header names this server. Any address is accepted: addresses can't be rebound, and
   * the request did arrive here. A name must be one of ours.
   */
  #isOurs(host: string): boolean {
    const { port, names } = this.#settings;
    const match = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[a-z0-9.-]+))(?::(?<port>\d{1,5}))?$/i.exec(
      host,
    );
    if (!match?.groups) return false;
    const { six, name, port: portText } = match.groups;
    if (Number(portText ?? 80) !== port) return false;
    if (six !== undefined) return isIP(six) === 6;
    if (name === undefined) return false;
    return isIP(name) === 4 || ['localhost', ...names].includes(name.toLowerCase());
  }
}

/** A link on another site may open the window. Everything else from another site is refused. */
function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}

const STATUS_TEXTS = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' } as const;

/** Refuses an upgrade request on its socket, because Node gives it no response object. */
export function refuseUpgrade(socket: Duplex, { status, reason }: Refusal): void {
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_TEXTS[status]}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(reason)}`,
      '',
      reason,
    ].join('\r\n'),
  );
}
