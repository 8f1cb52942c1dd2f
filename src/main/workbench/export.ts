import type { Store } from '../store/store.ts';

export const EXPORT_SUBJECTS = ['masks', 'weights', 'metrics', 'settings', 'chart'] as const;
export const EXPORT_FORMATS = ['npz', 'safetensors', 'json', 'csv', 'svg', 'png'] as const;
export interface ExportRequest { readonly searchId: string; readonly what: string; readonly format: string; readonly file: string; readonly level: number | undefined; readonly replicate: number; readonly branch: string; readonly overwrite: boolean }
export interface ExportedFile { readonly path: string; readonly bytes: number }
export function exportSearch(_store: Store, request: ExportRequest): ExportedFile { return { path: request.file, bytes: 0 }; }
