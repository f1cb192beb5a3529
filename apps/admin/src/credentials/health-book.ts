import { GatewayError } from '@switchyard/canonical';
import { credentialHealth, HEALTHY, type CredentialHealth, type Held } from '@switchyard/routing';
import type { HealthStore } from '@switchyard/shared-state';

const RETRY_AFTER_MS = 1_000;

/** `unknown` while Redis is away, and where gateways do not share what they know. */
export type KnownHealth = CredentialHealth | { readonly state: 'unknown'; readonly held: readonly [] };

const UNKNOWN: KnownHealth = { state: 'unknown', held: [] };

/** What the gateways know together of the credentials' health. */
export class HealthBook {
  /** Without a store each gateway keeps its own, and admin cannot reach it. */
  constructor(private readonly store: Pick<HealthStore, 'unhealthy' | 'reset' | 'isAlone'> | undefined) {}

  /** Finds each credential's health, as of now. */
  finder(): (credentialId: string) => KnownHealth {
    if (this.store === undefined || this.store.isAlone) return () => UNKNOWN;
    const known = credentialHealth(this.store.unhealthy(), Date.now());
    return (id) => known.get(id) ?? HEALTHY;
  }

  /**
   * Forgets everything held against a credential and its models, on every gateway, and returns what that was.
   *
   * @throws GatewayError `not_ready` while Redis is away, `invalid_configuration` where there is none.
   */
  async reset(credentialId: string): Promise<readonly Held[]> {
    const store = this.requireShared();
    const { held } = this.finder()(credentialId);
    try {
      await store.reset(credentialId);
    } catch (cause) {
      throw redisAway(cause);
    }
    return held;
  }

  /** @throws as `reset` does. */
  requireShared(): Pick<HealthStore, 'reset'> {
    if (this.store === undefined) {
      const message = 'REDIS_URL is not set: each gateway keeps health for itself, until it is restarted';
      throw new GatewayError('invalid_configuration', message);
    }
    if (this.store.isAlone) throw redisAway();
    return this.store;
  }
}

function redisAway(cause?: unknown): GatewayError {
  return new GatewayError('not_ready', 'Redis is away, so the gateways cannot be told: try again when it is back', {
    cause,
    retryAfterMs: RETRY_AFTER_MS,
  });
}
