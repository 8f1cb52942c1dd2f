/**
 * The open connections, and how many of them there may be.
 *
 * A connection is a stranger's until a request on it has a session. Strangers can hold only a few
 * places: a new one takes the place of the oldest one of the address that holds most. So neither
 * silent nor slow clients keep a window out, even from the window's own address, and a stranger never
 * takes the place of a signed-in window.
 */
import { isIPv6, type Socket } from 'node:net';

export interface ConnectionLimits {
  /** Connections without a session, together and from one address. */
  readonly strangers: number;
  readonly strangersOfAddress: number;
  /** Connections with a session that are safe from strangers. A window needs about seven. */
  readonly signedIn: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  strangers: 64,
  strangersOfAddress: 32,
  signedIn: 128,
};

export class Connections {
  readonly #limits: ConnectionLimits;
  /** By address, the oldest first. */
  readonly #strangers = new Map<string, Set<Socket>>();
  readonly #signedIn = new Set<Socket>();

  constructor(limits: ConnectionLimits = CONNECTION_LIMITS) {
    this.#limits = limits;
  }

  add(connection: Socket): void {
    const address = addressGroup(connection.remoteAddress ?? '');
    const ofAddress = this.#strangers.get(address) ?? new Set();
    if (ofAddress.size >= this.#limits.strangersOfAddress) this.#dropOldest(ofAddress);
    else if (this.#strangerCount() >= this.#limits.strangers) this.#dropOldest(this.#mostHeld());
    ofAddress.add(connection);
    this.#strangers.set(address, ofAddress);
    connection.once('close', () => {
      this.#signedIn.delete(connection);
      ofAddress.delete(connection);
      if (ofAddress.size === 0 && this.#strangers.get(address) === ofAddress) {
        this.#strangers.delete(address);
      }
    });
  }

  /** A request on the connection has a session. Beyond the limit the connection stays a stranger's. */
  signIn(connection: Socket): void {
    if (this.#signedIn.size >= this.#limits.signedIn) return;
    for (const ofAddress of this.#strangers.values()) {
      if (ofAddress.delete(connection)) this.#signedIn.add(connection);
    }
  }

  destroyAll(): void {
    for (const connection of this.#signedIn) connection.destroy();
    for (const ofAddress of this.#strangers.values()) {
      for (const connection of ofAddress) connection.destroy();
    }
  }

  #strangerCount(): number {
    let count = 0;
    for (const { size } of this.#strangers.values()) count += size;
    return count;
  }

  #mostHeld(): Set<Socket> | undefined {
    return [...this.#strangers.values()].reduce<Set<Socket> | undefined>(
      (most, ofAddress) => (most && most.size >= ofAddress.size ? most : ofAddress),
      undefined,
    );
  }

  #dropOldest(ofAddress: Set<Socket> | undefined): void {
    const [oldest] = ofAddress ?? [];
    if (!oldest) return;
    ofAddress?.delete(oldest);
    oldest.destroy();
  }
}

/**
 * Addresses that one machine can choose from count as one: all of 127.0.0.0/8, and the 64 bits that
 * an IPv6 network leaves to its hosts (RFC 4291, section 2.5.4).
 */
export function addressGroup(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (plain.startsWith('127.') || plain === '::1') return 'loopback';
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = plain.includes('::') ? [...before, ...zeros, ...after] : before;
  return groups.slice(0, 4).join(':').toLowerCase();
}
