import { configurationText } from './write-configuration.js';

const options = {
  upstreamUrl: 'http://127.0.0.1:9',
  profile: 'bare',
  scale: { keys: 1, aliases: 0, credentials: 2 },
  keys: ['sk-1'],
  aliases: [],
} as const;

describe('the configuration of a subject', () => {
  it('routes the model to the upstream, with as many credentials as are asked for', () => {
    expect(configurationText(options)).toBe(`api-keys:
  - sk-1
openai-compatibility:
  - name: bench
    base-url: http://127.0.0.1:9/v1
    api-key-entries:
      - api-key: upstream-key-0
      - api-key: upstream-key-1
    models:
      - name: bench-model
`);
  });

  it('has a limit of every kind under policy, and aliases where there are some', () => {
    const text = configurationText({ ...options, profile: 'policy', aliases: ['a'] });
    expect(text).toContain('aliases:\n  - { name: a, targets: [{ model: bench-model }] }\n');
    for (const limit of ['requests-per-minute', 'tokens-per-minute', 'concurrent', 'budgets', 'prices'])
      expect(text).toContain(`${limit}:`);
  });
});
