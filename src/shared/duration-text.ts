/** Durations for people, in one form everywhere. */

/** `under 1 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h` */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return twoUnits(whole, 60, 'min', 's', 1);
  if (whole < 86_400) return twoUnits(whole, 3600, 'h', 'min', 60);
  return twoUnits(whole, 86_400, 'd', 'h', 3600);
}

/** A duration that is often below a second: `under 0.1 s`, `0.4 s`, `12 s`, `3 min 20 s`. */
export function formatShortDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.1) return 'under 0.1 s';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}

/** An estimate: `about 3 min 20 s`, or `under 1 s`, which is vague enough. */
export function formatEstimate(seconds: number): string {
  return seconds < 1 ? formatDuration(seconds) : `about ${formatDuration(seconds)}`;
}

function twoUnits(
  seconds: number,
  large: number,
  largeName: string,
  smallName: string,
  small: number,
): string {
  const inSmall = Math.round(seconds / small) * small;
  const rest = (inSmall % large) / small;
  const head = `${Math.floor(inSmall / large).toLocaleString('en-US')} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}
