/**
 * How an open window comes in again after its server was restarted: it signs a challenge with a key
 * that never leaves it. The browser host and the window speak of it in the same words.
 */

/** Takes the window's public key, given within a session; POST. */
export const WINDOWS_PATH = '/windows';

/** Gives a challenge to who has no session (GET), and a session for its signature (POST). */
export const RESUME_PATH = '/resume';

/** What a window signs with, in the words of Web Cryptography. */
export const WINDOW_KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const WINDOW_SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Its parts travel as hexadecimal digits. */
export interface ResumeRequest {
  /** The public key, as SubjectPublicKeyInfo. */
  readonly key: string;
  readonly challenge: string;
  readonly signature: string;
}

/**
 * What is signed. The origin is a part of it, so that a signature which another server on this machine
 * has asked for is worth nothing here.
 */
export function resumeStatement(origin: string, challenge: string): string {
  return `Ticket Workbench, resume\n${origin}\n${challenge}`;
}
