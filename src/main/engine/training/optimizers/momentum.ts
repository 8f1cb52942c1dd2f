import { heavyBall, momentumHparams } from './heavy-ball.ts';
import { defineOptimizer } from './optimizer.ts';

/** Polyak's heavy ball, undampened as in PyTorch: a ← μ a + g; w ← w − η a. */
export const momentum = defineOptimizer({
  id: 'momentum',
  label: 'SGD with momentum',
  description: 'Gradient descent along an exponentially decayed sum of gradients.',
  hparams: momentumHparams,
  create: (hparams) => heavyBall(hparams, false),
});
