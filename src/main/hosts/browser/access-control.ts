/**
 * The checks that every request and every WebSocket must pass before anything is read or written.
 *
 * The server listens on loopback, but browsers also let foreign pages send requests there. A page
 * whose name resolves to 127.0.0.1 (DNS rebinding) is recognised by its Host, a cross-site request by
 * its Origin or Sec-Fetch-Site. Neither has the session cookie, which is SameSite=Strict and hidden
 * from scripts. A forwarded port (`ssh -L 9999:127.0.0.1:PORT`, an editor) may be any port of a
 * loopback name: no foreign page has such a name.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Sessions } from './sessions.ts';

const HTTP_PORT = 80;

/**
 * The name contains the port, because all ports of a host share their cookies. It is the port that
 * the browser uses: two forwarded servers may listen on the same port of their machines.
 */
export function cookieName(host: string): string {
  return `ticket-workbench-${partsOf(host)?.port ?? HTTP_PORT}`;
}

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
    const name = cookieName(headers.host ?? '');
    for (const part of (headers.cookie ?? '').split(';')) {
      const [key, value] = part.trim().split('=', 2);
      if (key === name) return value;
    }
    return undefined;
  }

  /**
   * Whether a Host header names this server. Loopback names are ours at any port, because the port
   * may be forwarded. Other addresses and our own names are ours at our port. An address is never a
   * foreign page's, because only names can be rebound.
   */
  #isOurs(host: string): boolean {
    const parts = partsOf(host);
    if (!parts) return false;
    const { name, port } = parts;
    if (isLoopback(name)) return true;
    return port === this.#settings.port && (isIP(name) > 0 || this.#settings.names.includes(name));
  }
}

/** Name and port of a Host header; the name in lower case, without the brackets of IPv6. */
function partsOf(host: string): { readonly name: string; readonly port: number } | undefined {
  const match = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[a-z0-9.-]+))(?::(?<port>\d{1,5}))?$/i.exec(
    host,
  );
  const { six, name, port = HTTP_PORT } = match?.groups ?? {};
  if (six !== undefined) return isIP(six) === 6 ? { name: six, port: Number(port) } : undefined;
  return name === undefined ? undefined : { name: name.toLowerCase(), port: Number(port) };
}

/** RFC 6761, section 6.3: `localhost` and all names below it are loopback. */
function isLoopback(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

/** A link on another site may open the window. Everything else from another site is refused. */
function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}

const STATUS_TEXTS = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' } as const;

/**
 * Refuses an upgrade request on its socket, because Node gives it no response object. No time-out
 * applies to the socket any more, so it doesn't wait until the other side closes it.
 */
export function refuseUpgrade(socket: Duplex, { status, reason }: Refusal): void {
  socket.once('finish', () => socket.destroy());
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
