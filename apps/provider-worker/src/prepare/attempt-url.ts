import type { AttemptOpen } from '@switchyard/wire';

import type { Target } from './resolve-target.js';

/** Where an attempt is sent. The model's name comes from a client, so it never reaches beyond its place in the path. */
export function attemptUrl({ url, path }: Pick<Target, 'url' | 'path'>, open: Pick<AttemptOpen, 'model'>): URL {
  const known = fixedUrls.get(url)?.get(path);
  if (known !== undefined) return known;
  if (!path.includes('{model}')) return fixedUrl(url, path);
  return urlAt(
    url,
    path.replace('{model}', () => encodeURIComponent(open.model)),
  );
}

/** Parsing a URL takes longer than all else that is prepared; a provider has but a few paths. */
const fixedUrls = new WeakMap<URL, Map<string, URL>>();

function fixedUrl(url: URL, path: string): URL {
  const made = urlAt(url, path);
  fixedUrls.set(url, (fixedUrls.get(url) ?? new Map<string, URL>()).set(path, made));
  return made;
}

function urlAt(url: URL, path: string): URL {
  return new URL(`${url.href.replace(/\/+$/, '')}${path}`);
}
