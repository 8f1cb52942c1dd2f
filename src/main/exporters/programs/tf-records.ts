/**
 * TensorFlow's file of records: each has its length, and checksums of both.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */

export function tfRecords(records: readonly Uint8Array[]): Uint8Array {
  const size = records.reduce((sum, { length }) => sum + length + 16, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const record of records) {
    view.setBigUint64(offset, BigInt(record.length), true);
    view.setUint32(offset + 8, maskedChecksum(bytes.subarray(offset, offset + 8)), true);
    bytes.set(record, offset + 12);
    view.setUint32(offset + 12 + record.length, maskedChecksum(record), true);
    offset += record.length + 16;
  }
  return bytes;
}

/** The CRC of Castagnoli, reflected. Node's own `crc32` has another polynomial. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  }
  return remainder;
});

export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (let index = 0; index < bytes.length; index += 1) {
    remainder = TABLE[(remainder ^ bytes[index]!) & 0xff]! ^ (remainder >>> 8);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

/** Rotated and shifted, so that the checksum of a text that holds checksums is a good one. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
