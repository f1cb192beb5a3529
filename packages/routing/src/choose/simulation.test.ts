import { simulate, type Policy, type SimulatedDay } from '../__fixtures__/quota-simulation.js';

const MINUTES = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 60 : 4;

/** Five accounts as they are sold: small and large, held by requests or by tokens. */
const ACCOUNTS = [
  { id: 'tiny', requestsPerMinute: 60, tokensPerMinute: 1_000_000 },
  { id: 'small', requestsPerMinute: 500, tokensPerMinute: 200_000 },
  { id: 'middle', requestsPerMinute: 1_000, tokensPerMinute: 2_000_000 },
  { id: 'large', requestsPerMinute: 3_000, tokensPerMinute: 3_000_000 },
  { id: 'wide', requestsPerMinute: 10_000, tokensPerMinute: 1_200_000 },
];

interface Setting {
  readonly seed: number;
  readonly answersForMs: number;
}

function run(policy: Policy, setting: Setting): SimulatedDay {
  return simulate({ accounts: ACCOUNTS, policy, minutes: MINUTES, load: 0.95, replicas: 3, ...setting });
}

/** The figures of every run, for docs/routing.md. */
const table: string[] = [];

afterAll(() => {
  process.stdout.write(`${table.join('\n')}\n`);
});

describe('five accounts with different limits, three replicas, 95 % load', () => {
  it.each([
    { seed: 1, answersForMs: 1 },
    { seed: 2, answersForMs: 1 },
    { seed: 3, answersForMs: 8_000 },
  ])('steering keeps 99 % of the avoidable 429s from happening: %j', (setting) => {
    const before = run('cooldown-only', setting);
    const after = run('headroom', setting);
    const oracle = run('oracle', setting);
    table.push(
      `answers of up to ${setting.answersForMs} ms, ${before.requests} requests: avoidable 429s ${before.avoidable} with ` +
        `cooldowns only, ${after.avoidable} with headroom, ${oracle.avoidable} with perfect knowledge; ` +
        `served ${before.served}, ${after.served}, ${oracle.served}`,
    );
    // Without steering there is something to avoid, and one who knew everything would avoid it all.
    expect(before.avoidable).toBeGreaterThan(100);
    expect(oracle.avoidable).toBe(0);
    expect(after.avoidable).toBeLessThanOrEqual(before.avoidable * 0.01);
    // Nor is it bought by sending less.
    expect(after.served).toBeGreaterThanOrEqual(before.served);
  });
});
