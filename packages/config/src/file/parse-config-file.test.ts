import type { DesiredState } from '../desired-state.js';
import { parseConfigFile, type ParsedConfigFile } from './parse-config-file.js';
import { formatProblem } from './problem.js';

const FILES: Readonly<Record<string, string>> = {
  '/run/secrets/anthropic': 'sk-ant-from-file\n',
  '/run/secrets/token.json': '{"access_token":"tok-1","refresh_token":"r"}',
  '/run/secrets/key.json': '{"api_key":"tok-2"}',
  '/run/secrets/broken.json': '{"nothing":true}',
  '/etc/switchyard/token': 'tok-3',
};

function parse(text: string, variables: Record<string, string> = {}): ParsedConfigFile {
  return parseConfigFile({
    text,
    filename: 'config.yaml',
    variables,
    baseDirectory: '/etc/switchyard',
    readSecretFile: (path) => {
      const content = FILES[path];
      if (content === undefined) throw new Error('ENOENT');
      return content;
    },
  });
}

function accepted(text: string, variables: Record<string, string> = {}): DesiredState {
  const parsed = parse(text, variables);
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.desired;
}

/** Every problem as an operator reads it, errors and warnings alike. */
function found(text: string): readonly string[] {
  const parsed = parse(text);
  return ('problems' in parsed ? parsed.problems : parsed.warnings).map(
    (problem) => `${problem.severity === 'warning' ? 'warning ' : ''}${formatProblem(problem)}`,
  );
}

/** Below a client key, so that its absence is not among the findings. */
function foundBelowKey(text: string): readonly string[] {
  return found(`api-keys: [client-1]\n${text}`);
}

const NOTHING = { headers: {}, models: [], excludedModels: [], priority: 0 };

describe('the files of the users’ documents', () => {
  it('start unchanged: two providers, each behind a prefix', () => {
    const state = accepted(`
api-keys:
  - "prod-client-key"
claude-api-key:
  - api-key: "sk-ant-xxxx"
    prefix: "claude-prod"
openai-compatibility:
  - name: "openrouter"
    prefix: "or"
    base-url: "https://openrouter.ai/api/v1"
    api-key-entries:
      - api-key: "sk-or-v1-xxxx"
`);
    expect(state).toEqual({
      tenants: [{ name: 'default', prefixes: '*', shared: true, keys: [{ key: 'prod-client-key' }], aliases: [] }],
      credentials: [
        {
          ...NOTHING,
          provider: 'claude',
          prefix: 'claude-prod',
          baseUrl: 'https://api.anthropic.com',
          secret: 'sk-ant-xxxx',
        },
        {
          ...NOTHING,
          provider: 'openai-compatibility',
          label: 'openrouter',
          prefix: 'or',
          baseUrl: 'https://openrouter.ai/api/v1',
          secret: 'sk-or-v1-xxxx',
        },
      ],
      aliases: [],
      settings: {
        forceModelPrefix: false,
        requestRetry: 0,
        maxRetryCredentials: 0,
        deadlines: {
          connectMs: 5_000,
          headersMs: 30_000,
          firstContentMs: 60_000,
          idleMs: 30_000,
          totalMs: 600_000,
        },
        passthroughHeaders: false,
        keepaliveSeconds: 0,
      },
      listen: {},
    });
  });

  it('start unchanged: workloads kept apart by forced prefixes', () => {
    const state = accepted(`
force-model-prefix: true
claude-api-key:
  - api-key: "sk-ant-xxxx"
    prefix: "agent-core"
    models:
      - name: "claude-3-5-sonnet-20241022"
        alias: "core-sonnet"
openrouter:
  - api-key: "sk-or-v1-xxxx"
    prefix: "batch"
`);
    expect(state.settings.forceModelPrefix).toBe(true);
    expect(state.credentials).toEqual([
      {
        ...NOTHING,
        provider: 'claude',
        prefix: 'agent-core',
        baseUrl: 'https://api.anthropic.com',
        secret: 'sk-ant-xxxx',
        models: [{ name: 'claude-3-5-sonnet-20241022', alias: 'core-sonnet' }],
      },
      {
        ...NOTHING,
        provider: 'openrouter',
        prefix: 'batch',
        baseUrl: 'https://openrouter.ai/api/v1',
        secret: 'sk-or-v1-xxxx',
      },
    ]);
  });

  it('start unchanged: a local server that needs no key', () => {
    const state = accepted(`
openai-compatibility:
  - name: mlx-local
    prefix: mlx
    base-url: http://127.0.0.1:8000/v1
`);
    expect(state.credentials).toEqual([
      {
        ...NOTHING,
        provider: 'openai-compatibility',
        label: 'mlx-local',
        prefix: 'mlx',
        baseUrl: 'http://127.0.0.1:8000/v1',
      },
    ]);
  });
});

