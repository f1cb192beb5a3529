import { PROVIDERS } from '@switchyard/providers';

/** What this version makes of a key. */
export type KeyRule =
  /** Acted on. The example is shown to whoever wrote it wrongly. */
  | { readonly type: 'supported'; readonly example: string; readonly keys?: KeyTable | undefined }
  /** Known from cliproxyapi's file or from a later version, and not acted on: a warning says what to do instead. */
  | { readonly type: 'unsupported'; readonly instead: string }
  /** Guards something that this version cannot guard: an error, so that nobody believes it acts. */
  | { readonly type: 'refused'; readonly instead: string };

/** The keys of a mapping, or of each mapping in a list. */
export type KeyTable = Readonly<Record<string, KeyRule>>;

const supported = (example: string, keys?: KeyTable): KeyRule => ({ type: 'supported', example, keys });
const unsupported = (instead: string): KeyRule => ({ type: 'unsupported', instead });
const refused = (instead: string): KeyRule => ({ type: 'refused', instead });

/** Every name in `names` under the same rule. */
function all(names: readonly string[], rule: KeyRule): KeyTable {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

const REMOVE_LIMITS = 'remove it, and set limits at the provider or in front of the gateway until a later version';

const DEADLINES: KeyTable = {
  connect: supported('connect: 5s'),
  headers: supported('headers: 30s'),
  'first-content': supported('first-content: 60s'),
  idle: supported('idle: 30s'),
  total: supported('total: 10m'),
};

const MODELS: KeyTable = {
  name: supported('name: claude-3-5-sonnet-20241022'),
  alias: supported('alias: sonnet'),
  'force-mapping': unsupported('clients see the name that the upstream answers with; remove it'),
  ...all(
    ['display-name', 'max-context-length', 'is-compat', 'thinking', 'image', 'input-modalities', 'output-modalities'],
    unsupported('nothing depends on a model’s properties yet; remove it'),
  ),
};

/** What an entry of any provider block understands. */
const ENTRY: KeyTable = {
  'base-url': supported('base-url: https://api.example.com/v1'),
  prefix: supported('prefix: team-a'),
  priority: supported('priority: 10'),
  'proxy-url': supported('proxy-url: http://proxy.internal:3128'),
  headers: supported('headers: { x-team: platform }'),
  models: supported('models: [{ name: claude-3-5-sonnet-20241022, alias: sonnet }]', MODELS),
  'excluded-models': supported('excluded-models: ["*-preview"]'),
  deadlines: supported('deadlines: { idle: 60s }', DEADLINES),
  weight: unsupported('credentials of one priority take equal turns; write several entries, or use priority'),
  'disable-cooling': unsupported('no credential is cooled yet; remove it'),
  'request-retry': unsupported('set request-retry at the top level'),
  'request-scoped-errors': unsupported('which errors go on to the next credential is built in; remove it'),
  'rate-limit': unsupported('the provider’s own limits apply; remove it'),
};

const DEDICATED_ENTRY: KeyTable = {
  ...ENTRY,
  'api-key': supported('api-key: "${PROVIDER_API_KEY}"'),
  'token-file': supported('token-file: /run/secrets/provider'),
};

const CLAUDE_ENTRY: KeyTable = {
  ...DEDICATED_ENTRY,
  ...all(
    ['rebuild-mid-system-message', 'cloak', 'fingerprint-profile', 'experimental-cch-signing'],
    unsupported('no other client is imitated; remove it'),
  ),
};

const CODEX_ENTRY: KeyTable = {
  ...DEDICATED_ENTRY,
  ...all(
    ['websockets', 'alpha-search'],
    unsupported('the server is called over HTTP, at {base-url}/responses; remove it'),
  ),
};

const COMPATIBILITY_ENTRY: KeyTable = {
  ...ENTRY,
  name: supported('name: mlx-local'),
  disabled: supported('disabled: true'),
  'api-key-entries': supported('api-key-entries: [{ api-key: "${PROVIDER_API_KEY}" }]', {
    'api-key': supported('api-key: "${PROVIDER_API_KEY}"'),
    'token-file': supported('token-file: /run/secrets/provider'),
    'proxy-url': supported('proxy-url: direct'),
    weight: unsupported('keys of one entry take equal turns; remove it'),
  }),
  'support-prompt-cache-key': unsupported('fields that the server may not know are passed on as they are; remove it'),
  'models-endpoint': unsupported('models are discovered from {base-url}/models; list them under models instead'),
};

const ALIASES: KeyTable = {
  name: supported('name: core-sonnet'),
  strategy: supported('strategy: fallback'),
  targets: supported('targets: [{ model: team-a/claude-3-5-sonnet-20241022 }]', {
    model: supported('model: team-a/claude-3-5-sonnet-20241022'),
    weight: supported('weight: 3'),
    deadlines: unsupported('set deadlines at the top level or in the credential’s entry'),
  }),
  deadlines: unsupported('set deadlines at the top level or in the credential’s entry'),
  hedge: refused('remove it; this version sends one attempt at a time'),
};

const TENANTS: KeyTable = {
  name: supported('name: agent-core'),
  prefixes: supported('prefixes: [agent-core]'),
  shared: supported('shared: true'),
  'default-prefix': supported('default-prefix: agent-core'),
  'api-keys': supported('api-keys: [{ key: "${AGENT_CORE_KEY}", name: ci }]', {
    key: supported('key: "${AGENT_CORE_KEY}"'),
    hash: supported('hash: "<64 hexadecimal digits, made by: switchyard keys create>"'),
    name: supported('name: ci'),
    models: supported('models: ["core-*"]'),
    expires: supported('expires: 2027-01-31T00:00:00Z'),
    limits: refused(REMOVE_LIMITS),
    'source-addresses': refused('remove it, and restrict addresses in front of the gateway until a later version'),
  }),
  aliases: supported('aliases: [{ name: fast, targets: [{ model: agent-core/small }] }]', ALIASES),
  limits: refused(REMOVE_LIMITS),
};

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

  limits: refused(REMOVE_LIMITS),
  rescue: refused('remove it; a stream that dies after content ends with an error in the stream'),
  prices: refused('remove it; this version counts tokens and no money'),

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
  ...all(
    [
      'disable-cooling',
      'save-cooldown-status',
      'transient-error-cooldown-seconds',
      'max-cooldown',
      'max-retry-interval',
    ],
    unsupported('no credential is cooled yet: a failed attempt goes straight to the next; see request-retry'),
  ),
  ...all(
    ['credential-concurrency', 'credential-in-flight'],
    unsupported('concurrency is not limited in this version; remove it'),
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
  routing: unsupported('credentials of one priority take turns; use priority for tiers'),
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
    rule = table !== undefined && Object.hasOwn(table, step) ? table[step] : undefined;
    table = rule?.type === 'supported' ? rule.keys : undefined;
    // A mapping with names of the operator's own, such as headers: its example serves for all of it.
    if (table === undefined) return rule;
  }
  return rule;
}
