import { GatewayError } from '@switchyard/canonical';
import { openSecret, type Keyring } from '@switchyard/config';
import { providerBySlug, type Provider } from '@switchyard/providers';
import type { CredentialSnapshot, WorkerCredential } from '@switchyard/routing';

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
  readonly passthroughHeaders: boolean;
}

export interface TargetSource {
  /** The newest snapshot, undefined before the first. */
  current(): CredentialSnapshot | undefined;
}

/** Finds targets by credential id. */
export type ResolveTarget = (credentialId: string) => Target;

/**
 * What was resolved is kept for as long as its snapshot is the newest, so a secret is decrypted once for each version and
 * forgotten with it.
 */
export function createTargetResolver(source: TargetSource, keyring: Keyring): ResolveTarget {
  let snapshot: CredentialSnapshot | undefined;
  let credentials = new Map<string, WorkerCredential>();
  let targets = new Map<string, Target>();
  return (credentialId) => {
    const newest = source.current();
    if (newest === undefined) throw new GatewayError('not_ready', 'this worker has not received its credentials yet');
    if (newest !== snapshot) {
      snapshot = newest;
      credentials = new Map(newest.credentials.map((credential) => [credential.id, credential]));
      targets = new Map();
    }
    const known = targets.get(credentialId);
    if (known !== undefined) return known;
    const credential = credentials.get(credentialId);
    if (credential === undefined) {
      const message = `credential ${credentialId} is not in version ${newest.version} of this worker's credentials`;
      throw new GatewayError('credential_unavailable', message);
    }
    const target = resolve(credential, { keyring, passthroughHeaders: newest.settings.passthroughHeaders });
    targets.set(credentialId, target);
    return target;
  };
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
  return {
    credential,
    provider,
    path: provider.paths.chat,
    url: apiUrl(credential),
    secret: sealedSecret === undefined ? undefined : openSecret(options.keyring, sealedSecret, credential.id),
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
