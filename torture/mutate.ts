/** Damages bytes as disks, transfers and attackers do. */
import type { Rng } from '../src/shared/rng.ts';

type Change = (bytes: Buffer, random: Rng) => Buffer;

/** Values at the edges of lengths, counts and offsets. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** What texts break on: signs of CSV and JSON, huge numbers, names that JavaScript reserves. */
const TEXTS = [
  '"',
  ',',
  '\n',
  '\r\n',
  '\0',
  '\ufeff',
  '1e999',
  '-1',
  '9'.repeat(400),
  'NaN',
  '__proto__',
  'constructor',
  '{',
  '[',
  '\u001b[31m',
  '=1+1',
  '%s',
  '../',
];

export const flipBit: Change = (bytes, random) => {
  const changed = Buffer.from(bytes);
  if (changed.length === 0) return changed;
  const at = random.below(changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  return changed;
};

const setByte: Change = (bytes, random) => {
  const changed = Buffer.from(bytes);
  if (changed.length > 0) changed[random.below(changed.length)] = random.below(256);
  return changed;
};

export const cutOff: Change = (bytes, random) =>
  Buffer.from(bytes.subarray(0, random.below(bytes.length + 1)));

const cutOut: Change = (bytes, random) => {
  const [from, to] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const duplicate: Change = (bytes, random) => {
  const [from, to] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
};

/** A length field of 1, 2 or 4 bytes that says something else. */
const edge: Change = (bytes, random) => {
  const size = [1, 2, 4][random.below(3)] ?? 1;
  const changed = Buffer.from(bytes);
  if (changed.length < size) return changed;
  // Headers come first in most formats.
  const places = changed.length - size + 1;
  const at = random.below(random.below(2) === 0 ? Math.min(places, 64) : places);
  const value = (EDGES[random.below(EDGES.length)] ?? 0) % 2 ** (8 * size);
  if (random.below(2) === 0) changed.writeUIntLE(value, at, size);
  else changed.writeUIntBE(value, at, size);
  return changed;
};

const insertText: Change = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const text = Buffer.from(TEXTS[random.below(TEXTS.length)] ?? '');
  return Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(at)]);
};

const noise: Change = (bytes, random) => {
  const [from, to] = range(bytes, random);
  const changed = Buffer.from(bytes);
  for (let at = from; at < to; at += 1) changed[at] = random.below(256);
  return changed;
};

export const PAGE_BYTES = 4096;

/** As a sector that was never written. */
export const zeroPage: Change = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const at = random.below(Math.max(1, Math.ceil(bytes.length / PAGE_BYTES))) * PAGE_BYTES;
  changed.fill(0, at, Math.min(changed.length, at + PAGE_BYTES));
  return changed;
};

/** A part of at most 64 bytes, mostly. */
function range(bytes: Buffer, random: Rng): readonly [number, number] {
  const from = random.below(bytes.length + 1);
  const most = random.below(4) === 0 ? bytes.length - from : Math.min(64, bytes.length - from);
  return [from, from + random.below(most + 1)];
}

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  cutOff,
  cutOut,
  duplicate,
  edge,
  edge,
  insertText,
  noise,
  zeroPage,
];

/** One to four changes of a valid sample; equal for equal generators. The sample stays as it is. */
export function mutate(sample: Uint8Array, random: Rng): Buffer {
  let changed = Buffer.from(sample);
  const changes = 1 + random.below(4);
  for (let done = 0; done < changes; done += 1) {
    const change = CHANGES[random.below(CHANGES.length)] ?? flipBit;
    changed = Buffer.from(change(changed, random));
  }
  return changed;
}

/** Bytes without any sense, up to 2 KB, or text made of what parsers look for. */
export function generate(random: Rng): Buffer {
  if (random.below(2) === 0) {
    return Buffer.from(Uint8Array.from({ length: random.below(2048) }, () => random.below(256)));
  }
  const parts = Array.from(
    { length: random.below(64) },
    () => TEXTS[random.below(TEXTS.length)] ?? '',
  );
  return Buffer.from(parts.join(''));
}
