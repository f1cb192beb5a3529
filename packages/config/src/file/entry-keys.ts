import { all, supported, unsupported, type KeyTable } from './key-rule.js';

export const DEADLINES: KeyTable = {
  connect: supported('connect: 5s'),
  headers: supported('headers: 30s'),
  'first-content': supported('first-content: 60s'),
  idle: supported('idle: 30s'),
  total: supported('total: 10m'),
};

const CEILINGS: KeyTable = {
  'requests-per-minute': supported('requests-per-minute: 60'),
  'tokens-per-minute': supported('tokens-per-minute: 100000'),
  concurrent: supported('concurrent: 10'),
  budgets: supported('budgets: [{ usd: 50, per: day }]', {
    usd: supported('usd: 50'),
    tokens: supported('tokens: 5000000'),
    per: supported('per: month'),
    rolling: supported('rolling: 24h'),
  }),
};

export const LIMITS: KeyTable = {
  ...CEILINGS,
  models: supported('models: [{ model: "claude-opus-*", requests-per-minute: 5 }]', {
    ...CEILINGS,
    model: supported('model: "claude-opus-*"'),
  }),
  'when-limited': supported('when-limited: wait'),
  'max-wait': supported('max-wait: 5s'),
};

const ERROR_RULE: KeyTable = {
  status: supported('status: 400'),
  match: supported('match: [quota]'),
  'match-regexr': supported('match-regexr: ["quota|balance"]'),
  action: supported('action: continue-and-cooldown'),
};

const THINKING: KeyTable = {
  levels: supported('levels: [low, medium, high]'),
  min: supported('min: 1024'),
  max: supported('max: 32768'),
  'zero-allowed': supported('zero-allowed: true'),
  'dynamic-allowed': supported('dynamic-allowed: true'),
};

const MODELS: KeyTable = {
  name: supported('name: claude-3-5-sonnet-20241022'),
  alias: supported('alias: sonnet'),
  'force-mapping': supported('force-mapping: true'),
  'max-context-length': supported('max-context-length: 200000'),
  thinking: supported('thinking: { levels: [low, medium, high] }', THINKING),
  ...all(
    ['display-name', 'is-compat', 'image', 'input-modalities', 'output-modalities'],
    unsupported('nothing depends on this property of a model yet; remove it'),
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
  weight: supported('weight: 3'),
  'disable-cooling': supported('disable-cooling: true'),
  'request-retry': supported('request-retry: 1'),
  'request-scoped-errors': supported(
    'request-scoped-errors: [{ status: 400, match: [quota], action: continue-and-cooldown }]',
    ERROR_RULE,
  ),
  'rate-limit': unsupported('what the provider says is left is kept to by itself; remove it'),
};

export const DEDICATED_ENTRY: KeyTable = {
  ...ENTRY,
  'api-key': supported('api-key: "${PROVIDER_API_KEY}"'),
  'token-file': supported('token-file: /run/secrets/provider'),
};

export const CLAUDE_ENTRY: KeyTable = {
  ...DEDICATED_ENTRY,
  ...all(
    ['rebuild-mid-system-message', 'cloak', 'fingerprint-profile', 'experimental-cch-signing'],
    unsupported('no other client is imitated; remove it'),
  ),
};

export const CODEX_ENTRY: KeyTable = {
  ...DEDICATED_ENTRY,
  ...all(
    ['websockets', 'alpha-search'],
    unsupported('the server is called over HTTP, at {base-url}/responses; remove it'),
  ),
};

export const COMPATIBILITY_ENTRY: KeyTable = {
  ...ENTRY,
  name: supported('name: mlx-local'),
  disabled: supported('disabled: true'),
  'api-key-entries': supported('api-key-entries: [{ api-key: "${PROVIDER_API_KEY}" }]', {
    'api-key': supported('api-key: "${PROVIDER_API_KEY}"'),
    'token-file': supported('token-file: /run/secrets/provider'),
    'proxy-url': supported('proxy-url: direct'),
    weight: supported('weight: 3'),
  }),
  'support-prompt-cache-key': unsupported('fields that the server may not know are passed on as they are; remove it'),
  'models-endpoint': unsupported('models are discovered from {base-url}/models; list them under models instead'),
};

export const ALIASES: KeyTable = {
  name: supported('name: core-sonnet'),
  strategy: supported('strategy: fallback'),
  targets: supported('targets: [{ model: team-a/claude-3-5-sonnet-20241022 }]', {
    model: supported('model: team-a/claude-3-5-sonnet-20241022'),
    weight: supported('weight: 3'),
    deadlines: supported('deadlines: { first-content: 10s }', DEADLINES),
  }),
  deadlines: supported('deadlines: { first-content: 10s }', DEADLINES),
  hedge: supported('hedge: { after: p95, max-extra: 0.05 }', {
    after: supported('after: p95'),
    'max-extra': supported('max-extra: 0.05'),
  }),
};

export const TENANTS: KeyTable = {
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
    limits: supported('limits: { requests-per-minute: 60 }', LIMITS),
    'source-addresses': supported('source-addresses: [10.0.0.0/8]'),
  }),
  aliases: supported('aliases: [{ name: fast, targets: [{ model: agent-core/small }] }]', ALIASES),
  limits: supported('limits: { concurrent: 100 }', LIMITS),
};
