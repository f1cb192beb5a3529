import { createHmac } from 'node:crypto';

/**
 * An id that is the same as long as what it stands for is, and tells nothing of it: `cred_0123456789abcdef`.
 *
 * The parts may be secrets; without the pepper a guess cannot be checked against the id.
 */
export function opaqueId(kind: 'tnt' | 'key' | 'als' | 'cred', pepper: string, parts: readonly string[]): string {
  // As JSON, since no two lists of parts have the same.
  const digest = createHmac('sha256', pepper)
    .update(JSON.stringify([kind, ...parts]))
    .digest('hex');
  return `${kind}_${digest.slice(0, 16)}`;
}
