/** A tiny search, trained by hand, whose analyses are then worked out unit by unit. */
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type { ConnectivityResult } from '../../../../src/main/engine/analyses/connectivity.ts';
import type { EarlyBirdResult } from '../../../../src/main/engine/analyses/early-bird.ts';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import type { InstabilityResult } from '../../../../src/main/engine/analyses/instability-results.ts';
import type { MaskOverlapResult } from '../../../../src/main/engine/analyses/mask-overlap.ts';
import type { WeightMovementResult } from '../../../../src/main/engine/analyses/weight-movement.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import type { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { LotteryTrainer } from '../../../../src/main/engine/lottery/lottery-trainer.ts';
import type { TrainingResult } from '../../../../src/main/engine/lottery/training-task.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import type { AnalysisUnit, ArrayNeed } from '../../../../src/shared/domain/analysis.ts';
import { branchNames } from '../../../../src/shared/domain/branch.ts';
import { type Choice, hparamsOf } from '../../../../src/shared/domain/definition.ts';
import { ENGINE_IDS } from '../../../../src/shared/domain/engine.ts';
import { packMask } from '../../../../src/shared/domain/mask.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { sameTraining } from '../../../../src/shared/domain/training.ts';

interface Results {
  readonly instability: InstabilityResult;
  readonly 'mask-overlap': MaskOverlapResult;
  readonly connectivity: ConnectivityResult;
  readonly 'weight-movement': WeightMovementResult;
  readonly 'early-bird': EarlyBirdResult;
}

export function trainByHand(kernels: Kernels, settings: Settings, dataset: Dataset) {
  const lotteryTrainer = new LotteryTrainer(kernels, settings, dataset);
  const network = architectures
    .get(settings.architecture.id)
    .build(settings.architecture, dataset.shape, dataset.classes);
  const layout = layoutOf(network);
  const targets = plannedTargets(settings.pruning, layout);
  const engine = ENGINE_IDS.find((id) => id === settings.training.engine) ?? 'dense';
  const tickets: TrainingResult[] = [];
  const controls: TrainingResult[] = [];
  const observer = { onEvaluation: () => undefined, onIteration: () => true };
  for (let replicate = 0; replicate < settings.replicates.count; replicate += 1) {
    let mask: Uint8Array = new Uint8Array(layout.prunableCount).fill(1);
    let rewindPoint: Float32Array | undefined;
    for (let level = 0; level <= settings.pruning.levels; level += 1) {
      const key = { replicate, level, branch: 'ticket' };
      const ticket = lotteryTrainer.train(
        {
          key,
          engine,
          mask,
          rewindPoint: level === 0 ? undefined : rewindPoint,
          nextTarget: targets[level],
        },
        observer,
      );
      for (const branch of level === 0 ? [] : branchNames(settings)) {
        const task = { key: { ...key, branch }, engine, mask, rewindPoint, nextTarget: undefined };
        controls.push(lotteryTrainer.train(task, observer));
      }
      tickets.push(ticket);
      rewindPoint ??= ticket.rewindPoint;
      mask = ticket.nextMask ?? mask;
    }
  }

  const load = ({ array, key }: ArrayNeed): Uint8Array | Float32Array => {
    const ticket = [...tickets, ...controls].find((each) => sameTraining(each.key, key))!;
    switch (array) {
      case 'mask':
        return packMask(ticket.mask);
      case 'next-mask':
        return packMask(ticket.nextMask!);
      case 'initial-weights':
        return ticket.initialWeights;
      case 'final-weights':
        return ticket.finalWeights;
      case 'rewind-point':
        return ticket.rewindPoint!;
    }
  };
  const plan = (given: Choice): readonly AnalysisUnit[] =>
    analyses.get(given.id).plan(given, { settings, layout, targets });
  const run = (given: Choice, unit: AnalysisUnit, onAdvance = (_fraction: number) => true) => {
    const definition = analyses.get(given.id);
    return lotteryTrainer.analyse(
      {
        choice: { id: given.id, ...hparamsOf(definition, given) },
        unit,
        engines: Array.from({ length: settings.pruning.levels + 1 }, () => engine),
        arrays: unit.needs.map(load),
      },
      { onAdvance },
    );
  };
  const analyse = <Id extends keyof Results>(given: Choice & { id: Id }): Results[Id][] =>
    plan(given).map((unit) => run(given, unit) as unknown as Results[Id]);
  return { lotteryTrainer, network, layout, targets, tickets, controls, plan, run, analyse };
}
