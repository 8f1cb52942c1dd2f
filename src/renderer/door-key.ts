/** Lets this window in again when its server has been restarted and knows no session any more. */
import {
  RESUME_PATH,
  type ResumeRequest,
  resumeStatement,
  WINDOW_KEY,
  WINDOW_SIGNATURE,
  WINDOWS_PATH,
} from '../shared/contract/known-window.ts';

/** `refused`: a server is there, and this window is a stranger to it. */
export type Knock = 'let-in' | 'refused' | 'unreachable';

/**
 * The key is made anew by every page and lives in its memory: it can sign but not be read, and is not
 * stored, so that whoever takes the port while no server runs finds nothing to come in with.
 */
export class DoorKey {
  #pair: CryptoKeyPair | undefined;
  #publicKey = '';

  /** Within a session. Without Web Cryptography, on a page that is not on loopback, it does nothing. */
  async register(): Promise<void> {
    if (this.#pair || !window.isSecureContext) return;
    const pair = await crypto.subtle.generateKey(WINDOW_KEY, false, ['sign']);
    const key = toHex(await crypto.subtle.exportKey('spki', pair.publicKey));
    const response = await post(WINDOWS_PATH, { key });
    if (!response.ok) return;
    this.#pair = pair;
    this.#publicKey = key;
  }

  /** Before a connection is tried again. */
  async knock(): Promise<Knock> {
    try {
      const response = await fetch(RESUME_PATH, { cache: 'no-store' });
      if (response.status === 204) return 'let-in';
      if (!response.ok || !this.#pair) return 'refused';
      const challenge = (await response.text()).trim();
      const statement = new TextEncoder().encode(
        resumeStatement(window.location.origin, challenge),
      );
      const { privateKey } = this.#pair;
      const signature = toHex(await crypto.subtle.sign(WINDOW_SIGNATURE, privateKey, statement));
      const request: ResumeRequest = { key: this.#publicKey, challenge, signature };
      return (await post(RESUME_PATH, request)).ok ? 'let-in' : 'refused';
    } catch {
      return 'unreachable';
    }
  }
}

function post(path: string, body: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
