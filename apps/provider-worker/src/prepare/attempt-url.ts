import type { AttemptOpen } from '@switchyard/wire';

import type { Target } from './resolve-target.js';

/** Where an attempt is sent. The model's name comes from a client, so it never reaches beyond its place in the path. */
export function attemptUrl({ url, path }: Pick<Target, 'url' | 'path'>, open: Pick<AttemptOpen, 'model'>): URL {
  const filled = path.replace('{model}', () => encodeURIComponent(open.model));
  return new URL(`${url.href.replace(/\/+$/, '')}${filled}`);
}
