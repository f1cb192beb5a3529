import { createHmac, randomBytes } from 'node:crypto';

const KEY_PREFIX = 'sw-';
const KEY_BYTES = 32;

/** How a client key is stored and looked up: hex HMAC-SHA-256 under the pepper. */
export function hashKey(pepper: string, key: string): string {
  return createHmac('sha256', pepper).update(key, 'utf8').digest('hex');
}

/** A new client key: 256 random bits behind a mark that secret scanners can look for. */
export function generateKey(): string {
  return `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
}
