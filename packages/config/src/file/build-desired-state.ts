import { PROVIDERS, providerBySlug, type Provider } from '@switchyard/providers';
import type { RoutingSettings } from '@switchyard/routing';
import type { DesiredAlias, DesiredCredential, DesiredState, DesiredTenant } from '../desired-state.js';
import type { ConfigPath, Report } from './problem.js';
import { readTokenFile } from './token-file.js';
import type { CompatibilityEntry, ConfigFile, DeadlinesEntry, DedicatedBlocks, DedicatedEntry } from './schema.js';

const DEFAULT_DEADLINES: RoutingSettings['deadlines'] = {
  connectMs: 5_000,
  headersMs: 30_000,
  firstContentMs: 60_000,
  idleMs: 30_000,
  totalMs: 600_000,
};

/** A credential, and the entry that it was written in. */
export interface WrittenCredential {
  readonly path: ConfigPath;
  readonly credential: DesiredCredential;
}

export interface BuiltState {
  readonly desired: DesiredState;
  readonly written: readonly WrittenCredential[];
}

export interface BuildTools {
  readonly readFile: (path: string) => string;
  readonly report: Report;
}

/** Turns a checked file into the state it asks for. Reads token files, and reports those that give no token. */
export function buildDesiredState(file: ConfigFile, blocks: DedicatedBlocks, tools: BuildTools): BuiltState {
  const builder = new CredentialBuilder(file, tools);
  const written = [
    ...PROVIDERS.flatMap((provider) => builder.dedicated(provider, blocks[provider.configKey] ?? [])),
    ...builder.compatibility(file['openai-compatibility']),
    ...(file.simulator ? builder.simulator() : []),
  ];
  const desired: DesiredState = {
    tenants: tenantsOf(file),
    credentials: written.map(({ credential }) => credential),
    aliases: file.aliases.map(aliasOf),
    settings: settingsOf(file),
    listen: { host: file.host === '' ? undefined : file.host, port: file.port },
  };
  return { desired, written };
}

function settingsOf(file: ConfigFile): RoutingSettings {
  return {
    forceModelPrefix: file['force-model-prefix'],
    requestRetry: file['request-retry'],
    maxRetryCredentials: file['max-retry-credentials'],
    deadlines: { ...DEFAULT_DEADLINES, ...deadlinesOf(file.deadlines) },
    passthroughHeaders: file['passthrough-headers'],
    keepaliveSeconds: file.streaming['keepalive-seconds'],
  };
}

/** Only what was written, so that it can be laid over what holds otherwise. */
function deadlinesOf(entry: DeadlinesEntry): Partial<RoutingSettings['deadlines']> {
  const all = {
    connectMs: entry.connect,
    headersMs: entry.headers,
    firstContentMs: entry['first-content'],
    idleMs: entry.idle,
    totalMs: entry.total,
  };
  return Object.fromEntries(Object.entries(all).filter(([, ms]) => ms !== undefined));
}

function tenantsOf(file: ConfigFile): readonly DesiredTenant[] {
  const open: DesiredTenant = {
    name: 'default',
    prefixes: '*',
    shared: true,
    keys: file['api-keys'].map((key) => ({ key })),
    aliases: [],
  };
  const named = file.tenants.map((tenant) => ({
    name: tenant.name,
    prefixes: tenant.prefixes,
    shared: tenant.shared,
    defaultPrefix: tenant['default-prefix'],
    keys: tenant['api-keys'].map(({ key, hash, name, models, expires }) => ({
      key,
      hash,
      name,
      models,
      expiresAtMs: expires,
    })),
    aliases: tenant.aliases.map(aliasOf),
  }));
  return open.keys.length === 0 ? named : [open, ...named];
}

function aliasOf({ name, targets }: ConfigFile['aliases'][number]): DesiredAlias {
  return { name, targets };
}

