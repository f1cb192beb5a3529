import { GatewayError } from '@switchyard/canonical';
import fc from 'fast-check';
import { openSecret, sealedWith, sealSecret } from './envelope.js';
import { parseKeyring } from './keyring.js';

const keyA = `a:${Buffer.alloc(32, 1).toString('base64')}`;
const keyB = `b:${Buffer.alloc(32, 2).toString('base64')}`;
const keyring = parseKeyring(keyA);

function refusal(open: () => string): GatewayError {
  try {
    open();
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
  }
  throw new Error('the secret was opened');
}

describe('sealSecret and openSecret', () => {
  it('give back any text that was sealed with the same context', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plaintext, context) => {
        expect(openSecret(keyring, sealSecret(keyring, plaintext, context), context)).toBe(plaintext);
      }),
    );
  });

  it('never seal the same text twice to the same envelope', () => {
    expect(sealSecret(keyring, 'sk-1', 'row')).not.toBe(sealSecret(keyring, 'sk-1', 'row'));
  });

  it('open with an older key after rotation and seal with the newer one', () => {
    const sealed = sealSecret(keyring, 'sk-1', 'row');
    const rotated = parseKeyring(`${keyB},${keyA}`);
    expect(openSecret(rotated, sealed, 'row')).toBe('sk-1');
    expect(sealedWith(sealed)).toBe('a');
    expect(sealedWith(sealSecret(rotated, 'sk-1', 'row'))).toBe('b');
  });

  it('refuse an envelope that was moved to another context', () => {
    const error = refusal(() => openSecret(keyring, sealSecret(keyring, 'sk-1', 'row 1'), 'row 2'));
    expect(error.code).toBe('credential_unavailable');
    expect(error.message).toContain('key "a" does not open');
  });

  it('refuse an envelope in which any character was changed', () => {
    const sealed = sealSecret(keyring, 'sk-secret', 'row');
    for (let index = 0; index < sealed.length; index++) {
      const changed = `${sealed.slice(0, index)}${sealed[index] === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`;
      const differs = !Buffer.from(changed, 'base64url').equals(Buffer.from(sealed, 'base64url'));
      if (differs) expect(refusal(() => openSecret(keyring, changed, 'row')).code).toBe('credential_unavailable');
    }
  });

  it('name the key that is missing from the ring', () => {
    const error = refusal(() => openSecret(parseKeyring(keyB), sealSecret(keyring, 'sk-1', 'row'), 'row'));
    expect(error.message).toContain('the master key "a" is not in SWITCHYARD_MASTER_KEY');
  });

  it.each(['', 'sk-plain', 'v2.a.AAAA', 'v1.a.AAAA', 'v1.a.AAAA.more'])('refuse %j, which is no envelope', (sealed) => {
    expect(refusal(() => openSecret(keyring, sealed, 'row')).code).toBe('credential_unavailable');
  });
});
