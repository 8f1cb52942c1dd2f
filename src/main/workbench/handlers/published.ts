import { publishedFiles } from '../published/files.ts';
import { parseOwnPoints } from '../published/own-points.ts';
import type { HandlersOf } from './handlers.ts';

/** Points of others for charts. */
export function publishedHandlers(): HandlersOf<`published.${'list' | 'readPoints'}`> {
  return {
    'published.list': () => publishedFiles(),
    'published.readPoints': ({ name, text }) => parseOwnPoints(name, text),
  };
}
