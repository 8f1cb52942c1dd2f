/** What a learning curve measures. */
export const CURVE_MEASURES = [
  'validationLoss',
  'validationAccuracy',
  'testLoss',
  'testAccuracy',
] as const;
export type CurveMeasure = (typeof CURVE_MEASURES)[number];

export const CURVE_MEASURE_LABELS: Readonly<Record<CurveMeasure, string>> = {
  validationLoss: 'Validation loss',
  validationAccuracy: 'Validation accuracy',
  testLoss: 'Test loss',
  testAccuracy: 'Test accuracy',
};

/** What each chart of learning curves that can be exported shows, by its name. */
export const CURVE_CHARTS: ReadonlyMap<string, CurveMeasure> = new Map([
  ['validation-loss-curves', 'validationLoss'],
  ['validation-accuracy-curves', 'validationAccuracy'],
  ['test-loss-curves', 'testLoss'],
  ['test-accuracy-curves', 'testAccuracy'],
]);
