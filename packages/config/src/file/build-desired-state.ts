import { PROVIDERS, providerBySlug, type Provider } from '@switchyard/providers';
import type { Price, RoutingSettings } from '@switchyard/routing';
import type {
  CredentialPolicy,
  DesiredAlias,
  DesiredCredential,
  DesiredState,
  DesiredTenant,
} from '../desired-state.js';
import { parsePriceList, priceOf } from './price-list.js';
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
    settings: settingsOf(file, tools),
    listen: { host: file.host === '' ? undefined : file.host, port: file.port },
  };
  return { desired, written };
}

function settingsOf(file: ConfigFile, tools: BuildTools): RoutingSettings {
  const transientSeconds = file['transient-error-cooldown-seconds'];
  const prices = pricesOf(file, tools);
  return {
    forceModelPrefix: file['force-model-prefix'],
    requestRetry: file['request-retry'],
    maxRetryCredentials: file['max-retry-credentials'],
    deadlines: { ...DEFAULT_DEADLINES, ...deadlinesOf(file.deadlines) },
    passthroughHeaders: file['passthrough-headers'],
    keepaliveSeconds: file.streaming['keepalive-seconds'],
    ...(file['max-retry-interval'] > 0 && { maxRetryIntervalMs: file['max-retry-interval'] * 1_000 }),
    ...(file.routing?.strategy && { strategy: file.routing.strategy }),
    ...(file.routing && {
      affinity: { session: file.routing['session-affinity'], promptCache: file.routing['prompt-cache-affinity'] },
    }),
    ...(file['max-cooldown'] && { maxCooldownMs: file['max-cooldown'] }),
    ...(file['disable-cooling'] !== undefined && { disableCooling: file['disable-cooling'] }),
    ...(transientSeconds !== 0 && { transientCooldownMs: Math.max(0, transientSeconds) * 1_000 }),
    ...(file.rescue && { rescue: file.rescue }),
    ...(file.limits && { limits: file.limits }),
    ...(prices && { prices: [...prices] }),
  };
}

/** The list itself, or what the file that is named holds. */
function pricesOf({ prices }: ConfigFile, { readFile, report }: BuildTools): readonly Price[] | undefined {
  if (prices === undefined) return undefined;
  if (typeof prices !== 'string') return prices.map(priceOf);
  const remedy = 'write a list of { model: claude-*, input: 3, output: 15 }, in dollars for a million tokens';
  const unreadable = (message: string): undefined => {
    report({ severity: 'error', path: ['prices'], message, remedy });
    return undefined;
  };
  try {
    const list = parsePriceList(readFile(prices));
    return list.type === 'prices' ? list.prices : unreadable(`${prices}: ${list.message}`);
  } catch {
    return unreadable(`the file ${prices} cannot be read`);
  }
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
    keys: tenant['api-keys'].map(({ expires, 'source-addresses': sourceAddresses, ...key }) => ({
      ...key,
      expiresAtMs: expires,
      sourceAddresses,
    })),
    aliases: tenant.aliases.map(aliasOf),
    limits: tenant.limits,
  }));
  return open.keys.length === 0 ? named : [open, ...named];
}

function aliasOf({ name, targets, ...entry }: ConfigFile['aliases'][number]): DesiredAlias {
  const policy = {
    ...(entry.strategy && { strategy: entry.strategy }),
    ...(entry.hedge && { hedge: entry.hedge }),
    ...(entry.deadlines && { deadlines: deadlinesOf(entry.deadlines) }),
  };
  return {
    name,
    targets: targets.map(({ deadlines, ...target }) => ({
      ...target,
      ...(deadlines && { deadlines: deadlinesOf(deadlines) }),
    })),
    ...(Object.keys(policy).length > 0 && { policy }),
  };
}

function policyOf(entry: DedicatedEntry | CompatibilityEntry): CredentialPolicy | undefined {
  const retry = entry['request-retry'];
  const policy = {
    ...(entry.weight && { weight: entry.weight }),
    ...(entry['disable-cooling'] !== undefined && { disableCooling: entry['disable-cooling'] }),
    // cliproxyapi takes a negative number for "as everywhere else".
    ...(retry !== undefined && retry >= 0 && { requestRetry: retry }),
    ...(entry['request-scoped-errors'].length > 0 && { errorRules: entry['request-scoped-errors'] }),
  };
  return Object.keys(policy).length > 0 ? policy : undefined;
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
        const policy = keyEntry.weight === undefined ? common.policy : { ...common.policy, weight: keyEntry.weight };
        return { path, credential: { ...common, secret, proxyUrl, policy } };
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
      models: entry.models.map((model) => ({
        name: model.name,
        ...(model.alias !== undefined && model.alias !== model.name && { alias: model.alias }),
        ...(model['force-mapping'] && { forceMapping: true }),
        ...(model['max-context-length'] && { contextLength: model['max-context-length'] }),
        ...(model.thinking && { thinking: model.thinking }),
      })),
      excludedModels: entry['excluded-models'].map((pattern) => pattern.toLowerCase()),
      deadlines: entry.deadlines && deadlinesOf(entry.deadlines),
      policy: policyOf(entry),
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
