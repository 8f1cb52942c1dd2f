/** Results of analyses as rows of one long table: a row for every number. */
import {
  type AnalysisResult,
  type MaskOverlapResult,
  type MaskPair,
  type TensorMovement,
  trainingAt,
  type TrainingPlace,
} from '../../shared/domain/analysis.ts';

/** What a number belongs to; empty where it makes no sense. Replicates are counted from 1. */
export interface AnalysisRow {
  readonly replicate?: number | undefined;
  readonly level?: number | undefined;
  /** `ticket`, or the branch whose training it is. */
  readonly branch?: string | undefined;
  readonly otherReplicate?: number | undefined;
  readonly otherLevel?: number | undefined;
  readonly rewind?: number | undefined;
  /** A layer or tensor; `all` for the network. */
  readonly part: string;
  readonly quantity: string;
  readonly unit: string;
  /** Of curves and histograms: α, an iteration, the lower edge of a bin. */
  readonly at?: number | undefined;
  readonly value: number;
}

type Measured = readonly [quantity: string, unit: string, value: number];

export function analysisRows(result: AnalysisResult): AnalysisRow[] {
  switch (result.kind) {
    case 'instability': {
      const place = {
        replicate: result.replicate + 1,
        level: result.level,
        branch: trainingAt(result).branch,
        rewind: result.rewind,
        part: 'all',
      };
      return [
        ...rows(place, [
          ['density', 'fraction kept', result.density],
          ['distance', 'Euclidean', result.distance],
        ]),
        ...(['train', 'test'] as const).flatMap((set) => {
          const { barrier, error, loss } = result[set];
          return [
            ...rows(place, [[`${set} barrier`, 'fraction of examples', barrier]]),
            ...[...result.alphas].flatMap((at, point) =>
              rows({ ...place, at }, [
                [`${set} error`, 'fraction of examples', error[point]!],
                [`${set} loss`, 'nats', loss[point]!],
              ]),
            ),
          ];
        }),
      ];
    }
    case 'mask-overlap':
      return result.pairs.flatMap((pair) => overlapRows(result, pair));
    case 'connectivity': {
      const place = placeOf(result);
      return [
        ...rows({ ...place, part: 'all' }, [
          ['density', 'fraction kept', result.density],
          ['effective density', 'fraction kept', result.effectiveDensity],
          ['inputs', 'features', result.inputs],
          ['dead inputs', 'features', result.deadInputs],
        ]),
        ...result.layers.flatMap((layer) =>
          rows({ ...place, part: layer.layer }, [
            ['weights', 'weights', layer.weights],
            ['kept', 'weights', layer.kept],
            ['effective', 'weights', layer.effective],
            ['units', 'units', layer.units],
            ['dead units', 'units', layer.deadUnits],
            ['unreached units', 'units', layer.unreachedUnits],
            ['unread units', 'units', layer.unreadUnits],
          ]),
        ),
      ];
    }
    case 'weight-movement': {
      const place = placeOf(result);
      return result.tensors.flatMap((tensor) => movementRows(place, tensor));
    }
    case 'early-bird':
      return result.levels.flatMap(({ level, density, expected, earlyBird, distances }) => {
        const place = { replicate: result.replicate + 1, level, part: 'all' };
        const iterations = [...result.iterations];
        const distance = (one: number, other: number): number =>
          distances[one * iterations.length + other]!;
        return [
          ...rows(place, [
            ['density', 'fraction kept', density],
            ['expected distance', 'fraction of weights', expected],
            ...(earlyBird === undefined
              ? []
              : ([['settled', 'iteration', earlyBird]] satisfies Measured[])),
          ]),
          ...iterations.flatMap((at, mask) =>
            rows({ ...place, at }, [
              [
                'distance to last mask',
                'fraction of weights',
                distance(mask, iterations.length - 1),
              ],
              ...(mask === 0
                ? []
                : ([
                    ['distance to mask before', 'fraction of weights', distance(mask, mask - 1)],
                  ] satisfies Measured[])),
            ]),
          ),
        ];
      });
  }
}

function placeOf(result: TrainingPlace) {
  const { replicate, level, branch } = trainingAt(result);
  return { replicate: replicate + 1, level, branch };
}

type Place = Omit<AnalysisRow, 'quantity' | 'unit' | 'value'>;

function rows(place: Place, measured: readonly Measured[]): AnalysisRow[] {
  return measured.map(([quantity, unit, value]) => ({ ...place, quantity, unit, value }));
}

function overlapRows({ tensors }: MaskOverlapResult, pair: MaskPair): AnalysisRow[] {
  const place = {
    replicate: pair.one.replicate + 1,
    level: pair.one.level,
    otherReplicate: pair.other.replicate + 1,
    otherLevel: pair.other.level,
  };
  return [
    ...rows({ ...place, part: 'all' }, [
      ['overlap', 'Jaccard', pair.overlap],
      ['expected overlap', 'Jaccard', pair.expected],
      ['expected overlap, layers ignored', 'Jaccard', pair.expectedGlobally],
    ]),
    ...tensors.flatMap((part, tensor) =>
      rows({ ...place, part }, [
        ['overlap', 'Jaccard', pair.tensorOverlaps[tensor]!],
        ['expected overlap', 'Jaccard', pair.tensorExpected[tensor]!],
      ]),
    ),
  ];
}

function movementRows(place: Omit<Place, 'part'>, tensor: TensorMovement): AnalysisRow[] {
  return (['survivors', 'pruned'] as const).flatMap((group) => {
    const { count, initial, final, meanMovement, signChanges } = tensor[group];
    const part = tensor.name;
    return [
      ...rows({ ...place, part }, [
        [group, 'weights', count],
        [`${group}, mean movement`, 'magnitude', meanMovement],
        [`${group}, sign changes`, 'fraction of weights', signChanges],
      ]),
      ...(['initial', 'final'] as const).flatMap((moment) => {
        const { counts, mean, median } = moment === 'initial' ? initial : final;
        return [
          ...rows({ ...place, part }, [
            [`${group}, mean ${moment}`, 'magnitude', mean],
            [`${group}, median ${moment}`, 'magnitude', median],
          ]),
          ...[...counts].flatMap((value, bin) =>
            rows({ ...place, part, at: (bin / counts.length) * tensor.largest }, [
              [`${group}, ${moment} in bin`, 'weights', value],
            ]),
          ),
        ];
      }),
    ];
  });
}
