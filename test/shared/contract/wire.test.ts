import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import {
  ANSWER_LIMITS,
  decodeFrame,
  encodeFrame,
  REQUEST_LIMITS,
  type WireLimits,
} from '../../../src/shared/contract/wire.ts';

const roundTrip = (message: unknown): unknown => decodeFrame(encodeFrame(message), ANSWER_LIMITS);

const typedArrays = fc.oneof(
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
);

const keys = fc.string().filter((key) => key !== '__proto__');

/** Anything that a message may be: JSON, every number there is, typed arrays. */
const messages = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.boolean(),
    fc.constant(null),
    fc.double(),
    fc.array(fc.double()),
    typedArrays,
    fc.array(tie('value')),
    fc.dictionary(keys, tie('value'), { noNullPrototype: true }),
  ),
})).value;

/** Frames are written by hand here, so that the format itself is held fast. */
function frameOf(header: unknown, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  let end = 8 + text.length;
  const starts = parts.map((part) => {
    const start = Math.ceil(end / 8) * 8;
    end = start + part.length;
    return start;
  });
  const frame = new Uint8Array(end);
  frame.set([0x54, 0x4b, 0x54, 0x31]);
  new DataView(frame.buffer).setUint32(4, text.length, true);
  frame.set(text, 8);
  parts.forEach((part, index) => {
    frame.set(part, starts[index]);
  });
  return frame;
}

const empty = { arrays: [], numbers: [] };

function refusal(frame: Uint8Array<ArrayBuffer>, limits: WireLimits = REQUEST_LIMITS): string {
  try {
    decodeFrame(frame, limits);
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'malformed-message') return error.message;
    throw error;
  }
  throw new Error('the frame was accepted');
}

describe('a frame', () => {
  it('gives back every message as it was', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(roundTrip(message)).toStrictEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back the message from any place in memory', () => {
    fc.assert(
      fc.property(messages, fc.nat(16), (message, offset) => {
        const frame = encodeFrame(message);
        const moved = new Uint8Array(frame.length + offset);
        moved.set(frame, offset);
        expect(decodeFrame(moved.subarray(offset), ANSWER_LIMITS)).toStrictEqual(message);
      }),
    );
  });

  it('writes arrays and lists of numbers as bytes, never as JSON numbers', () => {
    const frame = encodeFrame({ curve: Float64Array.of(0.1234567), values: [0.7654321] });
    const text = new TextDecoder('latin1').decode(frame);

    expect(text).not.toContain('0.12345');
    expect(text).not.toContain('0.76543');
    expect(text).toContain('"type":"f64"');
  });

  it('is laid out as documented', () => {
    const expected = frameOf(
      {
        body: { a: null },
        arrays: [{ at: ['a'], type: 'u16', length: 2, list: false }],
        numbers: [],
      },
      Uint8Array.of(1, 0, 2, 0),
    );

    expect(encodeFrame({ a: Uint16Array.of(1, 2) })).toStrictEqual(expected);
  });

  it('leaves out undefined properties and sends undefined itself as null', () => {
    expect(roundTrip({ a: undefined, b: 1 })).toStrictEqual({ b: 1 });
    expect(roundTrip(undefined)).toBeNull();
  });

  it('does not carry what is not data, and says where it is', () => {
    expect(() => encodeFrame({ rows: [{ at: new Date(0) }] })).toThrow(
      'rows[0].at is of type Date',
    );
    expect(() => encodeFrame([() => 1])).toThrow('[0] is of type function');
    expect(() => encodeFrame([undefined])).toThrow('[0] is of type undefined');
    // eslint-disable-next-line no-sparse-arrays
    expect(() => encodeFrame(['x', , 'y'])).toThrow('[1] is of type undefined');
    expect(() => encodeFrame(BigInt64Array.of(1n))).toThrow(
      'the message itself is of type BigInt64Array',
    );
  });
});

