/**
 * The windows that were let in, so that they may come in again after a restart: their public keys and
 * the port they look for, in a file beside the searches. Who reads the file gets in nowhere with it.
 */
import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type ResumeRequest, resumeStatement } from '../../../shared/contract/known-window.ts';

/** As long as a session: an open window outlives a working week. */
const KNOWN_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;
const MOST_WINDOWS = 32;

/** Within a minute of being asked for; a handful is more than all windows of a user ask for at once. */
const CHALLENGE_MILLISECONDS = 60_000;
const MOST_CHALLENGES = 256;
const CHALLENGE_BYTES = 32;

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

const fileSchema = z.object({
  port: z.int().min(1).max(65_535).optional(),
  windows: z.array(z.object({ key: hex, endsAt: z.number() })).max(MOST_WINDOWS),
});

type Contents = z.output<typeof fileSchema>;

export class KnownWindows {
  readonly #file: string;
  readonly #now: () => number;
  /** Challenges that were given, and when they end; each one is good for one answer. */
  readonly #challenges = new Map<string, number>();

  /** @param now Unix time, milliseconds. */
  constructor(file: string, now: () => number = Date.now) {
    this.#file = file;
    this.#now = now;
  }

  /** Where the last server listened, and its windows look for the next one. */
  get lastPort(): number | undefined {
    return this.#read().port;
  }

  listensOn(port: number): void {
    this.#write({ ...this.#read(), port });
  }

  /** @returns whether it is a key that a window can have. */
  add(key: string): boolean {
    if (!publicKeyOf(key)) return false;
    const { port, windows } = this.#read();
    const others = windows.filter((window) => window.key !== key);
    const endsAt = this.#now() + KNOWN_MILLISECONDS;
    this.#write({ port, windows: [...others, { key, endsAt }].slice(-MOST_WINDOWS) });
    return true;
  }

  /** What a window is to sign to come in again. */
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

  /** Whether a known window has signed a challenge of ours, at this origin, for the first time. */
  recognizes({ key, challenge, signature }: ResumeRequest, origin: string): boolean {
    const endsAt = this.#challenges.get(challenge) ?? 0;
    this.#challenges.delete(challenge);
    if (endsAt <= this.#now()) return false;
    if (!this.#read().windows.some((window) => window.key === key)) return false;
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

  /** As of now: another server may share the data directory. What can't be read is no window. */
  #read(): Contents {
    try {
      const { port, windows } = fileSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
      return { port, windows: windows.filter(({ endsAt }) => endsAt > this.#now()) };
    } catch {
      return { windows: [] };
    }
  }

  /** Readable by its owner alone. A window that can't be remembered needs a new address, no more. */
  #write(contents: Contents): void {
    const draft = `${this.#file}.${process.pid}`;
    try {
      writeFileSync(draft, `${JSON.stringify(contents)}\n`, { mode: 0o600 });
      renameSync(draft, this.#file);
    } catch {
      return;
    }
  }
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
