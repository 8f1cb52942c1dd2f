/**
 * How files and folders of our own are removed. Windows keeps a file for as long as another program reads it, such
 * as a scanner for viruses. `rm` tries again only if it is `recursive`.
 */
export const REMOVAL = { recursive: true, force: true, maxRetries: 5 } as const;
