import { expect, it } from 'vitest';
import { crc32c, tfRecords } from '../../../../src/main/exporters/programs/tf-records.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

it('has the checksum of Castagnoli (RFC 3720, B.4)', () => {
  expect(crc32c(bytesOf('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

it('frames each record by its length and two checksums', () => {
  const file = tfRecords([bytesOf('one'), new Uint8Array(0)]);
  expect(file).toHaveLength(16 + 3 + 16);
  const view = new DataView(file.buffer);
  expect(view.getBigUint64(0, true)).toBe(3n);
  expect(new TextDecoder().decode(file.subarray(12, 15))).toBe('one');
  expect(view.getBigUint64(19, true)).toBe(0n);
});
