import { heavyBall, momentumHparams } from './heavy-ball.ts';
import { defineOptimizer } from './optimizer.ts';

/** Sutskever et al. 2013 as PyTorch writes it: a ← μ a + g; w ← w − η (g + μ a). */
export const nesterov = defineOptimizer({
  id: 'nesterov',
  label: 'SGD with Nesterov momentum',
  description: 'Momentum with a look-ahead step.',
  hparams: momentumHparams,
  create: (hparams) => heavyBall(hparams, true),
});
