/**
 * The shortcut without parameters (He et al. 2016, option A): every stride-th pixel of the input,
 * `before` channels of zeros in front of its channels and the rest behind them.
 */
import { View } from './descriptors';
import { PIXEL } from './layout';

export function shortcutForward(groups: i32, before: i32, stride: i32, x: View, y: View): void {
  const step = <usize>stride * PIXEL;
  for (let group = 0; group < groups; group++) {
    const input = x.group(group);
    const output = y.group(group);
    for (let channel = 0; channel < y.channels; channel++) {
      const source = channel - before;
      const isCopied = source >= 0 && source < x.channels;
      for (let row = 0; row < y.height; row++) {
        let to = output + <usize>channel * y.planePitch + <usize>row * y.rowPitch;
        if (!isCopied) {
          memory.fill(to, 0, y.rowBytes());
          continue;
        }
        let from = input + <usize>source * x.planePitch + <usize>(row * stride) * x.rowPitch;
        for (const end = to + y.rowBytes(); to < end; from += step, to += PIXEL) {
          v128.store(to, v128.load(from));
        }
      }
    }
  }
}

/** Writes the gradients to the pixels that were copied; `dx` starts at zero. */
export function shortcutBackward(groups: i32, before: i32, stride: i32, dx: View, g: View): void {
  const step = <usize>stride * PIXEL;
  for (let group = 0; group < groups; group++) {
    const input = dx.group(group);
    const output = g.group(group);
    for (let channel = 0; channel < dx.channels; channel++) {
      for (let row = 0; row < g.height; row++) {
        let to = input + <usize>channel * dx.planePitch + <usize>(row * stride) * dx.rowPitch;
        let from = output + <usize>(channel + before) * g.planePitch + <usize>row * g.rowPitch;
        for (const end = from + g.rowBytes(); from < end; from += PIXEL, to += step) {
          v128.store(to, v128.load(from));
        }
      }
    }
  }
}
