import { GatewayError } from '@switchyard/canonical';

/**
 * A variable that a service of its own cannot do without.
 *
 * @throws GatewayError `invalid_configuration`, naming it and what it is for.
 */
export function required(value: string | undefined, name: string, purpose: string): string {
  if (value === undefined) throw new GatewayError('invalid_configuration', `${name} is not set: it is ${purpose}`);
  return value;
}

export const PURPOSES = {
  wireToken: 'the token that gateways, workers and admin share; take 32 random characters or more',
  keyPepper: 'the secret under which client keys are hashed; gateway and admin need the same one',
  masterKey: 'the key that seals provider secrets, as id:base64 of 32 random bytes; worker and admin need the same one',
  ownerToken: "the operator's token for the admin API; take 32 random characters or more",
  databaseUrl: 'where Postgres is, as postgres://user:password@host:port/database',
} as const;
