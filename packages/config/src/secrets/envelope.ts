import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { GatewayError } from '@switchyard/canonical';
import type { Keyring } from './keyring.js';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a secret with the keyring's first key: `v1.<key id>.<base64url of nonce, ciphertext, tag>`.
 *
 * The context (for example the row the secret belongs to) is authenticated and not stored, so that an envelope that was
 * moved elsewhere does not open. The nonce is drawn here and cannot be given: with GCM a repeated one gives the key away
 * (NIST SP 800-38D, section 8).
 */
export function sealSecret(keyring: Keyring, plaintext: string, context: string): string {
  const keyId = keyring.sealingId;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyOf(keyring, keyId), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticatedData(keyId, context));
  const sealed = Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${keyId}.${sealed.toString('base64url')}`;
}

/**
 * Decrypts what `sealSecret` made with the same context.
 *
 * @throws GatewayError `credential_unavailable`, naming the key id, when the key is not in the ring or the envelope was
 * damaged or belongs elsewhere.
 */
export function openSecret(keyring: Keyring, sealed: string, context: string): string {
  const [version, keyId, payload, ...rest] = sealed.split('.');
  if (version !== VERSION || keyId === undefined || payload === undefined || rest.length > 0) {
    throw unopened('a stored secret is not an envelope that this version knows');
  }
  const key = keyOf(keyring, keyId);
  const bytes = Buffer.from(payload, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unopened(`a secret sealed with key "${keyId}" is cut short`);

  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticatedData(keyId, context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch (cause) {
    const reason = 'the master key has changed, or the secret was altered or moved; set the credential again';
    throw unopened(`a secret sealed with key "${keyId}" does not open: ${reason}`, cause);
  }
}

/** The id of the key that an envelope was sealed with; undefined for what is no envelope. Tells what to seal again. */
export function sealedWith(sealed: string): string | undefined {
  const [version, keyId] = sealed.split('.');
  return version === VERSION ? keyId : undefined;
}

function keyOf(keyring: Keyring, keyId: string): Buffer {
  const key = keyring.keys.get(keyId);
  if (key === undefined) {
    throw unopened(`the master key "${keyId}" is not in SWITCHYARD_MASTER_KEY; add it behind the others`);
  }
  return key;
}

// The key id cannot hold a newline, so no two pairs of id and context give the same bytes.
function authenticatedData(keyId: string, context: string): Buffer {
  return Buffer.from(`${VERSION}\n${keyId}\n${context}`, 'utf8');
}

function unopened(message: string, cause?: unknown): GatewayError {
  return new GatewayError('credential_unavailable', message, { cause });
}
