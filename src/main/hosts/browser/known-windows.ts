/**
 * Remembers windows that had a session, so that they get a new one after a restart. A file beside the
 * searches holds their public keys and the last port. Reading that file gives nobody access.
 */
import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { type ResumeRequest, resumeStatement } from '../../../shared/contract/known-window.ts';

/** As long as a session: an open window may last a working week. */
const KNOWN_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;
const MOST_WINDOWS = 32;

/** A challenge must be answered within a minute. Users have far fewer windows than the maximum. */
const CHALLENGE_MILLISECONDS = 60_000;
const MOST_CHALLENGES = 256;
const CHALLENGE_BYTES = 32;

const HTTP_PORT = 80;

const hex = z
  .string()
  .regex(/^([0-9a-f]{2})+$/)
  .max(1000);

export const windowKeySchema = z.strictObject({ key: hex });

export const resumeRequestSchema: z.ZodType<ResumeRequest> = z.strictObject({
  key: hex,
  challenge: hex,
  signature: hex,
});

const portSchema = z.int().min(1).max(65_535);

const fileSchema = z.object({
  port: portSchema.optional(),
  windows: z
    .array(
      z.object({
        key: hex,
        endsAt: z.number(),
        /** The port of the server that knew the window; missing in files of earlier versions. */
        port: portSchema.optional(),
      }),
    )
    .max(MOST_WINDOWS),
});

type Contents = z.output<typeof fileSchema>;

export class KnownWindows {
  readonly #file: string;
  readonly #now: () => number;
  /** Issued challenges and their expiry times. Each is valid for one answer. */
  readonly #challenges = new Map<string, number>();
  #port: number | undefined;

  /** @param now Unix time, milliseconds. */
  constructor(file: string, now: () => number = Date.now) {
    this.#file = file;
    this.#now = now;
  }

  /** The port of the last server, where its windows look for the next one. */
  get lastPort(): number | undefined {
    return this.#read().port;
  }

  listensOn(port: number): void {
    this.#port = port;
    this.#write({ ...this.#read(), port });
  }

  /** @returns whether the key is a valid public key of a window. */
  add(key: string): boolean {
    if (!publicKeyOf(key)) return false;
    const { port, windows } = this.#read();
    const others = windows.filter((window) => window.key !== key);
    const window = { key, endsAt: this.#now() + KNOWN_MILLISECONDS, port: this.#port };
    this.#write({ port, windows: [...others, window].slice(-MOST_WINDOWS) });
    return true;
  }

  /** A challenge for a window to sign. */
  challenge(): string {
    const now = this.#now();
    for (const [challenge, endsAt] of this.#challenges) {
      if (endsAt > now && this.#challenges.size < MOST_CHALLENGES) break;
      this.#challenges.delete(challenge);
    }
    const challenge = randomBytes(CHALLENGE_BYTES).toString('hex');
    this.#challenges.set(challenge, now + CHALLENGE_MILLISECONDS);
    return challenge;
  }

  /**
   * Whether a known window signed one of our challenges for this origin. A challenge counts once. The
   * window must have been known at our port: another server that has taken over the window's port
   * may relay our challenge, and the origin in the signature is the one that the window sees.
   */
  recognizes({ key, challenge, signature }: ResumeRequest, origin: string): boolean {
    const endsAt = this.#challenges.get(challenge) ?? 0;
    this.#challenges.delete(challenge);
    if (endsAt <= this.#now()) return false;
    const known = this.#read().windows.find((window) => window.key === key);
    if (!known || (known.port ?? portOf(origin)) !== this.#port) return false;
    const publicKey = publicKeyOf(key);
    if (!publicKey) return false;
    const isSigned = verify(
      'sha256',
      Buffer.from(resumeStatement(origin, challenge)),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'hex'),
    );
    if (isSigned) this.add(key);
    return isSigned;
  }

  /** Reads the file every time, because another server may share it. An unreadable file is empty. */
  #read(): Contents {
    try {
      const { port, windows } = fileSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
      return { port, windows: windows.filter(({ endsAt }) => endsAt > this.#now()) };
    } catch {
      return { windows: [] };
    }
  }

  /** Only the owner can read the file. If it can't be written, windows need a new address later. */
  #write(contents: Contents): void {
    try {
      writeFileAtomically(this.#file, `${JSON.stringify(contents)}\n`, { mode: 0o600 });
    } catch {
      return;
    }
  }
}

/** The port of an origin such as `http://127.0.0.1:5000`. */
function portOf(origin: string): number | undefined {
  return URL.canParse(origin) ? Number(new URL(origin).port || HTTP_PORT) : undefined;
}

function publicKeyOf(key: string): KeyObject | undefined {
  try {
    const der = Buffer.from(key, 'hex');
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
    const fits = asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return fits ? publicKey : undefined;
  } catch {
    return undefined;
  }
}
