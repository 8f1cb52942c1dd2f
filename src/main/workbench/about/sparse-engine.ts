/** What the sparse engine computes with on this machine. */
export { type NativeStatus, nativeStatus } from '../../engine/sparse/native.ts';
