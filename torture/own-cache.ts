/** A cache for one run alone: attacks damage what is in it, and kill what writes into it. */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { cacheDirectory } from '../provision/project.mjs';

/**
 * Makes this process and all that it starts use the folder. TensorFlow is linked into it if it is set
 * up, because it is too large to be copied; no attack writes there.
 */
export function useOwnCache(folder: string): void {
  const tensorflow = path.join(cacheDirectory(), 'tensorflow');
  mkdirSync(folder, { recursive: true });
  if (existsSync(tensorflow)) symlinkSync(tensorflow, path.join(folder, 'tensorflow'));
  process.env['TICKET_CACHE_DIR'] = folder;
  // As bin/ticket.mjs does it. Without it, half of a short command's time goes into compiling.
  process.env['NODE_COMPILE_CACHE'] = path.join(folder, 'compiled');
}
