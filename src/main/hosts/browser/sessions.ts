/** One-time tokens, and the sessions they are exchanged for. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: beyond guessing. */
const SECRET_BYTES = 32;

/** A session lasts a working week. The server keeps sessions in memory only. */
const SESSION_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;

/** Keeps and compares only hashes, so that neither memory nor timing reveals a secret. */
export class Sessions {
  readonly #now: () => number;
  #tokenHash: string | undefined;
  /** The hash of a session's secret, and when the session ends. */
  readonly #sessions = new Map<string, number>();

  /** @param now Unix time, milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A new one-time token. It replaces the previous one. */
  issueToken(): string {
    const token = secret();
    this.#tokenHash = hashOf(token);
    return token;
  }

  /** The secret of a new session; undefined if the token is wrong or has been used. */
  exchange(token: string): string | undefined {
    if (this.#tokenHash === undefined || hashOf(token) !== this.#tokenHash) return undefined;
    this.#tokenHash = undefined;
    return this.begin();
  }

  /** The secret of a new session, for a window that has proved its identity in another way. */
  begin(): string {
    const session = secret();
    this.#sessions.set(hashOf(session), this.#now() + SESSION_MILLISECONDS);
    return session;
  }

  isValid(session: string | undefined): boolean {
    if (session === undefined) return false;
    const hash = hashOf(session);
    const endsAt = this.#sessions.get(hash);
    if (endsAt === undefined) return false;
    if (this.#now() < endsAt) return true;
    this.#sessions.delete(hash);
    return false;
  }
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
