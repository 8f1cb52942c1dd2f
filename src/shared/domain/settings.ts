/** A search's settings, for all code outside the folder `settings`. */
export { choicePlaceAt, DEFAULT_REWIND } from './settings/choices.ts';
export { checkAgainstDataset } from './settings/dataset-checks.ts';
export {
  augmentationOf,
  DATASET_SETTINGS,
  datasetSettings,
  type DatasetSize,
  DEFAULT_NORMALIZATION,
  type EvaluatedExamples,
  evaluatedExamples,
  normalizationIdOf,
  SHAPE_SETTING,
} from './settings/dataset-settings.ts';
export { resolveAnalysis, resolveEpochs } from './settings/epochs.ts';
export { isUnknownEntry } from './settings/messages.ts';
export { parseSettings } from './settings/parse.ts';
export type { LevelCounter, SettingsRegistries, TrainingStart } from './settings/registries.ts';
export { rewindIdOf, rewindPointSettings } from './settings/rewind-settings.ts';
export {
  type Settings,
  SETTINGS_VERSION,
  settingsSchema,
  type WrittenSettings,
} from './settings/schema.ts';
export {
  type EvaluationCounts,
  expectedEvaluations,
  testInterval,
} from './settings/test-interval.ts';
export { checkKey, checkTree } from './settings/tree-checks.ts';
export { textFromValue, valueFromText } from './settings/text-values.ts';
