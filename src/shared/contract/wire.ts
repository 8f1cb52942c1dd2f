/**
 * Encodes messages as binary frames, for byte transports such as a WebSocket. A MessagePort carries
 * the same objects unencoded.
 *
 *     bytes 0–3   "TKT1"
 *     bytes 4–7   length of the header, unsigned, little-endian
 *     header      UTF-8 JSON: { body, arrays: [{ at, type, length, list }], numbers: [{ at, value }] }
 *     arrays      in the header's order, each starting at a multiple of 8 bytes, little-endian
 *
 * `body` is the message, with null wherever JSON can't express a value; `at` is the path to such a
 * value. Typed arrays arrive as typed arrays. Lists of numbers are sent as 64-bit floats and arrive as
 * lists. NaN, the infinities and −0 arrive unchanged.
 */
import { WorkbenchError } from './errors.ts';
import { isPlainObject } from './json.ts';

export interface WireLimits {
  /** Bytes of the whole frame. */
  readonly frameBytes: number;
  /** Bytes of the header: everything except the arrays. */
  readonly headerBytes: number;
  /** Typed arrays and lists of numbers. */
  readonly arrays: number;
  /** Nested objects and lists. */
  readonly depth: number;
}

const MEBIBYTE = 1024 * 1024;

/** What a workbench accepts. The longest call lists the ids of all searches. */
export const REQUEST_LIMITS: WireLimits = {
  frameBytes: 8 * MEBIBYTE,
  headerBytes: 8 * MEBIBYTE,
  arrays: 10_000,
  depth: 48,
};

/** What a renderer accepts. The longest answers are exported weights of large networks. */
export const ANSWER_LIMITS: WireLimits = {
  frameBytes: 1024 * MEBIBYTE,
  headerBytes: 64 * MEBIBYTE,
  arrays: 1_000_000,
  depth: 48,
};

const ARRAY_TYPES = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

type ArrayType = keyof typeof ARRAY_TYPES;
type TypedArray = InstanceType<(typeof ARRAY_TYPES)[ArrayType]>;
type Path = readonly (string | number)[];

/** A place in a message, linked from the inside out. Its path is only built when needed. */
interface Place {
  readonly inside: Place | undefined;
  readonly step: string | number;
}

/** Numbers that JSON can't express, by the text that encodes them. */
const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

const MAGIC = [0x54, 0x4b, 0x54, 0x31] as const;
const PREAMBLE_BYTES = 8;
const ALIGNMENT = 8;

// Browsers and Node have these, but the type libraries for pure code do not.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean },
) => { decode(bytes: Uint8Array): string };

interface ArrayEntry {
  readonly at: Path;
  readonly type: ArrayType;
  readonly length: number;
  /** Whether it was a plain list of numbers and is decoded to one. */
  readonly list: boolean;
}

interface NumberEntry {
  readonly at: Path;
  readonly value: string;
}

/** @throws TypeError that names the place of a value that is neither JSON nor a typed array. */
export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  const arrays: ArrayEntry[] = [];
  const numbers: NumberEntry[] = [];
  const payloads: TypedArray[] = [];

  const takeOut = (payload: TypedArray, place: Place | undefined, list: boolean): null => {
    const at = pathOf(place);
    arrays.push({ at, type: typeOf(payload, at), length: payload.length, list });
    payloads.push(payload);
    return null;
  };
  const jsonOf = (value: unknown, place: Place | undefined): unknown => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number': {
        const word = specialWord(value);
        if (word === undefined) return value;
        numbers.push({ at: pathOf(place), value: word });
        return null;
      }
      case 'object': {
        if (value === null) return null;
        if (ArrayBuffer.isView(value)) return takeOut(value as TypedArray, place, false);
        if (Array.isArray(value)) {
          const items: readonly unknown[] = value;
          if (isNumberList(items)) return takeOut(Float64Array.from(items), place, true);
          // `map` would skip holes.
          return Array.from(items, (item, index) => jsonOf(item, { inside: place, step: index }));
        }
        if (!isPlainObject(value)) throw notSendable(value, pathOf(place));
        const entries = Object.entries(value).filter(([, item]) => item !== undefined);
        return Object.fromEntries(
          entries.map(([step, item]) => [step, jsonOf(item, { inside: place, step })]),
        );
      }
      default:
        throw notSendable(value, pathOf(place));
    }
  };

  const body = message === undefined ? null : jsonOf(message, undefined);
  const header = new TextEncoder().encode(JSON.stringify({ body, arrays, numbers }));
  const starts: number[] = [];
  let end = PREAMBLE_BYTES + header.length;
  for (const { byteLength } of payloads) {
    const start = aligned(end);
    starts.push(start);
    end = start + byteLength;
  }
  const frame = new Uint8Array(end);
  frame.set(MAGIC);
  new DataView(frame.buffer).setUint32(4, header.length, true);
  frame.set(header, PREAMBLE_BYTES);
  payloads.forEach(({ buffer, byteOffset, byteLength }, index) => {
    frame.set(new Uint8Array(buffer, byteOffset, byteLength), starts[index]);
  });
  return frame;
}

