import { GatewayError } from '@switchyard/canonical';

/** The master keys: AES-256, 32 bytes each. */
export interface Keyring {
  /** The id of the key that seals; the first one written. */
  readonly sealingId: string;
  /** Every key that opens, by id. */
  readonly keys: ReadonlyMap<string, Buffer>;
}

const KEY_BYTES = 32;

/**
 * Reads a list of `id:base64`, separated by commas or white space. The first key seals and all open: to rotate, put a
 * new key first and keep the old one until everything is sealed again.
 *
 * @throws GatewayError `invalid_configuration`; the message names ids and positions, never a key.
 */
export function parseKeyring(text: string): Keyring {
  const entries = text.split(/[\s,]+/u).filter((entry) => entry !== '');
  const keys = new Map<string, Buffer>();
  for (const [index, entry] of entries.entries()) {
    const match = /^(?<id>[\w-]{1,64}):(?<key>[A-Za-z0-9+/]+={0,2})$/u.exec(entry);
    const id = match?.groups?.['id'];
    if (id === undefined) throw unusable(`entry ${index + 1} is not written as id:base64`);
    const key = Buffer.from(match?.groups?.['key'] ?? '', 'base64');
    if (key.length !== KEY_BYTES) throw unusable(`key "${id}" has ${key.length} bytes and needs ${KEY_BYTES}`);
    if (keys.has(id)) throw unusable(`the id "${id}" is there twice`);
    keys.set(id, key);
  }
  const [sealingId] = keys.keys();
  if (sealingId === undefined) throw unusable('it is empty');
  return { sealingId, keys };
}

function unusable(reason: string): GatewayError {
  const remedy = 'write SWITCHYARD_MASTER_KEY as id:base64, the key made by: openssl rand -base64 32';
  return new GatewayError('invalid_configuration', `the master key cannot be used: ${reason}; ${remedy}`);
}
