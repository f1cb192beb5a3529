import { createHmac, hash, randomBytes } from 'node:crypto';

const KEY_PREFIX = 'sw-';
const KEY_BYTES = 32;

/** How a client key is stored and looked up: hex HMAC-SHA-256 under the pepper. */
export function hashKey(pepper: string, key: string): string {
  return createHmac('sha256', pepper).update(key, 'utf8').digest('hex');
}

/** Hashes of keys that are kept, at most: a stranger can make any number of keys up. */
const MAX_KEPT_HASHES = 10_000;

/**
 * `hashKey` for many keys that come again and again. What it has hashed it finds by a digest that costs a tenth, so that
 * no key stays in memory.
 */
export function createKeyHasher(pepper: string): (key: string) => string {
  const kept = new Map<string, string>();
  return (key) => {
    const digest = hash('sha256', key, 'base64');
    const known = kept.get(digest);
    if (known !== undefined) return known;
    if (kept.size >= MAX_KEPT_HASHES) kept.clear();
    const hashed = hashKey(pepper, key);
    kept.set(digest, hashed);
    return hashed;
  };
}

/** A new client key: 256 random bits behind a mark that secret scanners can look for. */
export function generateKey(): string {
  return `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
}
