import type { AttemptOpen } from '@switchyard/wire';

import type { Target } from './resolve-target.js';

/** Where an attempt is sent. The model's name comes from a client, so it never reaches beyond its place in the path. */
export function attemptUrl({ url, provider }: Target, open: Pick<AttemptOpen, 'model' | 'stream'>): URL {
  const { chat, chatStream = chat } = provider.paths;
  const path = (open.stream ? chatStream : chat).replace('{model}', () => encodeURIComponent(open.model));
  return new URL(`${url.href.replace(/\/+$/, '')}${path}`);
}
