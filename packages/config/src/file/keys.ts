import { lookUp } from '@switchyard/canonical';
import { PROVIDERS } from '@switchyard/providers';

import {
  ALIASES,
  CLAUDE_ENTRY,
  CODEX_ENTRY,
  COMPATIBILITY_ENTRY,
  DEADLINES,
  DEDICATED_ENTRY,
  LIMITS,
  TENANTS,
} from './entry-keys.js';
import { all, supported, unsupported, type KeyRule, type KeyTable } from './key-rule.js';

const providerBlocks = Object.fromEntries(
  PROVIDERS.filter(
    ({ slug }) => !['claude', 'codex', 'gemini', 'openai-compatibility', 'simulator'].includes(slug),
  ).map(({ configKey }) => [
    configKey,
    supported(`${configKey}: [{ api-key: "\${PROVIDER_API_KEY}" }]`, DEDICATED_ENTRY),
  ]),
);

/** The keys of the file. Beside ours they are those of cliproxyapi's config.yaml, with its meanings. */
export const CONFIG_KEYS: KeyTable = {
  host: supported('host: 127.0.0.1'),
  port: supported('port: 8317'),
  'api-keys': supported('api-keys: ["${CLIENT_KEY}"]'),
  'proxy-url': supported('proxy-url: http://proxy.internal:3128'),
  'force-model-prefix': supported('force-model-prefix: true'),
  'passthrough-headers': supported('passthrough-headers: true'),
  'request-retry': supported('request-retry: 3'),
  'max-retry-credentials': supported('max-retry-credentials: 2'),
  streaming: supported('streaming: { keepalive-seconds: 15 }', {
    'keepalive-seconds': supported('keepalive-seconds: 15'),
    'bootstrap-retries': unsupported('attempts that fail before any content go on by themselves; see request-retry'),
  }),
  deadlines: supported('deadlines: { connect: 5s, total: 10m }', DEADLINES),
  tenants: supported('tenants: [{ name: agent-core, prefixes: [agent-core] }]', TENANTS),
  aliases: supported('aliases: [{ name: sonnet, targets: [{ model: team-a/claude-sonnet }] }]', ALIASES),
  simulator: supported('simulator: true'),
  'claude-api-key': supported('claude-api-key: [{ api-key: "${ANTHROPIC_API_KEY}", prefix: team-a }]', CLAUDE_ENTRY),
  'gemini-api-key': supported('gemini-api-key: [{ api-key: "${GEMINI_API_KEY}", prefix: team-a }]', DEDICATED_ENTRY),
  'codex-api-key': supported(
    'codex-api-key: [{ api-key: "${PROVIDER_API_KEY}", base-url: "https://llm.example.com/v1" }]',
    CODEX_ENTRY,
  ),
  'openai-compatibility': supported(
    'openai-compatibility: [{ name: mlx-local, base-url: "http://127.0.0.1:8000/v1" }]',
    COMPATIBILITY_ENTRY,
  ),
  ...providerBlocks,

  limits: supported('limits: { requests-per-minute: 600 }', LIMITS),
  rescue: supported('rescue: { text: continue, tools: error }', {
    text: supported('text: continue'),
    tools: supported('tools: error'),
  }),
  prices: supported('prices: prices.yaml'),
  'max-retry-interval': supported('max-retry-interval: 30'),
  'max-cooldown': supported('max-cooldown: 15m'),
  'disable-cooling': supported('disable-cooling: true'),
  'transient-error-cooldown-seconds': supported('transient-error-cooldown-seconds: 5'),
  routing: supported('routing: { strategy: round-robin }', {
    strategy: supported('strategy: round-robin'),
    'session-affinity': supported('session-affinity: true'),
    'prompt-cache-affinity': supported('prompt-cache-affinity: true'),
    'session-affinity-ttl': unsupported(
      'a session finds its credential by its identifier, which does not age; remove it',
    ),
  }),

  ...all(
    ['interactions-api-key', 'vertex-api-key'],
    unsupported('reach these models through gemini-api-key or openrouter'),
  ),
  ...all(
    ['xai-api-key', 'minimax', 'roo', 'kilo', 'zen', 'nim'],
    unsupported('write it as an entry of openai-compatibility, with its base-url'),
  ),
  ...all(
    ['kiro', 'cursor', 'github-copilot', 'ampcode', 'amp-code', 'antigravity', 'xai', 'codex'],
    unsupported('this provider is not there yet; remove it'),
  ),
  ...all(
    ['auth-dir', 'auth-auto-refresh-workers', 'oauth-upstream', 'oauth-model-alias', 'oauth-model-mappings'],
    unsupported('accounts that log in by OAuth are not there yet; use API keys'),
  ),
  ...all(
    ['oauth-excluded-models', 'oauth-request-scoped-errors', 'incognito-browser', 'home', 'plugins'],
    unsupported('it belongs to a part of cliproxyapi that is not there; remove it'),
  ),
  ...all(
    ['claude-code', 'disable-claude-cloak-mode', 'claude-header-defaults', 'codex-header-defaults'],
    unsupported('no other client is imitated; remove it'),
  ),
  ...all(['kiro-preferred-endpoint', 'kiro-fingerprint'], unsupported('no other client is imitated; remove it')),
  ...all(
    ['antigravity-signature-cache-enabled', 'antigravity-signature-bypass-strict', 'quota-exceeded'],
    unsupported('it belongs to a provider that is not there yet; remove it'),
  ),
  'save-cooldown-status': unsupported('cooldowns are kept in Redis, where there is one; remove it'),
  ...all(
    ['credential-concurrency', 'credential-in-flight'],
    unsupported('write limits: { concurrent: 10 } for keys and tenants'),
  ),
  ...all(
    ['debug', 'commercial-mode', 'request-log', 'logging-to-file', 'logs-max-total-size-mb', 'error-logs-max-files'],
    unsupported('logs are JSON lines on standard output; set SWITCHYARD_LOG_LEVEL'),
  ),
  ...all(
    ['usage-statistics-enabled', 'redis-usage-queue-retention-seconds'],
    unsupported('each request’s log line has its usage; remove it'),
  ),
  ...all(
    ['disable-image-generation', 'gpt-image-2-base-model', 'video-result-auth-cache-ttl', 'ws-auth'],
    unsupported('the endpoint it is for is not there yet; remove it'),
  ),
  ...all(
    ['responses-compact-enabled', 'responses-websocket-enabled'],
    unsupported('the endpoint it is for is not there yet; remove it'),
  ),
  tls: unsupported('the gateway listens without TLS; end TLS in front of it, at the ingress or a reverse proxy'),
  'remote-management': unsupported('operators use the admin API and its owner token; remove it'),
  pprof: unsupported('use Node’s own inspector; remove it'),
  'nonstream-keepalive-interval': unsupported(
    'it would answer 200 before the outcome is known; raise deadlines instead',
  ),
  payload: unsupported('requests are forwarded as the client wrote them; set the parameters in the client'),
};

/** The rule of the key that a path ends at; list indexes are passed over. */
export function ruleAt(path: readonly (string | number)[]): KeyRule | undefined {
  let table: KeyTable | undefined = CONFIG_KEYS;
  let rule: KeyRule | undefined;
  for (const step of path) {
    if (typeof step === 'number') continue;
    rule = table === undefined ? undefined : lookUp(table, step);
    table = rule?.type === 'supported' ? rule.keys : undefined;
    // A mapping with names of the operator's own, such as headers: its example serves for all of it.
    if (table === undefined) return rule;
  }
  return rule;
}