describe('supported keys', () => {
  it('all find their way into the desired state', () => {
    const state = accepted(
      `
host: 0.0.0.0
port: 9000
api-keys: ["\${CLIENT}"]
proxy-url: http://proxy:3128
passthrough-headers: true
request-retry: 3
max-retry-credentials: 2
streaming: { keepalive-seconds: 15 }
deadlines: { connect: 250ms, total: 1h }
simulator: true
claude-api-key:
  - api-key: \${file:/run/secrets/anthropic}
    base-url: https://claude.example.com/
    prefix: " /core/ "
    priority: 10
    proxy-url: direct
    headers: { x-team: $X-Team }
    models: [{ name: sonnet-2024, alias: sonnet }, { name: haiku, alias: haiku }]
    excluded-models: ["*-Preview"]
    deadlines: { idle: 90s }
deepseek:
  - token-file: /run/secrets/token.json
groq:
  - token-file: /run/secrets/key.json
mistral:
  - token-file: token
openai-compatibility:
  - name: two-keys
    base-url: http://gpu:8000/v1
    priority: -1
    api-key-entries:
      - { api-key: one, proxy-url: none }
      - { api-key: two, proxy-url: "socks5://other:1080" }
  - { name: off, base-url: "http://off", disabled: true }
tenants:
  - name: team
    prefixes: [core]
    default-prefix: core
    shared: true
    api-keys:
      - { key: team-key, name: ci, models: ["core-*"], expires: 2027-01-31T00:00:00Z }
      - { hash: "${'AB'.repeat(32)}", expires: 2027-01-31 }
    aliases: [{ name: fast, targets: [{ model: core/haiku }] }]
  - { name: everywhere, prefixes: "*" }
aliases:
  - name: stable
    strategy: fallback
    targets: [{ model: core/sonnet, weight: 3 }, { model: any-model }]
`,
      { CLIENT: 'client-key' },
    );
    const proxied = { ...NOTHING, proxyUrl: 'http://proxy:3128' };
    expect(state).toEqual({
      listen: { host: '0.0.0.0', port: 9000 },
      settings: {
        forceModelPrefix: false,
        requestRetry: 3,
        maxRetryCredentials: 2,
        deadlines: { connectMs: 250, headersMs: 30_000, firstContentMs: 60_000, idleMs: 30_000, totalMs: 3_600_000 },
        passthroughHeaders: true,
        keepaliveSeconds: 15,
      },
      credentials: [
        {
          provider: 'claude',
          baseUrl: 'https://claude.example.com',
          secret: 'sk-ant-from-file',
          prefix: 'core',
          priority: 10,
          headers: { 'x-team': '$X-Team' },
          models: [{ name: 'sonnet-2024', alias: 'sonnet' }, { name: 'haiku' }],
          excludedModels: ['*-preview'],
          deadlines: { idleMs: 90_000 },
        },
        { ...proxied, provider: 'deepseek', baseUrl: 'https://api.deepseek.com', secret: 'tok-1' },
        { ...proxied, provider: 'groq', baseUrl: 'https://api.groq.com/openai/v1', secret: 'tok-2' },
        { ...proxied, provider: 'mistral', baseUrl: 'https://api.mistral.ai/v1', secret: 'tok-3' },
        {
          ...NOTHING,
          provider: 'openai-compatibility',
          label: 'two-keys',
          baseUrl: 'http://gpu:8000/v1',
          priority: -1,
          secret: 'one',
        },
        {
          ...NOTHING,
          provider: 'openai-compatibility',
          label: 'two-keys',
          baseUrl: 'http://gpu:8000/v1',
          priority: -1,
          secret: 'two',
          proxyUrl: 'socks5://other:1080',
        },
        { ...NOTHING, provider: 'simulator', baseUrl: 'https://simulator.invalid' },
      ],
      tenants: [
        { name: 'default', prefixes: '*', shared: true, keys: [{ key: 'client-key' }], aliases: [] },
        {
          name: 'team',
          prefixes: ['core'],
          defaultPrefix: 'core',
          shared: true,
          keys: [
            { key: 'team-key', name: 'ci', models: ['core-*'], expiresAtMs: Date.UTC(2027, 0, 31) },
            { hash: 'ab'.repeat(32), expiresAtMs: Date.UTC(2027, 0, 31) },
          ],
          aliases: [{ name: 'fast', targets: [{ model: 'core/haiku', weight: 1 }] }],
        },
        { name: 'everywhere', prefixes: '*', shared: false, keys: [], aliases: [] },
      ],
      aliases: [
        {
          name: 'stable',
          targets: [
            { model: 'core/sonnet', weight: 3 },
            { model: 'any-model', weight: 1 },
          ],
          policy: { strategy: 'fallback' },
        },
      ],
    });
  });

  it('say how requests are routed, limited, retried and priced', () => {
    const state = accepted(`
api-keys: [client-1]
max-retry-interval: 30
max-cooldown: 10m
disable-cooling: false
transient-error-cooldown-seconds: -1
routing: { strategy: ff, session-affinity: true }
rescue: { text: error }
prices: [{ provider: groq, model: "llama-*", input: 0.5, output: 1, cache-read: 0.05 }]
limits:
  requests-per-minute: 600
  budgets: [{ usd: 0.5, per: day }, { tokens: 1000, rolling: 24h }]
  when-limited: wait
  max-wait: 5s
  models: [{ model: "opus-*", concurrent: 2 }]
groq:
  - api-key: k
    weight: 3
    disable-cooling: true
    request-retry: 1
    request-scoped-errors: [{ status: 400, match: [a.b, quota], match-regexr: "x+", action: continue-and-cooldown }]
    models: [{ name: llama-70b, alias: big, force-mapping: true, max-context-length: 8192 }]
  - { api-key: l, request-retry: -1 }
aliases:
  - name: fast
    strategy: weighted-round-robin
    hedge: { after: 2s }
    deadlines: { first-content: 3s }
    targets: [{ model: big, weight: 2, deadlines: { idle: 4s } }]
tenants:
  - name: a
    limits: { tokens-per-minute: 10 }
    api-keys: [{ key: of-a, limits: { concurrent: 1 }, source-addresses: [10.0.0.0/8, "fd00::1"] }]
`);
    expect(state.settings).toMatchObject({
      maxRetryIntervalMs: 30_000,
      maxCooldownMs: 600_000,
      disableCooling: false,
      transientCooldownMs: 0,
      strategy: 'fill-first',
      affinity: { session: true, promptCache: false },
      rescue: { text: 'error', tools: 'error' },
      prices: [{ provider: 'groq', model: 'llama-*', input: 500_000, output: 1_000_000, cacheRead: 50_000 }],
      limits: {
        requestsPerMinute: 600,
        budgets: [
          { unit: 'usd-micros', amount: 500_000, window: { type: 'calendar', unit: 'day' } },
          { unit: 'tokens', amount: 1_000, window: { type: 'rolling', ms: 86_400_000 } },
        ],
        whenLimited: 'wait',
        maxWaitMs: 5_000,
        models: [{ model: 'opus-*', concurrent: 2 }],
      },
    });
    const [first, second] = state.credentials;
    expect(first?.policy).toEqual({
      weight: 3,
      disableCooling: true,
      requestRetry: 1,
      errorRules: [{ status: 400, pattern: String.raw`(?:a\.b)|(?:quota)|(?:x+)`, action: 'continue-and-cooldown' }],
    });
    expect(first?.models).toEqual([{ name: 'llama-70b', alias: 'big', forceMapping: true, contextLength: 8192 }]);
    expect(second?.policy).toBeUndefined();
    expect(state.aliases).toEqual([
      {
        name: 'fast',
        targets: [{ model: 'big', weight: 2, deadlines: { idleMs: 4_000 } }],
        policy: { strategy: 'weighted', hedge: { after: 2_000, maxExtra: 0.05 }, deadlines: { firstContentMs: 3_000 } },
      },
    ]);
    expect(state.tenants[1]).toMatchObject({
      limits: { tokensPerMinute: 10 },
      keys: [{ limits: { concurrent: 1 }, sourceAddresses: ['10.0.0.0/8', 'fd00::1'] }],
    });
  });

  it.each(['openrouter', 'mistral', 'groq', 'deepseek', 'together', 'fireworks', 'novita', 'siliconflow'])(
    'include the block %s',
    (key) => {
      const [credential] = accepted(`${key}: [{ api-key: secret, prefix: p }]`).credentials;
      expect(credential).toMatchObject({ provider: key, secret: 'secret', prefix: 'p' });
      expect(credential?.baseUrl).toMatch(/^https:\/\//);
    },
  );

  it('may stand without a value, which is the same as not at all', () => {
    expect(accepted('api-keys: [client-1]\nopenrouter:\npayload:\nport:\n')).toEqual(accepted('api-keys: [client-1]'));
  });

  it('may be shared by anchors and merged', () => {
    const state = accepted(`
groq:
  - &first { api-key: one, prefix: p }
  - { <<: *first, api-key: two }
`);
    expect(state.credentials).toMatchObject([
      { secret: 'one', prefix: 'p' },
      { secret: 'two', prefix: 'p' },
    ]);
  });

  it('of an empty file are none, which lets nobody in', () => {
    expect(accepted('').tenants).toEqual([]);
    expect(found('')).toEqual([
      'warning config.yaml:1:1 api-keys: there is no client key; add one, or make one in the admin API; until then every request is refused',
    ]);
  });
});

describe('keys that are not acted on', () => {
  it('are an error when nobody knows them, with the line and the nearest key', () => {
    expect(foundBelowKey('claude-api-key:\n  - api-key: sk\n    prefx: core\nopenruter: []\ncolour: red\n')).toEqual([
      'config.yaml:4:5 claude-api-key[0].prefx: unknown key; did you mean "prefix"?',
      'config.yaml:5:1 openruter: unknown key; did you mean "openrouter"?',
      'config.yaml:6:1 colour: unknown key; remove it; docs/configuration.md has the keys there are',
    ]);
  });

  it('are a warning when they are known, and the file still starts', () => {
    const text = `
auth-dir: ~/.cli-proxy-api
debug: true
remote-management: { secret-key: x, whatever: y }
routing: { session-affinity-ttl: 1h }
streaming: { bootstrap-retries: 2 }
vertex-api-key: [{ api-key: "\${NOT_SET}" }]
groq: [{ api-key: k, rate-limit: { rpm: 3 } }]
`;
    expect(accepted(`api-keys: [client-1]\n${text}`).credentials).toHaveLength(1);
    expect(foundBelowKey(text)).toEqual([
      'warning config.yaml:3:1 auth-dir: not supported, and ignored; accounts that log in by OAuth are not there yet; use API keys',
      'warning config.yaml:4:1 debug: not supported, and ignored; logs are JSON lines on standard output; set SWITCHYARD_LOG_LEVEL',
      'warning config.yaml:5:1 remote-management: not supported, and ignored; operators use the admin API and its owner token; remove it',
      'warning config.yaml:6:12 routing.session-affinity-ttl: not supported, and ignored; a session finds its credential by its identifier, which does not age; remove it',
      'warning config.yaml:7:14 streaming.bootstrap-retries: not supported, and ignored; attempts that fail before any content go on by themselves; see request-retry',
      'warning config.yaml:8:1 vertex-api-key: not supported, and ignored; reach these models through gemini-api-key or openrouter',
      'warning config.yaml:9:22 groq[0].rate-limit: not supported, and ignored; what the provider says is left is kept to by itself; remove it',
    ]);
  });
});

describe('values', () => {
  it.each([
    ['port: "80"', '2:1 port: must be a number, and is text; write for example port: 8317'],
    ['port: 70000', '2:1 port: must be at most 65535; write for example port: 8317'],
    ['request-retry: -1', '2:1 request-retry: must be at least 0; write for example request-retry: 3'],
    [
      'request-retry: 1.5',
      '2:1 request-retry: must be a whole number, and is a number; write for example request-retry: 3',
    ],
    [
      'force-model-prefix: yes',
      '2:1 force-model-prefix: must be true or false, and is text; write for example force-model-prefix: true',
    ],
    [
      'deadlines: { idle: 30 }',
      '2:14 deadlines.idle: must be a duration above zero; write a number and its unit: 250ms, 30s, 10m or 24h',
    ],
    [
      'deadlines: { idle: 0s }',
      '2:14 deadlines.idle: must be a duration above zero; write a number and its unit: 250ms, 30s, 10m or 24h',
    ],
    ['deadlines: { idle: [1] }', '2:14 deadlines.idle: must be a duration; write for example idle: 30s'],
    [
      'proxy-url: ftp://x',
      '2:1 proxy-url: must be a proxy’s address, or "direct"; write http://, https:// or socks5:// and the host, or "direct" for no proxy',
    ],
    [
      'groq: { api-key: k }',
      '2:1 groq: must be a list, and is a mapping; put "- " before its first key and indent the rest, so that it is a list of one',
    ],
    [
      'groq: [secret]',
      '2:8 groq[0]: must be a mapping, and is text; write for example groq: [{ api-key: "${PROVIDER_API_KEY}" }]',
    ],
    [
      'groq: [{ prefix: p }]',
      '2:8 groq[0].api-key: is missing; write api-key: "${PROVIDER_API_KEY}", or token-file: and a path',
    ],
    ['groq: [{ api-key: 12 }]', '2:10 groq[0].api-key: must be text, and is a number; put it in quotes'],
    [
      'groq: [{ api-key: "two words" }]',
      '2:10 groq[0].api-key: holds spaces, line breaks or letters that a header cannot carry; copy the key again; it is one word of ASCII characters',
    ],
    [
      'groq: [{ api-key: k, prefix: a/b }]',
      '2:22 groq[0].prefix: must not contain "/"; write a single word; only what follows the prefix may have slashes',
    ],
    [
      'groq: [{ api-key: k, base-url: api.example.com }]',
      '2:22 groq[0].base-url: must be an http:// or https:// address; write the whole address, for example https://api.example.com/v1',
    ],
    [
      'groq: [{ api-key: k, base-url: "https://a/v1?x=1" }]',
      '2:22 groq[0].base-url: must not have a query or a fragment; end it before "?" or "#"; paths are appended to it',
    ],
    [
      'groq: [{ api-key: k, headers: { "bad name": x } }]',
      '2:33 groq[0].headers.bad name: is not a header’s name; write for example headers: { x-team: platform }',
    ],
    [
      'groq: [{ api-key: k, models: [{ alias: a }] }]',
      '2:31 groq[0].models[0].name: is missing; write for example name: claude-3-5-sonnet-20241022',
    ],
    [
      'codex-api-key: [{ api-key: k }]',
      '2:17 codex-api-key[0].base-url: is missing; write for example base-url: https://api.example.com/v1',
    ],
    [
      'groq: [{ token-file: /nowhere }]',
      '2:10 groq[0].token-file: the file /nowhere cannot be read; check that it is there and that this process may read it',
    ],
    [
      'groq: [{ token-file: /run/secrets/broken.json }]',
      '2:10 groq[0].token-file: the file /run/secrets/broken.json holds no token; put the token alone in it, or JSON with access_token or api_key',
    ],
    [
      'openai-compatibility: [{ base-url: "http://a" }]',
      '2:24 openai-compatibility[0].name: is missing; write for example name: mlx-local',
    ],
    [
      'openai-compatibility: [{ name: a }]',
      '2:24 openai-compatibility[0].base-url: is missing; write for example base-url: https://api.example.com/v1',
    ],
    [
      'openai-compatibility: [{ name: a, base-url: "http://a", api-key: k }]',
      '2:57 openai-compatibility[0].api-key: unknown key; did you mean "api-key-entries"?',
    ],
    [
      'aliases: [{ name: a, targets: [] }]',
      '2:22 aliases[0].targets: must not be empty; write for example targets: [{ model: team-a/claude-3-5-sonnet-20241022 }]',
    ],
    [
      'aliases: [{ name: a, strategy: luck, targets: [{ model: m }] }]',
      '2:22 aliases[0].strategy: is not a strategy; write one of fallback, round-robin, weighted, fill-first, least-latency, least-busy, cheapest',
    ],
    [
      'aliases: [{ name: a, strategy: constructor, targets: [{ model: m }] }]',
      '2:22 aliases[0].strategy: is not a strategy; write one of fallback, round-robin, weighted, fill-first, least-latency, least-busy, cheapest',
    ],
    [
      'limits: { budgets: [{ usd: 5 }] }',
      '2:21 limits.budgets[0]: must have either per or rolling; write per: day for a calendar’s day in UTC, or rolling: 24h for the last 24 hours',
    ],
    [
      'limits: { budgets: [{ usd: 5, tokens: 5, per: day }] }',
      '2:21 limits.budgets[0]: must have either usd or tokens; write two budgets to limit both: [{ usd: 50, per: day }, { tokens: 5000000, per: month }]',
    ],
    ['limits: { concurrent: 0 }', '2:11 limits.concurrent: must be more than 0; write for example concurrent: 10'],
    [
      'rescue: { tools: continue }',
      '2:11 rescue.tools: can only be error; remove it; half a tool call is never completed by another model',
    ],
    [
      'tenants: [{ name: a, api-keys: [{ key: k, source-addresses: [10.0.0.0/33] }] }]',
      '2:62 tenants[0].api-keys[0].source-addresses[0]: is not an address or a network; write for example 10.0.0.0/8, 192.0.2.7 or fd00::/8',
    ],
    [
      'groq: [{ api-key: k, request-scoped-errors: [{ action: stop }] }]',
      '2:46 groq[0].request-scoped-errors[0]: names neither a status nor a text; write for example { status: 400, match: [quota], action: continue-and-cooldown }',
    ],
    [
      'groq: [{ api-key: k, request-scoped-errors: [{ match-regexr: "(", action: stop }] }]',
      '2:46 groq[0].request-scoped-errors[0]: "(" is not a regular expression; write for example { status: 400, match: [quota], action: continue-and-cooldown }',
    ],
    [
      'prices: /nowhere.yaml',
      '2:1 prices: the file /nowhere.yaml cannot be read; write a list of { model: claude-*, input: 3, output: 15 }, in dollars for a million tokens',
    ],
    [
      'groq: [{ api-key: k }]\naliases: [{ name: a, targets: [{ model: m, weight: 0 }] }]',
      '3:44 aliases[0].targets[0].weight: must be more than 0; write for example weight: 3',
    ],
    [
      'tenants: [{ name: a, prefixes: one }]',
      '2:22 tenants[0].prefixes: must be a list of prefixes, or "*"; write for example prefixes: [agent-core]',
    ],
    [
      'tenants: [{ name: a, prefixes: [x/y] }]',
      '2:33 tenants[0].prefixes[0]: is not a prefix; write single words, as in the prefix of a credential',
    ],
    [
      'tenants: [{ name: a, api-keys: [{ name: ci }] }]',
      '2:33 tenants[0].api-keys[0]: must have either a key or a hash; write key: "${CLIENT_KEY}", or the hash that was shown when the key was made',
    ],
    [
      'tenants: [{ name: a, api-keys: [{ hash: abc }] }]',
      '2:35 tenants[0].api-keys[0].hash: must be 64 hexadecimal digits; write for example hash: "<64 hexadecimal digits, made by: switchyard keys create>"',
    ],
    [
      'tenants: [{ name: a, api-keys: [{ key: k, expires: tomorrow }] }]',
      '2:43 tenants[0].api-keys[0].expires: must be a date, or a date and time with its offset; write for example expires: 2027-01-31T00:00:00Z',
    ],
  ])('that cannot be are refused with the place and the remedy: %s', (text, expected) => {
    expect(foundBelowKey(text)).toEqual([`config.yaml:${expected}`]);
    expect('problems' in parse(text)).toBe(true);
  });

  it('that everybody knows are no client keys', () => {
    expect(found('api-keys:\n  - your-api-key-1\n  - mine\n  - your-api-key-3\n')).toEqual([
      'config.yaml:2:5 api-keys[0]: is an example key that everybody knows; replace it by a key of your own, for example from: openssl rand -hex 32',
      'config.yaml:4:5 api-keys[2]: is an example key that everybody knows; replace it by a key of your own, for example from: openssl rand -hex 32',
    ]);
  });

  it('are all checked in one go, in the order of the file', () => {
    const text = 'groq:\n  - api-key: k\n    prefix: a/b\nport: none\napi-keys: [your-api-key-2]\nunknwon: 1\n';
    expect(found(text).map((line) => line.split(' ')[0])).toEqual([
      'config.yaml:3:5',
      'config.yaml:4:1',
      'config.yaml:5:12',
      'config.yaml:6:1',
    ]);
  });
});

describe('variables', () => {
  it('are expanded inside any text', () => {
    const state = accepted('groq: [{ api-key: "${A}-${B_2}", headers: { x-who: "${file:token} here" } }]', {
      A: 'one',
      B_2: 'two',
    });
    expect(state.credentials[0]).toMatchObject({ secret: 'one-two', headers: { 'x-who': 'tok-3 here' } });
  });

  it('that lead nowhere are an error at their line', () => {
    expect(
      foundBelowKey('groq:\n  - api-key: ${MISSING}\n  - api-key: ${file:/nowhere}\n  - api-key: ${a b}\n'),
    ).toEqual([
      'config.yaml:3:5 groq[0].api-key: the environment variable MISSING is not set; set MISSING, or write the value here',
      'config.yaml:4:5 groq[1].api-key: the file /nowhere cannot be read; check that it is there and that this process may read it',
      'config.yaml:5:5 groq[2].api-key: ${a b} names no variable and no file; write ${NAME} or ${file:/path}',
    ]);
  });

  it('leave a header that copies the client’s alone', () => {
    expect(accepted('groq: [{ api-key: k, headers: { x-user: $X-User } }]').credentials[0]?.headers).toEqual({
      'x-user': '$X-User',
    });
  });
});

describe('what is not readable', () => {
  it('is refused with the line', () => {
    expect(found('port: 1\nport: 2\n')).toEqual([
      'config.yaml:2:1: not readable as YAML: Map keys must be unique; correct the line; indentation is by spaces',
    ]);
    expect(found('groq:\n\t- api-key: k\n')[0]).toMatch(/^config\.yaml:2:1: not readable as YAML: /);
    expect(found('api-keys: [a\nport: 1')[0]).toMatch(/^config\.yaml:2:/);
  });

  it('is never repeated, since it may be a secret', () => {
    for (const text of ['api-keys: [a] sk-secret\n', 'api-keys: "sk-secret\n', 'a: b: sk-secret\n', '}sk-secret']) {
      expect(found(text).join()).toMatch(/not readable as YAML/);
      expect(found(text).join()).not.toContain('sk-secret');
    }
  });

  it('is refused when it is no mapping', () => {
    expect(found('just text')).toEqual(['config.yaml:1:1: must be a mapping, and is text; see docs/configuration.md']);
    expect(found('- port: 1')).toEqual([
      'config.yaml:1:1: must be a mapping, and is a list; see docs/configuration.md',
    ]);
  });

  it('is refused when aliases would fill the memory', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [x]'
        : `a${level}: &a${level} [${Array(10)
            .fill(`*a${level - 1}`)
            .join(', ')}]`,
    );
    expect(found(levels.join('\n'))[0]).toMatch(/not readable as YAML: .*alias/i);
  });
});
