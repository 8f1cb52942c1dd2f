/** When things are done that are asked for more often than they need to be done. */

/** Runs `action` once things have been quiet for a while; `cancel` forgets it. */
export function debounced(action: () => void, milliseconds: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    request: (): void => {
      clearTimeout(timer);
      timer = setTimeout(action, milliseconds);
    },
    cancel: (): void => clearTimeout(timer),
  };
}

/** Runs `action` at most once every so often, and always after the last request. */
export function throttled(action: () => void, milliseconds: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    request: (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        action();
      }, milliseconds);
    },
    cancel: (): void => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** Runs `action` once before the next frame, however many requests there were. */
export function framed(action: () => void) {
  let frame: number | undefined;
  return {
    request: (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        action();
      });
    },
    cancel: (): void => {
      if (frame !== undefined) cancelAnimationFrame(frame);
      frame = undefined;
    },
  };
}
