import { GatewayError } from '@switchyard/canonical';
import { openSecret, type Keyring } from '@switchyard/config';
import { providerBySlug, type Provider } from '@switchyard/providers';
import type { CredentialSnapshot, WorkerCredential } from '@switchyard/routing';
import type { AttemptSignal } from '@switchyard/wire';

import { UpstreamHeaders } from './upstream-headers.js';

/** Everything an attempt needs to know of the credential it calls with. */
export interface Target {
  readonly credential: WorkerCredential;
  readonly provider: Provider;
  /** One of the provider's paths, chat unless `targetAt` said otherwise; `{model}` stands for the model's name. */
  readonly path: string;
  /** The address of the API; `attemptUrl` says where in it an attempt goes. */
  readonly url: URL;
  /** In the clear; never in a message, a log line or an answer. Undefined for a keyless credential. */
  readonly secret: string | undefined;
  /** Of every call with the credential. */
  readonly headers: UpstreamHeaders;
  readonly passthroughHeaders: boolean;
}

export interface TargetSource {
  /** The newest snapshot, undefined before the first. */
  current(): CredentialSnapshot | undefined;
  onChange(listener: (snapshot: CredentialSnapshot) => void): void;
}

/** Finds the target of a credential's id. */
export interface TargetResolver {
  /**
   * The target where it is known; undefined where it may be yet to come.
   *
   * @throws GatewayError `credential_unavailable` for a credential that cannot be used.
   */
  known(credentialId: string): Target | undefined;
  /** @throws GatewayError also `not_ready`, and `credential_unavailable` where none has come. */
  resolve(credentialId: string, signal: AttemptSignal): Promise<Target>;
}

// A change reaches gateway and worker each at its own moment, mostly milliseconds apart. A request can wait for a worker
// that is behind; one that is ahead can bear a gateway that missed the announcement and looks once a second.
const BEHIND_MS = 500;
const AHEAD_MS = 5_000;

/**
 * Resolves against the newest snapshot. A gateway that is ahead of this worker names credentials that are yet to come:
 * they are waited for. One that is behind names credentials that have just gone: they serve a little longer.
 */
export function createTargetResolver(source: TargetSource, keyring: Keyring): TargetResolver {
  const versions = new Versions(source, keyring);
  return {
    known: (credentialId) => versions.target(credentialId),
    resolve: async (credentialId, signal) => {
      if (!versions.has(credentialId)) await versions.wait(credentialId, signal);
      const target = versions.target(credentialId);
      if (target !== undefined) return target;
      throw unresolved(credentialId, source.current());
    },
  };
}

function unresolved(credentialId: string, newest: CredentialSnapshot | undefined): GatewayError {
  if (newest === undefined) {
    return new GatewayError('not_ready', 'this worker has not received its credentials yet', { retryAfterMs: 1_000 });
  }
  const message = `credential ${credentialId} is not in version ${newest.version} of this worker's credentials`;
  return new GatewayError('credential_unavailable', message, { retryAfterMs: 1_000 });
}

/** The newest snapshot, and those that it has just replaced. */
class Versions {
  readonly #source: TargetSource;
  readonly #keyring: Keyring;
  /** The newest first. */
  #versions: readonly Version[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(source: TargetSource, keyring: Keyring) {
    this.#source = source;
    this.#keyring = keyring;
    this.#takeNewest();
    source.onChange(() => {
      this.#takeNewest();
      for (const check of this.#waiting) check();
    });
  }

  has(credentialId: string): boolean {
    return this.#versionWith(credentialId) !== undefined;
  }

  target(credentialId: string): Target | undefined {
    return this.#versionWith(credentialId)?.target(credentialId);
  }

  /** Resolves when a snapshot with this credential is here, or can no longer be expected. */
  wait(credentialId: string, signal: AttemptSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const check = (): void => {
        if (this.has(credentialId)) finish();
      };
      const timer = setTimeout(finish, BEHIND_MS);
      signal.addEventListener('abort', finish);
      this.#waiting.add(check);
    });
  }

  #versionWith(credentialId: string): Version | undefined {
    for (const version of this.#versions) if (version.credentials.has(credentialId)) return version;
    return undefined;
  }

  #takeNewest(): void {
    const snapshot = this.#source.current();
    const [last] = this.#versions;
    if (snapshot === undefined || snapshot === last?.snapshot) return;
    this.#versions = [new Version(snapshot, this.#keyring), ...this.#versions];
    if (last === undefined) return;
    const forget = setTimeout(() => {
      this.#versions = this.#versions.filter((version) => version !== last);
    }, AHEAD_MS);
    forget.unref();
  }
}

/** A snapshot, with what was resolved from it: a secret is opened once, and forgotten with its version. */
class Version {
  readonly credentials: ReadonlyMap<string, WorkerCredential>;
  readonly #targets = new Map<string, Target>();

  constructor(
    readonly snapshot: CredentialSnapshot,
    private readonly keyring: Keyring,
  ) {
    this.credentials = new Map(snapshot.credentials.map((credential) => [credential.id, credential]));
  }

  target(credentialId: string): Target | undefined {
    const known = this.#targets.get(credentialId);
    if (known !== undefined) return known;
    const credential = this.credentials.get(credentialId);
    if (credential === undefined) return undefined;
    const { passthroughHeaders } = this.snapshot.settings;
    const target = resolve(credential, { keyring: this.keyring, passthroughHeaders });
    this.#targets.set(credentialId, target);
    return target;
  }
}

interface ResolveOptions {
  readonly keyring: Keyring;
  readonly passthroughHeaders: boolean;
}

function resolve(credential: WorkerCredential, options: ResolveOptions): Target {
  const provider = providerBySlug(credential.provider);
  if (provider === undefined) {
    const message = `credential ${credential.id} is for ${credential.provider}, a provider this worker does not know`;
    throw new GatewayError('credential_unavailable', message);
  }
  const { sealedSecret } = credential;
  const secret = sealedSecret === undefined ? undefined : openSecret(options.keyring, sealedSecret, credential.id);
  return {
    credential,
    provider,
    path: provider.paths.chat,
    url: apiUrl(credential),
    secret,
    headers: new UpstreamHeaders({ provider, credential, secret }),
    passthroughHeaders: options.passthroughHeaders,
  };
}

/** The same target at another of its provider's paths. */
export function targetAt(target: Target, path: string): Target {
  return { ...target, path };
}

function apiUrl(credential: WorkerCredential): URL {
  const url = URL.parse(credential.baseUrl);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    const message = `the base-url of credential ${credential.id} is not an http or https URL`;
    throw new GatewayError('credential_unavailable', message);
  }
  return url;
}
