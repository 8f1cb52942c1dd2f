/** Signs this window in again after its server has restarted and lost all sessions. */
import {
  RESUME_PATH,
  type ResumeRequest,
  resumeStatement,
  WINDOW_KEY,
  WINDOW_SIGNATURE,
  WINDOWS_PATH,
} from '../shared/contract/known-window.ts';

/** `refused`: a server answers, but it does not know this window. */
export type ResumeOutcome = 'resumed' | 'refused' | 'unreachable';

/**
 * Every page generates its own key and keeps it only in memory. The key can sign but can't be
 * exported. So a program that takes the port while no server runs gains nothing to sign in with.
 */
export class WindowKey {
  #pair: CryptoKeyPair | undefined;
  #publicKey = '';

  /**
   * Tells the server the public key; needs a session. Does nothing without Web Cryptography, which
   * browsers deny to pages that are not on loopback.
   */
  async register(): Promise<void> {
    if (this.#pair || !window.isSecureContext) return;
    const pair = await crypto.subtle.generateKey(WINDOW_KEY, false, ['sign']);
    const key = toHex(await crypto.subtle.exportKey('spki', pair.publicKey));
    const response = await post(WINDOWS_PATH, { key });
    if (!response.ok) return;
    this.#pair = pair;
    this.#publicKey = key;
  }

  /** Requests a new session. Call this before reconnecting. */
  async resume(): Promise<ResumeOutcome> {
    try {
      const response = await fetch(RESUME_PATH, { cache: 'no-store' });
      if (response.status === 204) return 'resumed';
      if (!response.ok || !this.#pair) return 'refused';
      const challenge = (await response.text()).trim();
      const statement = new TextEncoder().encode(
        resumeStatement(window.location.origin, challenge),
      );
      const { privateKey } = this.#pair;
      const signature = toHex(await crypto.subtle.sign(WINDOW_SIGNATURE, privateKey, statement));
      const request: ResumeRequest = { key: this.#publicKey, challenge, signature };
      return (await post(RESUME_PATH, request)).ok ? 'resumed' : 'refused';
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