/**
 * Decodes the message in a frame. Arrays are views of the frame if its memory is aligned.
 *
 * @throws WorkbenchError `malformed-message` that names the problem and its place.
 */
export function decodeFrame(frame: Uint8Array<ArrayBuffer>, limits: WireLimits): unknown {
  if (frame.length > limits.frameBytes) {
    malformed(`it has ${frame.length} bytes; expected at most ${limits.frameBytes}`);
  }
  if (frame.length < PREAMBLE_BYTES) {
    malformed(`it ends after ${frame.length} bytes; expected at least ${PREAMBLE_BYTES}`);
  }
  if (MAGIC.some((byte, index) => frame[index] !== byte)) {
    malformed('it does not begin with "TKT1"');
  }
  const { buffer, byteOffset } = frame;
  const headerBytes = new DataView(buffer, byteOffset).getUint32(4, true);
  const headerEnd = PREAMBLE_BYTES + headerBytes;
  if (headerBytes > limits.headerBytes) {
    malformed(`its header has ${headerBytes} bytes; expected at most ${limits.headerBytes}`);
  }
  if (headerEnd > frame.length) {
    malformed(`its header ends at byte ${headerEnd}, the frame at ${frame.length}`);
  }
  const header = parseHeader(frame.subarray(PREAMBLE_BYTES, headerEnd), limits);

  const root = { body: header.body };
  for (const { at, value } of header.numbers) {
    const number = SPECIAL_NUMBERS.get(value);
    if (number === undefined) malformed(`${JSON.stringify(value)} is not a special number`);
    put(root, at, number);
  }
  let end = headerEnd;
  for (const { at, type, length, list } of header.arrays) {
    const { BYTES_PER_ELEMENT } = ARRAY_TYPES[type];
    const start = aligned(end);
    end = start + length * BYTES_PER_ELEMENT;
    if (end > frame.length) {
      malformed(`its array at ${show(at)} ends at byte ${end}, the frame at ${frame.length}`);
    }
    const array = arrayFrom(frame, type, start, end);
    put(root, at, list ? Array.from(array) : array);
  }
  if (end !== frame.length) {
    malformed(`it has ${frame.length} bytes; its header accounts for ${end}`);
  }
  return root.body;
}

interface Header {
  readonly body: unknown;
  readonly arrays: readonly ArrayEntry[];
  readonly numbers: readonly NumberEntry[];
}

function parseHeader(bytes: Uint8Array, limits: WireLimits): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    malformed(`its header is not JSON in UTF-8: ${String(cause)}`, cause);
  }
  // One level more than the message's own, because the header is an object around it.
  checkTree(header, limits.depth + 1);
  if (!isPlainObject(header) || Object.keys(header).toSorted().join() !== 'arrays,body,numbers') {
    malformed('its header does not have exactly the keys body, arrays and numbers');
  }
  const { body, arrays, numbers } = header;
  if (!Array.isArray(arrays) || !Array.isArray(numbers)) {
    malformed('its header lists no arrays or no numbers');
  }
  if (arrays.length > limits.arrays) {
    malformed(`it has ${arrays.length} arrays; expected at most ${limits.arrays}`);
  }
  if (!arrays.every(isArrayEntry)) malformed('an array in its header is not described as one');
  if (!numbers.every(isNumberEntry)) malformed('a number in its header is not described as one');
  return { body, arrays, numbers };
}

