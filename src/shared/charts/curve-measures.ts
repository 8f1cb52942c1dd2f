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
