import { parseConfigFile } from './parse-config-file.js';
import { formatProblem } from './problem.js';

/** Everything found in a file that has a client key, one line each. */
function found(text: string): readonly string[] {
  const parsed = parseConfigFile({
    text: `api-keys: [client-1]\n${text}`,
    filename: 'config.yaml',
    variables: {},
    readSecretFile: () => '',
  });
  const problems = 'problems' in parsed ? parsed.problems : parsed.warnings;
  return problems.map((problem) => `${problem.severity} ${formatProblem(problem)}`);
}

const CORE = 'claude-api-key: [{ api-key: k, prefix: core, models: [{ name: sonnet-2024, alias: sonnet }] }]\n';

describe('conflicts of tenants', () => {
  it('are the same name twice, top-level keys included', () => {
    expect(found('tenants: [{ name: a }, { name: a }, { name: default }]')).toEqual([
      'error config.yaml:2:26 tenants[1].name: the tenant "a" is already at tenants[0].name (line 2); give one of them another name',
      'error config.yaml:2:39 tenants[2].name: the tenant "default" is already at api-keys (line 1); give one of them another name',
    ]);
  });

  it('are the same client key twice, which is not repeated in the message', () => {
    const hash = 'a'.repeat(64);
    const lines = found(`tenants:
  - { name: a, api-keys: [{ key: client-1 }, { hash: ${hash} }] }
  - { name: b, api-keys: [{ hash: ${hash.toUpperCase()} }] }
`);
    expect(lines).toEqual([
      'error config.yaml:3:27 tenants[0].api-keys[0]: the same key is already at api-keys[0] (line 1); remove one; a key belongs to one tenant',
      'error config.yaml:4:27 tenants[1].api-keys[0]: the same key is already at tenants[0].api-keys[1] (line 3); remove one; a key belongs to one tenant',
    ]);
  });

  it('are a prefix with two owners', () => {
    expect(found(`${CORE}tenants: [{ name: a, prefixes: [core] }, { name: b, prefixes: [core] }]`)).toEqual([
      'error config.yaml:3:64 tenants[1].prefixes[0]: the prefix "core" is already owned at tenants[0].prefixes[0] (line 3); leave it to one tenant; give the other a credential with a prefix of its own',
    ]);
  });

  it('are a default prefix that the tenant does not own, and a prefix without a credential', () => {
    expect(found('tenants: [{ name: a, prefixes: [core], default-prefix: batch }]')).toEqual([
      'warning config.yaml:2:33 tenants[0].prefixes[0]: no credential has the prefix "core"; write it as the prefix of a credential, or remove it here',
      'error config.yaml:2:40 tenants[0].default-prefix: the tenant does not own the prefix "batch"; add "batch" to its prefixes, or choose one that is there',
    ]);
  });
});

describe('conflicts of aliases', () => {
  it('are the same name twice in one scope, and not in two', () => {
    const alias = '{ name: stable, targets: [{ model: core/sonnet }] }';
    const tenants = `tenants: [{ name: t, prefixes: [core], aliases: [${alias}] }]`;
    expect(found(`${CORE}${tenants}\naliases: [${alias}]`)).toEqual([]);
    expect(found(`${CORE}aliases:\n  - ${alias}\n  - ${alias}\n`)).toEqual([
      'error config.yaml:5:7 aliases[1].name: the alias "stable" is already at aliases[0].name (line 4); keep one of them, with all the targets',
    ]);
  });

  it('are a name that a credential serves behind its prefix', () => {
    const remedy = 'give the alias another name, for example one without "/"';
    expect(found(`${CORE}aliases: [{ name: core/sonnet, targets: [{ model: core/sonnet-2024 }] }]`)).toEqual([
      `error config.yaml:3:13 aliases[0].name: the alias "core/sonnet" is also a name that claude-api-key[0] (line 2) serves; ${remedy}`,
    ]);
    expect(found('groq: [{ api-key: k, prefix: g }]\naliases: [{ name: g/any, targets: [{ model: g/x }] }]')).toEqual([
      `error config.yaml:3:13 aliases[0].name: the alias "g/any" is also a name that groq[0] (line 2) serves; ${remedy}`,
    ]);
    expect(found(`${CORE}aliases: [{ name: core/other, targets: [{ model: core/sonnet }] }]`)).toEqual([]);
  });

  it('are targets that no credential can serve', () => {
    const text = `${CORE}aliases:
  - name: stable
    targets: [{ model: core/sonnet(high) }, { model: core/opus }, { model: sonnet }, { model: next }]
  - name: next
    targets: [{ model: batch/sonnet }]
`;
    expect(found(text)).toEqual([
      'warning config.yaml:5:47 aliases[0].targets[1].model: no credential can serve "core/opus": the name is unreachable; correct the name or its prefix, or add it to the models of a credential',
      'warning config.yaml:5:88 aliases[0].targets[3].model: no credential can serve "next": the name is unreachable; write the targets of that alias here; an alias does not lead to an alias',
      'warning config.yaml:7:17 aliases[1].targets[0].model: no credential can serve "batch/sonnet": the name is unreachable; correct the name or its prefix, or add it to the models of a credential',
    ]);
  });

  it('are targets that this tenant may not reach, or that need the prefix', () => {
    const tenants = `tenants:
  - { name: t, prefixes: [], aliases: [{ name: a, targets: [{ model: core/sonnet }] }] }
`;
    expect(found(CORE + tenants)).toEqual([
      expect.stringContaining('tenants[0].aliases[0].targets[0].model: no credential'),
    ]);
    const bare = 'aliases: [{ name: a, targets: [{ model: sonnet }] }]\n';
    expect(found(CORE + bare)).toEqual([]);
    expect(found(`${CORE}${bare}force-model-prefix: true\n`)).toEqual([expect.stringContaining('"sonnet"')]);
  });
});

describe('conflicts of credentials', () => {
  it('are a prefix that looks like the namespace of another’s models', () => {
    const text = `openrouter: [{ api-key: k, models: [{ name: anthropic/claude-x }] }]
claude-api-key: [{ api-key: k, prefix: anthropic }]
`;
    const remedy = 'choose another prefix; such names go to the prefix first';
    expect(found(text)).toEqual([
      `warning config.yaml:3:32 claude-api-key[0].prefix: the prefix "anthropic" is also how the model "anthropic/claude-x" of openrouter[0] (line 2) begins; ${remedy}`,
    ]);
    const prefixed = text.replace('api-key: k, models', 'api-key: k, prefix: or, models');
    expect(found(prefixed)).toHaveLength(1);
    expect(found(`${prefixed}force-model-prefix: true`)).toEqual([]);
  });

  it('are a base URL of Claude that already ends with the version', () => {
    expect(found('claude-api-key: [{ api-key: k, base-url: "https://api.anthropic.com/v1" }]')).toEqual([
      'warning config.yaml:2:32 claude-api-key[0].base-url: ends with /v1, which is added again; end it before /v1, as in https://api.anthropic.com',
    ]);
  });

  it('are a key beside a token file', () => {
    expect(found('groq: [{ api-key: k, token-file: /t }]')).toEqual([
      'warning config.yaml:2:22 groq[0].token-file: is ignored beside api-key; remove one of the two; the api-key is used',
    ]);
  });
});

describe('an empty host', () => {
  it('is not taken for every interface', () => {
    expect(found('host: ""')).toEqual([
      'warning config.yaml:2:1 host: an empty host is taken for the loopback address; write host: 0.0.0.0 to listen on every interface',
    ]);
  });
});