describe('a malformed frame is refused', () => {
  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['empty', new Uint8Array(0), 'ends after 0 bytes'],
    ['without the magic', new Uint8Array(16), 'does not begin with "TKT1"'],
    ['cut in its header', frameOf({ body: 1, ...empty }).slice(0, 20), 'the frame at 20'],
    ['with a header that is not JSON', frameOf('{"body":'), 'is not JSON in UTF-8'],
    ['without a body', frameOf(empty), 'exactly the keys'],
    ['with a key too many', frameOf({ body: 1, more: 1, ...empty }), 'exactly the keys'],
    ['with a list as header', frameOf([]), 'exactly the keys'],
    ['without lists', frameOf({ body: 1, arrays: {}, numbers: [] }), 'no arrays or no numbers'],
    ['with bytes left over', frameOf({ body: 1, ...empty }, Uint8Array.of(1)), 'accounts for'],
    [
      'with a key that changes what an object is',
      frameOf('{"body":{"__proto__":{"a":1}},"arrays":[],"numbers":[]}'),
      'key "__proto__"',
    ],
    [
      'with an array longer than the frame',
      frameOf(
        { body: null, arrays: [{ at: [], type: 'f64', length: 2, list: false }], numbers: [] },
        new Uint8Array(8),
      ),
      'array at the message itself ends at byte',
    ],
    [
      'with an array of a length no memory has',
      frameOf({
        body: null,
        arrays: [{ at: [], type: 'f64', length: Number.MAX_SAFE_INTEGER, list: true }],
        numbers: [],
      }),
      'ends at byte',
    ],
    [
      'with an array of no known type',
      frameOf({
        body: null,
        arrays: [{ at: [], type: 'constructor', length: 0, list: false }],
        numbers: [],
      }),
      'not described as one',
    ],
    [
      'with an array where something else is',
      frameOf(
        {
          body: { a: 1 },
          arrays: [{ at: ['a'], type: 'u8', length: 0, list: false }],
          numbers: [],
        },
        new Uint8Array(0),
      ),
      'a is not the place',
    ],
    [
      'with an array that goes to a prototype',
      frameOf(
        {
          body: {},
          arrays: [{ at: ['__proto__', '__proto__'], type: 'u8', length: 0, list: false }],
          numbers: [],
        },
        new Uint8Array(0),
      ),
      'leads nowhere',
    ],
    [
      'with two arrays for one place',
      frameOf(
        {
          body: null,
          arrays: [
            { at: [], type: 'u8', length: 0, list: false },
            { at: [], type: 'u8', length: 0, list: false },
          ],
          numbers: [],
        },
        new Uint8Array(0),
        new Uint8Array(0),
      ),
      'is not the place',
    ],
    [
      'with a number that is none',
      frameOf({ body: null, arrays: [], numbers: [{ at: [], value: 'seven' }] }),
      '"seven" is not a special number',
    ],
  ])('%s', (_name, frame, message) => {
    expect(refusal(frame)).toContain(message);
  });

  it('when it is not UTF-8', () => {
    const frame = frameOf({ body: 'x', ...empty });
    frame[frame.indexOf(0x78)] = 0xff;

    expect(refusal(frame)).toContain('not JSON in UTF-8');
  });

  it('when it goes beyond a limit', () => {
    const limits: WireLimits = { frameBytes: 200, headerBytes: 150, arrays: 1, depth: 3 };

    expect(refusal(encodeFrame({ a: new Uint8Array(300) }), limits)).toContain('at most 200');
    expect(refusal(encodeFrame('x'.repeat(130)), limits)).toContain('its header has');
    expect(
      refusal(encodeFrame([new Uint8Array(0), new Uint8Array(0)]), { ...limits, headerBytes: 199 }),
    ).toContain('2 arrays');
    expect(decodeFrame(encodeFrame([[['x']]]), limits)).toStrictEqual([[['x']]]);
    expect(refusal(encodeFrame([[[['x']]]]), limits)).toContain('deeper than 3');
  });

  it('when it nests deeper than any stack', () => {
    const depth = 200_000;
    const header = `{"body":${'['.repeat(depth)}${']'.repeat(depth)},"arrays":[],"numbers":[]}`;

    expect(refusal(frameOf(header))).toContain('nests deeper');
  });

  it('whatever its bytes are, and never in another way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusal(new Uint8Array(bytes))).toContain("a message can't be read");
      }),
      { numRuns: 500 },
    );
  });

  it('or read as some message, when a byte of it has changed', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(255), (message, place, byte) => {
        const frame = encodeFrame(message);
        frame[place % frame.length] = byte;
        try {
          decodeFrame(frame, ANSWER_LIMITS);
        } catch (error) {
          expect(error).toBeInstanceOf(WorkbenchError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
