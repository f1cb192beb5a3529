import { afterFailure, afterSuccess } from '@switchyard/routing';

import { HealthMemory } from './health-memory.js';
import { DEFAULT_MAX_SCOPES, DEFAULT_PROBE_MS, type HealthStore } from './health-store.js';
import { ProbeRights } from './probe-rights.js';

export interface MemoryHealthStoreOptions {
  /** Scopes remembered at most. Default 10,000. */
  readonly maxScopes?: number | undefined;
  /** A probe that tells nothing for so long may be sent again, in milliseconds. Default 30,000. */
  readonly probeMs?: number | undefined;
  /** Milliseconds since 1970. */
  now?(): number;
}

const SWEEP_EVERY_MS = 60_000;

/** For services that live in one process. */
export function createMemoryHealthStore(options: MemoryHealthStoreOptions = {}): HealthStore {
  const { maxScopes = DEFAULT_MAX_SCOPES, probeMs = DEFAULT_PROBE_MS, now = Date.now } = options;
  const memory = new HealthMemory(maxScopes);
  const rights = new ProbeRights();
  memory.listen((scope, record) => {
    rights.follow(scope, record);
  });
  const sweep = setInterval(() => memory.sweep(now()), SWEEP_EVERY_MS).unref();
  return {
    isAlone: false,
    isJoining: false,
    health: (scope) => memory.records.get(scope),
    unhealthy: () => memory.records.values(),
    get isBlank() {
      return memory.isBlank;
    },
    headroom: (scope) => memory.headrooms.get(scope),
    failed: (failure) => memory.set(failure.scope, afterFailure(memory.records.get(failure.scope), failure, now())),
    succeeded: (scope, sentAtMs = now()) => memory.set(scope, afterSuccess(memory.records.get(scope), sentAtMs)),
    observe: (scope, headroom) => {
      memory.observe(scope, headroom, now());
    },
    takeProbe: (scope) => rights.takeAlone(scope, { nowMs: now(), probeMs }),
    reset: async (credentialId) => memory.forgetCredential(credentialId),
    onChange: (listener) => memory.listen(listener),
    close: async () => clearInterval(sweep),
  };
}