/** Builds the credentials of each kind of block. */
class CredentialBuilder {
  constructor(
    private readonly file: ConfigFile,
    private readonly tools: BuildTools,
  ) {}

  dedicated(provider: Provider, entries: readonly DedicatedEntry[]): readonly WrittenCredential[] {
    return entries.flatMap((entry, index) => {
      const path = [provider.configKey, index];
      const baseUrl = entry['base-url'] ?? provider.defaultBaseUrl;
      const secret = this.secretOf(entry, path);
      if (secret === undefined && entry['token-file'] === undefined) {
        const remedy = 'write api-key: "${PROVIDER_API_KEY}", or token-file: and a path';
        this.tools.report({ severity: 'error', path: [...path, 'api-key'], message: 'is missing', remedy });
      }
      if (baseUrl === undefined) {
        const remedy = 'write for example base-url: https://api.example.com/v1';
        this.tools.report({ severity: 'error', path: [...path, 'base-url'], message: 'is missing', remedy });
        return [];
      }
      const credential = { ...this.common(entry), provider: provider.slug, baseUrl, secret };
      return [{ path, credential: { ...credential, proxyUrl: this.proxyOf(entry['proxy-url']) } }];
    });
  }

  compatibility(entries: readonly CompatibilityEntry[]): readonly WrittenCredential[] {
    return entries.flatMap((entry, index) => {
      if (entry.disabled) return [];
      const path = ['openai-compatibility', index];
      const common = {
        ...this.common(entry),
        provider: 'openai-compatibility',
        label: entry.name,
        baseUrl: entry['base-url'],
      };
      const keyless = { path, credential: { ...common, proxyUrl: this.proxyOf(entry['proxy-url']) } };
      if (entry['api-key-entries'].length === 0) return [keyless];
      return entry['api-key-entries'].map((keyEntry, keyIndex) => {
        const secret = this.secretOf(keyEntry, [...path, 'api-key-entries', keyIndex]);
        const proxyUrl = this.proxyOf(keyEntry['proxy-url'] ?? entry['proxy-url']);
        return { path, credential: { ...common, secret, proxyUrl } };
      });
    });
  }

  simulator(): readonly WrittenCredential[] {
    const baseUrl = providerBySlug('simulator')?.defaultBaseUrl ?? '';
    const nothing = { priority: 0, headers: {}, models: [], excludedModels: [] };
    return [{ path: ['simulator'], credential: { ...nothing, provider: 'simulator', baseUrl } }];
  }

  private common(entry: DedicatedEntry | CompatibilityEntry) {
    return {
      prefix: entry.prefix,
      priority: entry.priority,
      headers: entry.headers,
      models: entry.models.map(({ name, alias }) =>
        alias === undefined || alias === name ? { name } : { name, alias },
      ),
      excludedModels: entry['excluded-models'].map((pattern) => pattern.toLowerCase()),
      deadlines: entry.deadlines && deadlinesOf(entry.deadlines),
    };
  }

  private proxyOf(own: string | undefined): string | undefined {
    const proxy = own ?? this.file['proxy-url'];
    return proxy === undefined || ['', 'direct', 'none'].includes(proxy) ? undefined : proxy;
  }

  private secretOf(
    entry: { readonly 'api-key'?: string | undefined; readonly 'token-file'?: string | undefined },
    path: ConfigPath,
  ): string | undefined {
    const file = entry['token-file'];
    if (file === undefined) return entry['api-key'];
    const filePath = [...path, 'token-file'];
    if (entry['api-key'] !== undefined) {
      const remedy = 'remove one of the two; the api-key is used';
      this.tools.report({ severity: 'warning', path: filePath, message: 'is ignored beside api-key', remedy });
      return entry['api-key'];
    }
    const token = readTokenFile(file, this.tools.readFile);
    if (token.type === 'token') return token.token;
    this.tools.report({ severity: 'error', path: filePath, message: token.message, remedy: token.remedy });
    return undefined;
  }
}
