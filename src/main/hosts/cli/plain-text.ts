/** Provisioning writes to terminals too, before TypeScript can be loaded. */
export { plainLine, plainMessage, plainText } from '../../../../provision/plain-text.mjs';