/** Walks without recursion, because it checks that recursion is safe. */
function checkTree(root: unknown, maximumDepth: number): void {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [
    { value: root, depth: 0 },
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= maximumDepth) {
      malformed(`it nests deeper than ${maximumDepth - 1} objects and lists`);
    }
    // Assigning such a key would replace the prototype of an object.
    if (Object.hasOwn(value, '__proto__')) malformed('it has a key "__proto__"');
    for (const item of Object.values(value)) waiting.push({ value: item, depth: depth + 1 });
  }
}

function isPath(value: unknown): value is Path {
  return (
    Array.isArray(value) &&
    value.every((step) => typeof step === 'string' || Number.isSafeInteger(step))
  );
}

function isArrayEntry(value: unknown): value is ArrayEntry {
  if (!isPlainObject(value) || Object.keys(value).length !== 4) return false;
  const { at, type, length, list } = value;
  return (
    isPath(at) &&
    typeof type === 'string' &&
    Object.hasOwn(ARRAY_TYPES, type) &&
    Number.isSafeInteger(length) &&
    Number(length) >= 0 &&
    typeof list === 'boolean'
  );
}

function isNumberEntry(value: unknown): value is NumberEntry {
  if (!isPlainObject(value) || Object.keys(value).length !== 2) return false;
  return isPath(value['at']) && typeof value['value'] === 'string';
}

/** Replaces a null of the body by a value. Only a null may be replaced. */
function put(root: { body: unknown }, at: Path, value: unknown): void {
  let parent: object = root;
  let key: string | number = 'body';
  for (const step of at) {
    const inner: unknown = Object.hasOwn(parent, key) ? Reflect.get(parent, key) : undefined;
    if (typeof inner !== 'object' || inner === null || ArrayBuffer.isView(inner)) {
      malformed(`${show(at)} leads nowhere`);
    }
    parent = inner;
    key = step;
  }
  if (!Object.hasOwn(parent, key) || Reflect.get(parent, key) !== null) {
    malformed(`${show(at)} is not the place of an array or a number`);
  }
  Reflect.set(parent, key, value);
}

function arrayFrom(
  frame: Uint8Array<ArrayBuffer>,
  type: ArrayType,
  start: number,
  end: number,
): TypedArray {
  const offset = frame.byteOffset + start;
  const constructor = ARRAY_TYPES[type];
  const length = (end - start) / constructor.BYTES_PER_ELEMENT;
  if (offset % ALIGNMENT === 0) return new constructor(frame.buffer, offset, length);
  return new constructor(frame.slice(start, end).buffer, 0, length);
}

function typeOf(array: TypedArray, at: Path): ArrayType {
  for (const [type, constructor] of Object.entries(ARRAY_TYPES)) {
    if (array instanceof constructor) return type as ArrayType;
  }
  throw notSendable(array, at);
}

function specialWord(value: number): string | undefined {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? undefined : String(value);
}

function isNumberList(items: readonly unknown[]): items is readonly number[] {
  return items.length > 0 && items.every((item) => typeof item === 'number');
}

function pathOf(place: Place | undefined): Path {
  const path: (string | number)[] = [];
  for (let at = place; at; at = at.inside) path.push(at.step);
  return path.reverse();
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** `value.rows[3].sparkline` */
function show(at: Path): string {
  const steps = at.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return steps.replace(/^[.]/, '') || 'the message itself';
}

function notSendable(value: unknown, at: Path): TypeError {
  const kind = typeof value === 'object' ? (value?.constructor.name ?? 'null') : typeof value;
  return new TypeError(`${show(at)} is of type ${kind}, which no message carries`);
}

function malformed(problem: string, cause?: unknown): never {
  throw new WorkbenchError(
    'malformed-message',
    `a message can't be read: ${problem}`,
    'Reload the window. If that does not help, the window and the workbench have different versions.',
    { cause },
  );
}
