/**
 * How an open window gets a new session after its server was restarted: it signs a challenge with a
 * key that never leaves the window. The browser host and the window share these definitions.
 */

/** Takes the window's public key; POST, with a session. */
export const WINDOWS_PATH = '/windows';

/** GET returns a challenge if there is no session; POST exchanges its signature for a session. */
export const RESUME_PATH = '/resume';

/** The algorithms of the window's key and signature, in the terms of Web Cryptography. */
export const WINDOW_KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const WINDOW_SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** All parts are hexadecimal digits. */
export interface ResumeRequest {
  /** The public key, as SubjectPublicKeyInfo. */
  readonly key: string;
  readonly challenge: string;
  readonly signature: string;
}

/**
 * The text to sign. It includes the origin, so that a signature obtained by another server on this
 * machine is worthless here.
 */
export function resumeStatement(origin: string, challenge: string): string {
  return `Ticket Workbench, resume\n${origin}\n${challenge}`;
}
