import process from 'node:process';

/** The processor time of `work`, in milliseconds, which a shared machine disturbs least. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
