/** What each kind of stored data is called. */
import type { StorageKind } from '../contract/records/storage.ts';

export const STORAGE_LABELS: Readonly<Record<StorageKind, string>> = {
  'final-weights': 'Final weights',
  'initial-weights': 'Initial weights',
  'rewind-points': 'Rewind points',
  masks: 'Masks',
  'correct-examples': 'Correct test examples',
  measurements: 'Measurements and curves',
  analyses: 'Analyses',
  trash: 'Trash',
  rest: 'Settings, logs and indexes',
  free: 'Free space in the file',
  checkpoints: 'Checkpoints',
  backups: 'Backups',
  transfers: 'Bundles on their way',
  tensorflow: 'TensorFlow',
  datasets: 'Fetched datasets',
  engines: 'Compiled engines',
  logs: 'Log files',
};
